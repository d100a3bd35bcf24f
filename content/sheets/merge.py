"""A workbook back into a pack's folder: all of it or nothing."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from content.faults import Fault, Severity, shown
from content.model import WORLD
from content.sheets.cells import plain
from content.sheets.edit_yaml import changed_entry
from content.sheets.folder import PackFolder, follow, parse_file
from content.sheets.layout import Column, layouts
from content.sheets.read import CellFault, Place, Row, read_workbook

Check = Callable[[Path], Iterable[Fault]]
"""Checks the pack in a folder: for the base pack itself, or for an overlay laid over it."""

_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,47}$")
_COUNTRY = re.compile(rf"^([A-Z]{{2}}|{WORLD})$")
_SKIPPED = ("fitted",)


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that says something else than the pack."""

    file: str
    root: tuple[str, ...]
    entry: str
    path: tuple[str, ...]
    value: object
    place: Place
    column: str


@dataclass(slots=True)
class Imported:
    """The outcome: files that were written, cells that changed; or faults, and then nothing was written."""

    files: tuple[str, ...] = ()
    cells: int = 0
    faults: list[CellFault | Fault] = field(default_factory=list)


def import_workbook(content: bytes, folder: Path, check: Check) -> Imported:
    """Bring what a workbook says otherwise into the files of a pack's folder.

    Cells that say what the pack says change nothing, and rows that are left out neither. When any cell has a fault, or
    the pack would have a fault that it does not have now, no file is touched.
    """
    source = PackFolder(folder)
    read = read_workbook(content, layouts(source.languages))
    changes: list[Change] = []
    for row in read.rows:
        named = list(_name_faults(row, source.languages))
        read.faults += named
        if not named:
            changes += _changes(row, source, read.faults)
    texts = {} if read.faults else _texts(changes, source, read.faults)
    if read.faults:
        return Imported(faults=[*sorted(read.faults)])
    if not texts:
        return Imported()
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / folder.name
        shutil.copytree(folder, trial, ignore=shutil.ignore_patterns(*_SKIPPED))
        _write(trial, texts)
        after = PackFolder(trial)
        faults = [_at_cell(fault, changes, after) for fault in _new_faults(folder, trial, check)]
    if faults:
        return Imported(faults=[*faults])
    _write(folder, texts)
    return Imported(tuple(sorted(texts)), len(changes))


def _name_faults(row: Row, languages: Sequence[str]) -> Iterator[CellFault]:
    """Yield what is wrong with the cells that name a row: they become names of files."""
    if not _ID.match(row.key["id"]):
        yield CellFault(row.place, f"'{row.key['id']}' is no id; use small letters, digits and hyphens")
    if row.key.get("language", languages[0] if languages else "") not in languages:
        yield CellFault(row.place, f"there is no language '{row.key['language']}'; there are {', '.join(languages)}")
    if not _COUNTRY.match(row.key.get("country", WORLD)):
        yield CellFault(row.place, f"'{row.key['country']}' is no country; write two capital letters, or {WORLD}")


def _changes(row: Row, source: PackFolder, faults: list[CellFault]) -> Iterator[Change]:
    for column, (place, text) in row.cells.items():
        old = column.codec.show(source.value(column, row.key)).strip()
        if text == plain(old):
            continue
        if column.required and not text:
            message = f"'{column.name}' cannot be empty; to take out the whole text, delete its file"
            faults.append(CellFault(place, message))
            continue
        try:
            value = column.codec.parse(text) if text else None
        except ValueError as error:
            faults.append(CellFault(place, str(error)))
            continue
        yield _change(column, row, value, place)


def _change(column: Column, row: Row, value: object, place: Place) -> Change:
    return Change(column.file(row.key), column.root, row.key["id"], column.path, value, place, column.name)


def _texts(changes: Sequence[Change], source: PackFolder, faults: list[CellFault]) -> dict[str, str]:
    """Return the new text of each file that changes, and make sure that it says what the cells say."""
    files: dict[tuple[str, tuple[str, ...]], dict[str, dict[tuple[str, ...], object]]] = {}
    first: dict[str, Place] = {}
    for change in changes:
        entry = files.setdefault((change.file, change.root), {}).setdefault(change.entry, {})
        entry[change.path] = change.value
        first.setdefault(change.file, change.place)
    texts: dict[str, str] = {}
    for (file, root), entries in files.items():
        try:
            texts[file] = source.edited(file, root, entries)
        except ValueError as error:
            faults.append(CellFault(first[file], str(error)))
            continue
        after = parse_file(file, texts[file])
        for name, values in entries.items():
            wanted = changed_entry(source.entry(file, root, name), values)
            if after.faults or follow(after.data, (*root, name)) != wanted:
                faults.append(CellFault(first[file], f"'{name}' cannot be written to {file}; change it there"))
    return texts


def _new_faults(folder: Path, trial: Path, check: Check) -> list[Fault]:
    """Return the faults that the pack would have and does not have now."""
    after = [_inside(fault, trial) for fault in check(trial) if fault.severity is Severity.FAULT]
    if not after:
        return []
    before = Counter((fault.file, fault.message) for fault in (_inside(one, folder) for one in check(folder)))
    return [fault for fault in after if not before[fault.file, fault.message]]


def _inside(fault: Fault, folder: Path) -> Fault:
    """Return a fault with its file and its words as seen from within the folder."""
    outside = f"{shown(folder)}/"
    return Fault(fault.file.removeprefix(outside), fault.line, fault.message.replace(outside, ""), fault.severity)


def _at_cell(fault: Fault, changes: Sequence[Change], after: PackFolder) -> CellFault | Fault:
    """Return the fault at the cell that it comes from: of those in its entry, the one that its words name."""
    entry = _in_entry(fault, changes, after)
    if not entry:
        return fault
    named = [change for change in entry if _is_named(change, fault.message)]
    return CellFault((named or entry)[0].place, f"{fault.message} ({fault.file}:{fault.line})")


def _in_entry(fault: Fault, changes: Sequence[Change], after: PackFolder) -> list[Change]:
    """Return the changed cells of the entry that has a fault: on its line, in its file, or of the same name."""
    here = [change for change in changes if change.file == fault.file]
    if fault.file.endswith(".md"):
        return here
    document = after.document(fault.file)
    exact = [one for one in here if document.line(*one.root, one.entry, *one.path) == fault.line]
    names = {path[-1] for path, line in document.lines.items() if path and line == fault.line}
    return exact or [one for one in changes if one.entry in names or f"'{one.entry}'" in fault.message]


def _is_named(change: Change, message: str) -> bool:
    """Tell whether a fault quotes a value of a cell or calls its column."""
    values = change.value if isinstance(change.value, list) else [change.value]
    return change.column.split()[0] in message or any(f"'{plain(value)}'" in message for value in values)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write all files beside the old ones, then put them in their place."""
    ready: list[tuple[Path, Path]] = []
    for file, text in texts.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(text, "utf-8")
        ready.append((fresh, path))
    for fresh, path in ready:
        fresh.replace(path)
