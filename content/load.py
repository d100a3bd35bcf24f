"""From folders to a `Pack`: the base pack, then overlays laid over it in order.

An overlay has the same files as the base; each of its entries adds, replaces, or says `remove: true`.
The last helpline of a need and the texts of emergencies cannot be removed. A pack is data only: nothing in it is
executed, and no file outside its folder is read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from content.entries import IDENTIFIER, LANGUAGE, Entry
from content.faults import Fault, PackError, Severity, shown
from content.model import (
    WORLD,
    AgeBand,
    Agreement,
    Asker,
    Helpline,
    LanguagePack,
    Need,
    Pack,
    QuizQuestion,
    QuizWords,
    Source,
    Tip,
    Topic,
    TopicText,
    Urgency,
)
from content.statistics import Chart, Figure, FigureWording, Series
from content.topicfile import parse_topic_file
from content.yamlfile import Document, parse_yaml, read_text, try_entry, validate

BASE_PACK = Path(__file__).parent / "pack"
"""The reviewed pack that is shipped."""

_OF_A_LANGUAGE = {f"{name}.yaml" for name in ("wording", "tips", "quiz", "starters", "agreement", "language")}
T = TypeVar("T", bound=Entry)


@dataclass(slots=True)
class Layered:
    """Entries of one kind gathered from all layers, each with the document it was last written in."""

    entries: dict[str, tuple[object, Document]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def lay(self, document: Document, *root: Hashable) -> None:
        """Lay the mapping at `root` of a document over what is there."""
        self.faults += document.faults
        data = document.data
        for key in root:
            data = data.get(key) if isinstance(data, dict) else None
        if data is None:
            return
        if not isinstance(data, dict):
            self.faults.append(Fault(document.file, document.line(*root), "here must stand `id: entry` lines"))
            return
        for key, entry in data.items():
            name = str(key)
            if isinstance(entry, dict) and entry.get("remove") is True:
                if name not in self.entries:
                    line = document.line(*root, key)
                    self.faults.append(Fault(document.file, line, f"'{name}' is removed here but does not exist"))
                self.entries.pop(name, None)
            else:
                self.entries[name] = (entry, document)

    def merge(self, document: Document) -> None:
        """Lay a document over what is there, entry by entry within each of its mappings."""
        before = {name: entry for name, (entry, _) in self.entries.items()}
        self.lay(document)
        for name, (entry, source) in self.entries.items():
            old = before.get(name)
            if isinstance(entry, dict) and isinstance(old, dict) and entry is not old:
                self.entries[name] = ({**old, **entry}, source)

    def typed(self, kind: type[T], *root: Hashable) -> dict[str, T]:
        """Return the entries as typed values; entries with faults are left out and reported."""
        result: dict[str, T] = {}
        for name, (entry, document) in self.entries.items():
            if not self.is_id(name, document, *root):
                continue
            before = len(document.faults)
            value = validate(kind, entry, document, (*root, name))
            self.faults += document.faults[before:]
            if value is not None:
                result[name] = value
        return result

    def is_id(self, name: str, document: Document, *root: Hashable) -> bool:
        """Tell whether an entry may be called so; report it when not."""
        if re.fullmatch(IDENTIFIER, name):
            return True
        sentence = f"'{name[:60]}' cannot be the name of an entry: small letters, digits and hyphens, 48 at most"
        self.faults.append(Fault(document.file, document.line(*root, name), " ".join(sentence.split())))
        return False

    def whole(self, kind: type[T]) -> T | None:
        """Return all entries together as the fields of one value; None when there are none or they do not fit."""
        if not self.entries:
            return None
        value, problems = try_entry(kind, {name: entry for name, (entry, _) in self.entries.items()})
        _, first = next(iter(self.entries.values()))
        for loc, sentence in problems:
            _, document = self.entries.get(str(loc[0]), (None, first))  # a field that is missing stands in no file
            self.faults.append(Fault(document.file, document.line(*loc), sentence))
        return value


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pack with all that its files said about themselves: faults, and where each entry stands."""

    pack: Pack
    faults: tuple[Fault, ...]
    places: dict[tuple[str, ...], tuple[str, int]]
    base: Path = BASE_PACK

    def place(self, *path: str) -> tuple[str, int]:
        """Return file and line of an entry, for example `("tips", "ask-first")`."""
        return self.places.get(path, (path[0], 1))

    def untranslated(self, path: tuple[str, ...], lacking: str, meanwhile: str) -> Fault:
        """Return what to say of an entry whose words are `lacking` in a complete language.

        The base pack promised to have them: a fault. Who lays a pack over it may write in one language: a warning that
        tells what happens `meanwhile`.
        """
        file, line = self.place(*path)
        if Path(file).is_relative_to(shown(self.base)):
            return Fault(file, line, lacking)
        return Fault(file, line, f"{lacking}; meanwhile, {meanwhile}", Severity.WARNING)


