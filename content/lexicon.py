"""Words for the slots of a question about numbers, by language, as editors wrote them.

They stand in `questions/<language>/slots.yaml` of a pack: mappings from an id to phrases under `measures`, `groups`,
`questions`, `countries`, `unknown`, and lists of phrases under `places`, `newest`, `relative`, `counting`, `heads`
(what is counted follows them), `steps` (who asks what to do asks for no number), `victims`, `years_old`, `aged`,
`under`, `children` and `plain` (words that say nothing of what is counted). A phrase is written as people type it, in
lower case; `*` at its end stands for any ending, a space also for a hyphen. Phrases of scripts without spaces match
anywhere; a Latin phrase in the file of such a language (`x` for a service) counts only in a text of such a script.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from content.faults import Fault, shown
from content.model import Pack
from content.statistics import Figure, Series
from content.yamlfile import parse_yaml, read_text

SLOTS_FILE = "slots.yaml"
MAPPINGS = ("measures", "groups", "questions", "countries", "unknown")
PLAIN = ("children", "heads", "plain")
LISTS = ("places", "newest", "relative", "counting", "steps", "victims", "years_old", "aged", "under", *PLAIN)
_SCRIPTS = frozenset({"ja", "ko", "zh"})
_Phrases = dict[tuple[str, bool], dict[tuple[str, str], None]]
_GAPS = re.compile(r"[\s\-\u2010-\u2015]+")
_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Found:
    """One phrase found in a text: what kind of slot it fills, with which id, and where it stands."""

    slot: str
    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase brought to one form, with what it can mean.

    `open` means that any ending may follow, `bounded` that it is a word, `foreign` that it is one of another script.
    """

    text: str
    open: bool
    bounded: bool
    foreign: bool
    meanings: tuple[tuple[str, str], ...]

    def end(self, text: str, start: int) -> int | None:
        """Return where the phrase ends when it stands in `text` at `start`, else None."""
        if not text.startswith(self.text, start):
            return None
        end = start + len(self.text)
        if self.text[-1].isdigit() and text[end : end + 1].isdigit():
            return None
        if self.bounded:
            if start and _is_letter(text[start - 1]) and _is_letter(self.text[0]):
                return None
            while self.open and end < len(text) and _is_letter(text[end]):
                end += 1
            if end < len(text) and _is_letter(text[end]) and _is_letter(text[end - 1]):
                return None
        return end


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases of all languages, by their first sign; the longest phrase at a place wins.

    `topics` and `groups` tell the topic and the group of each measure of the pack.
    """

    phrases: Mapping[str, tuple[Phrase, ...]]
    topics: Mapping[str, str]
    groups: Mapping[str, str]
    faults: tuple[Fault, ...] = ()
    plain: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)

    def find(self, text: str) -> tuple[Found, ...]:
        """Return what is found in a text that was brought to one form by `fold`, in the order of the text."""
        return self._find(text, self.phrases)

    def find_plain(self, text: str) -> tuple[Found, ...]:
        """Return the `children`, `heads` and `plain` phrases in a folded text, which hide no other phrase."""
        return self._find(text, self.plain)

    def _find(self, text: str, phrases: Mapping[str, tuple[Phrase, ...]]) -> tuple[Found, ...]:
        found: list[Found] = []
        latin = not _NO_SPACES.search(text)
        at = 0
        while at < len(text):
            meanings, end = _longest(phrases, text, at, latin=latin)
            found += [Found(slot, name, at, end) for slot, name in meanings]
            at = max(end, at + 1)
        return tuple(found)


def fold(text: str) -> str:
    """Return a text with full-width signs, case, accents, apostrophes, hyphens and space brought to one form."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    return _GAPS.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def load_lexicon(folders: Sequence[Path], pack: Pack) -> Lexicon:
    """Return the phrases of all languages in the folders of a pack. What cannot be read becomes faults, file and line.

    An overlay adds phrases to those of the base pack.
    """
    phrases: _Phrases = {}
    faults: list[Fault] = []
    known = _ids(pack)
    for folder in folders:
        for path in sorted(folder.glob(f"questions/*/{SLOTS_FILE}")):
            faults += _read(path, phrases, known)
    numbers: list[Figure | Series] = [*pack.figures.values(), *pack.series.values()]
    plain, said = _parted(phrases)
    return Lexicon(
        _index(said),
        {one.measure: one.topic for one in numbers},
        {one.measure: one.group for one in numbers if one.group},
        tuple(faults),
        _index(plain),
    )


