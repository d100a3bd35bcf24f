"""A workbook as rows of text, each cell with its place, or the sentences that say why it cannot be read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from content.sheets.cells import plain
from content.sheets.layout import Column, SheetLayout


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A cell as an editor finds it: `tips!C12`."""

    sheet: str
    row: int
    cell: str

    def __str__(self) -> str:
        """Return the sheet and the cell."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(frozen=True, slots=True, order=True)
class CellFault:
    """One thing to mend in a workbook."""

    place: Place
    message: str

    def __str__(self) -> str:
        """Return `sheet!cell: fault: message`."""
        return f"{self.place}: fault: {self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what names it, where it stands, and the cells of the columns that the sheet has."""

    layout: SheetLayout
    key: Mapping[str, str]
    place: Place
    cells: Mapping[Column, tuple[Place, str]]


@dataclass(slots=True)
class Rows:
    """All rows of a workbook and what is wrong with it."""

    rows: list[Row] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


def read_workbook(content: bytes, layouts: Sequence[SheetLayout]) -> Rows:
    """Return the rows of the sheets that are known; sheets with other names are an editor's own and left alone."""
    result = Rows()
    try:
        book = load_workbook(io.BytesIO(content), data_only=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        result.faults.append(CellFault(Place("workbook", 0, ""), f"this is no .xlsx workbook ({type(error).__name__})"))
        return result
    sheets = {sheet.title.strip().casefold(): sheet for sheet in book.worksheets}
    known = [layout for layout in layouts if layout.name in sheets]
    if not known:
        names = ", ".join(layout.name for layout in layouts)
        result.faults.append(CellFault(Place("workbook", 0, ""), f"none of its sheets is called {names}"))
    for layout in known:
        _read_sheet(sheets[layout.name], layout, result)
    return result


def _read_sheet(sheet: Any, layout: SheetLayout, result: Rows) -> None:  # noqa: ANN401  # the library is untyped
    rows = sheet.iter_rows()
    headings = _headings(next(rows, ()), layout, result)
    missing = [name for name in layout.keys if name not in headings.values()]
    if missing:
        place = Place(layout.name, 1, "A1")
        result.faults.append(CellFault(place, f"the column '{missing[0]}', which names each row, is missing"))
        return
    columns = {column.name: column for column in layout.columns}
    seen: dict[tuple[str, ...], Place] = {}
    for cells in rows:
        texts = {headings[cell.column]: (cell, _text(cell)) for cell in cells if cell.column in headings}
        if not any(text for _, text in texts.values()):
            continue
        key = {name: texts[name][1] for name in layout.keys if name in texts}
        place = _place(layout, texts[layout.keys[0]][0])
        empty = next((name for name in layout.keys if not key.get(name)), None)
        if empty is not None:
            result.faults.append(CellFault(_place(layout, texts[empty][0]), f"the cell '{empty}' is empty"))
            continue
        named = tuple(key.values())
        if named in seen:
            result.faults.append(CellFault(place, f"'{' '.join(named)}' stands at {seen[named].cell} already"))
            continue
        seen[named] = place
        values = {
            columns[name]: (_place(layout, cell), text) for name, (cell, text) in texts.items() if name in columns
        }
        result.rows.append(Row(layout, key, place, values))


def _headings(cells: Sequence[Any], layout: SheetLayout, result: Rows) -> dict[int, str]:
    """Return the heading of each column by its number; capitals and spaces around do not matter."""
    known = {name.casefold(): name for name in layout.headings}
    found: dict[int, str] = {}
    for cell in cells:
        heading = plain(cell.value)
        if not heading:
            continue
        name = known.get(" ".join(heading.casefold().split()))
        if name is None:
            message = f"no column of '{layout.name}' is called '{heading}'; there are {', '.join(layout.headings)}"
            result.faults.append(CellFault(_place(layout, cell), message))
        elif name in found.values():
            result.faults.append(CellFault(_place(layout, cell), f"the column '{name}' stands here a second time"))
        else:
            found[cell.column] = name
    return found


def _text(cell: Any) -> str:  # noqa: ANN401  # the library is untyped
    """Return what stands in a cell as text. A formula is its own text: nothing is ever computed."""
    value = cell.value
    return plain(getattr(value, "text", value))


def _place(layout: SheetLayout, cell: Any) -> Place:  # noqa: ANN401  # the library is untyped
    return Place(layout.name, cell.row, cell.coordinate)