def load_pack(folders: Sequence[Path] = ()) -> Pack:
    """Return the base pack with `folders` laid over it.

    Raises PackError, naming file and line, when a file cannot be read, an entry does not fit its type,
    or an overlay removes what may not be removed.
    """
    loaded = load_with_faults(folders)
    hard = [fault for fault in loaded.faults if fault.severity is Severity.FAULT]
    if hard:
        raise PackError(hard)
    return loaded.pack


def pack_files(folders: Sequence[Path]) -> list[Path]:
    """Return all files of a pack that are read, in a fixed order; links out of a folder are not followed."""
    files: list[Path] = []
    for folder in folders:
        root = folder.resolve()
        for path in sorted(folder.rglob("*")):
            wanted = path.suffix in {".yaml", ".md", ".tsv"} and path.name != "README.md"
            if wanted and path.is_file() and path.resolve().is_relative_to(root):
                files.append(path)
    return files


def load_with_faults(overlays: Sequence[Path] = (), base: Path = BASE_PACK) -> Loaded:
    """Load all that can be loaded and report the rest: the way of `mamori check`."""
    folders = [base, *overlays]
    missing = [Fault(shown(f), 1, "this folder of a pack does not exist") for f in folders if not f.is_dir()]
    if missing:
        raise PackError(missing)
    builder = _Builder()
    digest = hashlib.sha256()
    for folder in folders:
        for path in pack_files([folder]):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
            builder.read(path, path.relative_to(folder).parts)
    return builder.finish(digest.hexdigest()[:16], base)