def _parted(phrases: _Phrases) -> tuple[_Phrases, _Phrases]:
    """Return the phrases of the slots of `PLAIN`, and those of all others."""
    parts: tuple[_Phrases, _Phrases] = ({}, {})
    for key, meanings in phrases.items():
        for meaning in meanings:
            parts[meaning[0] not in PLAIN].setdefault(key, {})[meaning] = None
    return parts


def _index(phrases: _Phrases) -> dict[str, tuple[Phrase, ...]]:
    index: dict[str, list[Phrase]] = {}
    for (written, native), meanings in phrases.items():
        stem = written.rstrip("*").strip()
        bounded = not _NO_SPACES.search(stem)
        phrase = Phrase(stem, written.endswith("*"), bounded, bounded and native, tuple(meanings))
        index.setdefault(stem[:2], []).append(phrase)
    return {
        key: tuple(sorted(some, key=lambda one: (-len(one.text), one.open, one.text))) for key, some in index.items()
    }


def _longest(
    phrases: Mapping[str, tuple[Phrase, ...]], text: str, at: int, *, latin: bool
) -> tuple[tuple[tuple[str, str], ...], int]:
    """Return all that the longest phrase at a place can mean, and where it ends; `(), at` when there is none."""
    furthest = at
    meanings: dict[tuple[str, str], None] = {}
    for key in (text[at : at + 2], text[at]):
        for phrase in phrases.get(key, ()):
            end = None if latin and phrase.foreign else phrase.end(text, at)
            if end is not None and end >= furthest:
                if end > furthest:
                    meanings, furthest = {}, end
                meanings |= dict.fromkeys(phrase.meanings)
    return tuple(meanings), furthest


def _ids(pack: Pack) -> Mapping[str, frozenset[str]]:
    numbers: list[Figure | Series] = [*pack.figures.values(), *pack.series.values()]
    return {
        "measures": frozenset(one.measure for one in numbers),
        "groups": frozenset(one.group for one in numbers if one.group),
    }


def _read(path: Path, phrases: _Phrases, known: Mapping[str, frozenset[str]]) -> Iterable[Fault]:
    native = path.parent.name in _SCRIPTS
    text, faults = read_text(path)
    document = parse_yaml(text, shown(path))
    faults += document.faults
    data = document.data
    if not isinstance(data, dict):
        return [*faults, Fault(shown(path), 1, "here must stand `slot: phrases` lines")]
    for slot, value in data.items():
        entries = value if isinstance(value, dict) and slot in MAPPINGS else {slot: value} if slot in LISTS else None
        if entries is None:
            faults.append(Fault(document.file, document.line(slot), f"'{slot}' is no slot with such an entry"))
            continue
        for name, words in entries.items():
            line = document.line(slot, name) if slot in MAPPINGS else document.line(slot)
            if slot in known and name not in known[slot]:
                faults.append(Fault(document.file, line, f"the pack has no figures for '{name}' ({slot})"))
            elif not isinstance(words, list) or not all(isinstance(word, str) and word.strip("* ") for word in words):
                faults.append(Fault(document.file, line, f"'{name}' needs a list of phrases"))
            else:
                for word in words:
                    phrases.setdefault((fold(word.strip()), native), {})[str(slot), str(name)] = None
    return faults


def _is_letter(char: str) -> bool:
    """Tell whether a sign continues a word of a script with spaces."""
    return char.isalnum() and not _NO_SPACES.match(char)
