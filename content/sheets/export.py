"""A pack's folder as a workbook."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from content.sheets.folder import PackFolder
from content.sheets.layout import SheetLayout, layouts

_WIDTHS = {"id": 28, "language": 10, "country": 10}
_WIDE = 46


def export_workbook(folder: PackFolder) -> bytes:
    """Return the topics, texts, tips, quiz and helplines of a folder as the bytes of an .xlsx file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for layout in layouts(folder.languages):
        _fill(book.create_sheet(layout.name), layout, folder)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(sheet: Any, layout: SheetLayout, folder: PackFolder) -> None:  # noqa: ANN401  # the library is untyped
    for number, heading in enumerate(layout.headings, start=1):
        _write(sheet.cell(1, number), heading)
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(heading, _WIDE)
    sheet.freeze_panes = sheet.cell(2, len(layout.keys) + 1)
    for row, key in enumerate(folder.keys(layout), start=2):
        values = [key[name] for name in layout.keys]
        values += [column.codec.show(folder.value(column, key)) for column in layout.columns]
        for number, value in enumerate(values, start=1):
            if value:
                _write(sheet.cell(row, number), value)


def _write(cell: Any, text: str) -> None:  # noqa: ANN401  # the library is untyped
    """Write text as text: what looks like a formula, a number or a date is neither."""
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith("=")
    cell.alignment = Alignment(wrap_text=True, vertical="top")