class _Builder:
    """Gathers the files of all layers, then makes the pack."""

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, ...], Layered] = {}
        self.faults: list[Fault] = []
        self.question_languages: set[str] = set()

    def layer(self, *key: str) -> Layered:
        return self.kinds.setdefault(key, Layered())

    def read(self, path: Path, parts: tuple[str, ...]) -> None:
        match parts:
            case ("questions", language, _) if path.suffix == ".tsv" and re.fullmatch(LANGUAGE, language):
                self.question_languages.add(language)
            case ("questions", *_):
                return
            case (language, "topics", name) if name.endswith(".md"):
                text, faults = read_text(path)
                document = parse_topic_file(text, shown(path), path.stem)
                document.faults[:0] = faults
                self.layer(language, "topics").lay(document)
            case (language, "privacy.md"):
                text, faults = read_text(path)
                entry = {"privacy.text": text.strip()}
                document = Document(shown(path), entry, {("privacy.text",): 1}, faults)
                self.layer(language, "wording").lay(document)
            case ("topics.yaml",):
                self.layer("topics").lay(self.yaml(path), "topics")
            case ("figures", _):
                document = self.yaml(path)
                self.layer("figures").lay(document, "figures")
                document.faults.clear()
                self.layer("series").lay(document, "series")
                self.layer("charts").lay(document, "charts")
            case ("helplines", name):
                self.layer("helplines", name.removesuffix(".yaml")).lay(self.yaml(path))
            case ("sources.yaml" | "tips.yaml" | "quiz.yaml" | "askers.yaml" as name,):
                self.layer(name.removesuffix(".yaml")).lay(self.yaml(path))
            case (language, "figures.yaml"):
                self.layer(language, "figures").merge(self.yaml(path))
            case (
                language,
                "wording.yaml"
                | "tips.yaml"
                | "quiz.yaml"
                | "starters.yaml"
                | "agreement.yaml"
                | "language.yaml" as name,
            ):
                self.layer(language, name.removesuffix(".yaml")).lay(self.yaml(path))
            case _:
                self.faults.append(Fault(shown(path), 1, "no part of a pack has this name", Severity.WARNING))

    def yaml(self, path: Path) -> Document:
        text, faults = read_text(path)
        document = parse_yaml(text, shown(path))
        document.faults[:0] = faults
        return document

    def finish(self, version: str, base: Path) -> Loaded:
        topics = self.layer("topics").typed(Topic, "topics")
        codes = {key[0] for key in self.kinds if len(key) == 2 and re.fullmatch(LANGUAGE, key[0])}
        pack = Pack(
            version=version,
            topics=topics,
            sources=self.layer("sources").typed(Source),
            figures=self.layer("figures").typed(Figure, "figures"),
            series=self.layer("series").typed(Series, "series"),
            charts=self.layer("charts").typed(Chart, "charts"),
            helplines={
                key[1]: layered.typed(Helpline)
                for key, layered in sorted(self.kinds.items())
                if key[0] == "helplines" and len(key) == 2
            },
            tips=self.layer("tips").typed(Tip),
            quiz=self.layer("quiz").typed(QuizQuestion),
            languages={code: language for code in sorted(codes) if (language := self.language(code))},
            question_languages=tuple(sorted(self.question_languages)),
            askers=self.layer("askers").typed(Asker),
        )
        places = self.places()
        self.faults += _not_removable(pack, base, places)
        for layered in self.kinds.values():
            self.faults += layered.faults
        unique = tuple(dict.fromkeys(sorted(self.faults)))
        return Loaded(pack, unique, places, base)

    def language(self, code: str) -> LanguagePack | None:
        head = {name: value for name, (value, _) in self.layer(code, "language").entries.items()}
        return LanguagePack(
            code=code,
            name=str(head.get("name", code)),
            complete=head.get("complete") is True,
            topics=self.layer(code, "topics").typed(TopicText),
            tips=self.strings(code, "tips"),
            wording=self.strings(code, "wording"),
            figures=self.layer(code, "figures").whole(FigureWording)
            or FigureWording(units={}, measures={}, scopes={}, limits={}),
            quiz=self.layer(code, "quiz").typed(QuizWords),
            starters=self.starters(code),
            agreement=self.layer(code, "agreement").whole(Agreement),
        )

    def strings(self, code: str, kind: str) -> dict[str, str]:
        result: dict[str, str] = {}
        layered = self.layer(code, kind)
        for name, (value, document) in layered.entries.items():
            if kind == "tips" and not layered.is_id(name, document):
                continue
            if isinstance(value, str) and value.strip():
                result[name] = value.strip()
            else:
                layered.faults.append(Fault(document.file, document.line(name), f"'{name}' must be a text"))
        return result

    def starters(self, code: str) -> dict[AgeBand, tuple[str, ...]]:
        result: dict[AgeBand, tuple[str, ...]] = {}
        layered = self.layer(code, "starters")
        for name, (value, document) in layered.entries.items():
            line = document.line(name)
            if name not in set(AgeBand):
                layered.faults.append(Fault(document.file, line, f"'{name}' is none of the ages {', '.join(AgeBand)}"))
            elif isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value):
                result[AgeBand(name)] = tuple(text.strip() for text in value)
            else:
                layered.faults.append(Fault(document.file, line, f"'{name}' must be a list of texts"))
        return result

    def places(self) -> dict[tuple[str, ...], tuple[str, int]]:
        found: dict[tuple[str, ...], tuple[str, int]] = {}
        for key, layered in self.kinds.items():
            for name, (_, document) in layered.entries.items():
                roots = (("topics", name), ("figures", name), ("series", name), ("charts", name), (name,))
                line = next((document.lines[root] for root in roots if root in document.lines), 1)
                found[*key, name] = (document.file, line)
        return found


def _not_removable(pack: Pack, base: Path, places: Mapping[tuple[str, ...], tuple[str, int]]) -> Iterable[Fault]:
    """Report emergencies without text and needs without a helpline anywhere: no layer may cause that."""
    for topic_id, topic in pack.topics.items():
        if topic.urgency is not Urgency.EMERGENCY:
            continue
        for code, language in pack.languages.items():
            if topic_id in language.topics:
                continue
            file, line = places["topics", topic_id]
            if Path(file).is_relative_to(shown(base)):
                file, line = f"{shown(base)}/{code}/topics/{topic_id}.md", 1
            message = f"the text of the emergency '{topic_id}' is missing in '{code}' and may not be removed"
            yield Fault(file, line, f"{message}: every reply language needs it")
    served = {need for lines in pack.helplines.values() for line in lines.values() for need in line.needs}
    for need in (Need.SUICIDE, Need.REMOVE_IMAGE, Need.REPORT_IMAGE, Need.GENERAL):
        if need not in {n for line in pack.helplines.get(WORLD, {}).values() for n in line.needs}:
            place = f"{shown(base)}/helplines/{WORLD}.yaml"
            yield Fault(place, 1, f"no worldwide service is left for the need '{need}'; the last may not be removed")
    for need in Need:
        if need not in served:
            yield Fault(f"{shown(base)}/helplines", 1, f"no helpline is left for the need '{need}'")
