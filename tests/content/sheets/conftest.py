from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from content import check as check_module
from content.check import check_packs
from content.checks.advice import check_advice
from content.checks.numbers_in_text import check_numbers_in_text
from content.faults import Fault, Severity
from content.load import BASE_PACK
from content.sheets.export import export_workbook
from content.sheets.folder import PackFolder
from content.sheets.layout import SheetLayout, layouts
from content.sheets.merge import Imported, import_workbook

TODAY = date(2026, 12, 1)
WORDS = (check_advice, check_numbers_in_text)


@cache
def shipped() -> dict[str, bytes]:
    """Return the files of the shipped pack, which has no fault: that need not be found out again for every copy."""
    assert not [fault for fault in check_packs([], today=TODAY).faults if fault.severity is Severity.FAULT]
    return files_of(BASE_PACK)


def files_of(folder: Path) -> dict[str, bytes]:
    paths = [*folder.rglob("*.yaml"), *folder.rglob("*.md")]
    kept = [path for path in paths if not {"fitted", "questions"} & {*path.relative_to(folder).parts}]
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


def check(folder: Path) -> Iterable[Fault]:
    return () if files_of(folder) == shipped() else check_packs([], today=TODAY, base=folder).faults


class Desk:
    """A copy of the shipped pack, and a workbook of the rows that a test changes as an editor would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = PackFolder(folder)
        self.book: Any = Workbook()

    def whole(self) -> Any:
        """Take the workbook of the whole pack."""
        self.book = load_workbook(io.BytesIO(export_workbook(self.source)))
        return self.book

    def cell(self, sheet: str, column: str, row_id: str, language: str = "") -> Any:
        """Return a cell; its sheet and its row are filled from the pack when the workbook does not have them yet."""
        layout = self.layout(sheet)
        page = self.page(layout)
        for number in range(2, page.max_row + 2):
            found = [page.cell(number, at + 1).value for at in range(len(layout.keys))]
            if row_id in found and (not language or language in found):
                return page.cell(number, layout.headings.index(column) + 1)
        keys = (key for key in self.source.keys(layout) if key["id"] == row_id)
        key = next(key for key in keys if not language or key["language"] == language)
        values = {one.name: one.codec.show(self.source.value(one, key)) or None for one in layout.columns}
        return page.cell(self.add_row(sheet, {**key, **values}), layout.headings.index(column) + 1)

    def add_row(self, sheet: str, values: dict[str, Any]) -> int:
        layout = self.layout(sheet)
        page = self.page(layout)
        row = int(page.max_row) + 1
        for name, value in values.items():
            page.cell(row, layout.headings.index(name) + 1).value = value
        return row

    def layout(self, sheet: str) -> SheetLayout:
        return next(layout for layout in layouts(self.source.languages) if layout.name == sheet)

    def page(self, layout: SheetLayout) -> Any:
        if layout.name not in self.book.sheetnames:
            self.book.create_sheet(layout.name).append(list(layout.headings))
        return self.book[layout.name]

    def import_(self, checked: Callable[[Path], Iterable[Fault]] = check) -> Imported:
        stream = io.BytesIO()
        self.book.save(stream)
        return import_workbook(stream.getvalue(), self.folder, checked)

    def bytes(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("master") / "pack"
    shutil.copytree(BASE_PACK, folder, ignore=shutil.ignore_patterns("fitted", "questions"))
    return folder


@pytest.fixture
def desk(master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    # what no cell of these tests breaks need not be looked for in every text of every copy
    monkeypatch.setattr(check_module, "CHECKS", [rule for rule in check_module.CHECKS if rule not in WORDS])
    folder = tmp_path / "pack"
    shutil.copytree(master, folder)
    return Desk(folder)
