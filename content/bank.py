"""The bank of sentences: what people write, with the topics and the urgency that editors gave each line.

The bank stands in `questions/<language>/<part>-<writer>.tsv` of a pack: UTF-8, tab-separated, with the header
`topic urgency style text`. `topic` is an id of the list of topics, `best|also` when up to three are right, or
`out:KIND` for what the bot must decline. `slang.tsv` in the same folder says what spellings mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from content.faults import Fault, Severity, shown
from content.model import BankLine, Urgency
from content.yamlfile import read_text

HEADER = ("topic", "urgency", "style", "text")
SLANG_FILE = "slang.tsv"
SLANG_HEADER = ("written", "meant")
OUT = "out:"
OUT_KINDS = ("near", "off-topic", "chitchat", "gibberish", "injection", "predator")
STYLES = (
    "keyword",
    "short",
    "teen",
    "story",
    "indirect",
    "polite",
    "typos",
    "learner",
    "teacher",
    "trap",
    "fragment",
)
MAX_TOPICS = 3
_LANGUAGE = re.compile(r"[a-z]{2}")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Bank:
    """All lines of the bank in the order of languages, files and lines; `slang` maps written to meant by language."""

    lines: tuple[BankLine, ...]
    slang: Mapping[str, Mapping[str, str]]
    faults: tuple[Fault, ...]
    places: tuple[tuple[str, int], ...] = ()
    """File and line of each entry of `lines`, at the same index."""


@dataclass(slots=True)
class _Reading:
    topics: Collection[str]
    lines: list[BankLine] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    slang: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    earlier: int = 0
    """How many lines come from packs below the one being read."""


def load_bank(packs: Sequence[Path], topics: Collection[str]) -> Bank:
    """Return the bank of the pack folders in `packs`, the base pack first; `topics` are the ids that exist.

    What does not fit becomes a fault with file and line and is left out; the rest is returned. Raises nothing
    for bad content. A line that stands twice in one language of a pack is read once, with a warning; a line of a
    later pack replaces the same line of an earlier one.
    """
    reading = _Reading(topics)
    for pack in packs:
        reading.earlier = len(reading.lines)
        for path in sorted((pack / "questions").glob("*/*.tsv")):
            _read_file(path, reading)
    return Bank(tuple(reading.lines), reading.slang, tuple(reading.faults), tuple(reading.places))


def fingerprint(text: str) -> str:
    """Return the letters and digits of a text without case, accents of width, spaces and signs.

    Texts that differ in nothing else are the same line. A text of signs alone is returned as it is.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub("", folded) or folded.strip()


def _read_file(path: Path, reading: _Reading) -> None:
    text, faults = read_text(path)
    reading.faults += faults
    file, language = shown(path), path.parent.name
    if not _LANGUAGE.fullmatch(language):
        reading.faults.append(Fault(file, 1, f"the folder '{language}' is not a two-letter code of a language"))
        return
    slang = path.name == SLANG_FILE
    header = SLANG_HEADER if slang else HEADER
    rows = text.split("\n")
    if tuple(rows[0].split("\t")) != header:
        reading.faults.append(Fault(file, 1, f"the first line must be '{'<tab>'.join(header)}'"))
        return
    for number, columns in _rows(rows, len(header), file, reading):
        if slang:
            reading.slang.setdefault(language, {})[columns[0].casefold()] = columns[1]
        else:
            _read_line(path, (file, number), columns, reading)


def _rows(rows: Sequence[str], width: int, file: str, reading: _Reading) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows[1:], 2):
        if not row.strip():
            if number < len(rows):
                reading.faults.append(Fault(file, number, "an empty line", Severity.WARNING))
            continue
        columns = [column.strip() for column in row.split("\t")]
        if len(columns) != width:
            message = f"{len(columns)} columns instead of {width}; columns are separated by one tab"
            reading.faults.append(Fault(file, number, message))
        elif not all(columns):
            reading.faults.append(Fault(file, number, "a column is empty"))
        else:
            yield number, columns


def _read_line(path: Path, place: tuple[str, int], columns: Sequence[str], reading: _Reading) -> None:
    topic, urgency, style, text = columns
    language = path.parent.name
    names = tuple(topic.split("|"))
    problems = [*_topic_problems(names, reading.topics)]
    if urgency not in set(Urgency):
        problems.append(f"'{urgency}' is no urgency; it is one of {', '.join(Urgency)}")
    if style not in STYLES:
        problems.append(f"'{style}' is no style; it is one of {', '.join(STYLES)}")
    if problems:
        reading.faults += [Fault(*place, problem) for problem in problems]
        return
    line = BankLine(
        topics=names,
        urgency=Urgency(urgency),
        style=style,
        text=text,
        language=language,
        writer=path.stem.rpartition("-")[2],
    )
    first = reading.seen.setdefault((language, fingerprint(text)), len(reading.lines))
    if first == len(reading.lines):
        reading.lines.append(line)
        reading.places.append(place)
    elif first < reading.earlier:
        reading.lines[first], reading.places[first] = line, place
    else:
        reading.faults.append(_double(place, reading.places[first], line, reading.lines[first]))


def _topic_problems(names: Sequence[str], topics: Collection[str]) -> Iterator[str]:
    if len(names) > MAX_TOPICS:
        yield f"{len(names)} topics; at most {MAX_TOPICS} can be right"
    if len(set(names)) < len(names):
        yield "a topic is named twice"
    for name in names:
        if name.startswith(OUT):
            if name.removeprefix(OUT) not in OUT_KINDS:
                yield f"'{name}' is no kind of {OUT}; it is one of {', '.join(OUT_KINDS)}"
            elif len(names) > 1:
                yield f"'{name}' stands together with other topics; what is declined has no topic"
        elif name not in topics:
            yield f"there is no topic '{name}'"


def _double(place: tuple[str, int], first: tuple[str, int], line: BankLine, earlier: BankLine) -> Fault:
    same = earlier.topics == line.topics and earlier.urgency is line.urgency
    labels = "" if same else " with other labels; one of the two is wrong"
    return Fault(*place, f"the same sentence stands at {first[0]}:{first[1]}{labels}", Severity.WARNING)
