"""Which sheet holds what: for each column the file of the pack, and the way to the value inside an entry of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from content.model import PART_NAMES
from content.sheets.cells import DATE, FLAG, HOURS, LINES, NAMES, NUMBER, PAIRS, PHONES, TEXT, WORDS, Codec

Key = Mapping[str, str]
"""The cells that name a row: its `id`, and where needed its `language` or `country`."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, how its cells are written, and where in the pack its values stand.

    `file` names the file for the key of a row; `root` leads to the entries in it, `path` into the entry
    (an empty one means the whole entry). A cell of a `required` column is not emptied.
    """

    name: str
    codec: Codec
    file: Callable[[Key], str]
    path: tuple[str, ...]
    root: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One sheet. `keys` are the headings of the cells that name a row; `folder` holds one file for each `group`."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings from left to right."""
        return (*self.keys, *(column.name for column in self.columns))


def layouts(languages: Sequence[str]) -> tuple[SheetLayout, ...]:
    """Return the sheets of a workbook for a pack with these reply languages."""
    return (_topics(), _texts(), _tips(languages), _quiz(languages), _helplines(languages))


def _fixed(file: str) -> Callable[[Key], str]:
    return lambda _: file


def _columns(
    file: Callable[[Key], str], named: Iterable[tuple[str, Codec]], root: tuple[str, ...] = ()
) -> list[Column]:
    return [Column(name, codec, file, (name,), root) for name, codec in named]


def _topics() -> SheetLayout:
    names = [("urgency", TEXT), ("sensitive", FLAG), ("scope", TEXT), ("group", TEXT), ("needs", NAMES)]
    names += [("related", NAMES)]
    return SheetLayout("topics", ("id",), tuple(_columns(_fixed("topics.yaml"), names, ("topics",))))


def _text_file(key: Key) -> str:
    return f"{key['language']}/topics/{key['id']}.md"


def _texts() -> SheetLayout:
    head = [("title", TEXT), ("young_title", TEXT), ("sources", NAMES), ("reviewed", DATE), ("settings_known", DATE)]
    words = [("keywords", LINES), ("examples", LINES)]
    columns = [*_columns(_text_file, [*head, *words]), Column("first", WORDS, _text_file, ("first",), required=True)]
    columns += [Column(name, WORDS, _text_file, ("parts", name)) for name in PART_NAMES]
    columns += _columns(_text_file, [("parent", WORDS), ("young", WORDS)])
    columns += [Column(f"young {name}", WORDS, _text_file, ("young_parts", name)) for name in PART_NAMES]
    columns += _columns(_text_file, [("teacher", WORDS)])
    return SheetLayout("texts", ("id", "language"), tuple(columns))


def _tips(languages: Sequence[str]) -> SheetLayout:
    names = [("topic", TEXT), ("audience", NAMES), ("ages", NAMES), ("sources", NAMES), ("reviewed", DATE)]
    columns = _columns(_fixed("tips.yaml"), names)
    columns += [Column(code, TEXT, _fixed(f"{code}/tips.yaml"), ()) for code in languages]
    return SheetLayout("tips", ("id",), tuple(columns))


def _quiz(languages: Sequence[str]) -> SheetLayout:
    columns = _columns(
        _fixed("quiz.yaml"), [("topic", TEXT), ("answer", NUMBER), ("sources", NAMES), ("reviewed", DATE)]
    )
    for code in languages:
        for name, codec in (("question", TEXT), ("options", LINES), ("explanation", TEXT)):
            columns.append(Column(f"{name} {code}", codec, _fixed(f"{code}/quiz.yaml"), (name,)))
    return SheetLayout("quiz", ("id",), tuple(columns))


def _helplines(languages: Sequence[str]) -> SheetLayout:
    def file(key: Key) -> str:
        return f"helplines/{key['country']}.yaml"

    of = partial(_columns, file)

    def worded(name: str) -> list[Column]:
        return [Column(f"{name} {code}", TEXT, file, (name, code)) for code in languages]

    columns = [
        *of([("kind", TEXT)]),
        *worded("name"),
        *of([("name_local", TEXT), ("for", TEXT)]),
        *worded("ages"),
        *of([("need", NAMES), ("phones", PHONES), ("url", TEXT), ("contact", PAIRS), ("zone", TEXT)]),
        *of([("always", FLAG), ("hours", HOURS), ("closed", NAMES), ("languages", NAMES), ("cost", TEXT)]),
        *worded("note"),
        *of([("source", TEXT), ("checked", DATE), ("confidence", TEXT)]),
    ]
    return SheetLayout("helplines", ("country", "id"), tuple(columns))
