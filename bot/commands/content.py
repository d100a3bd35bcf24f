"""`mamori content export|import FILE.xlsx`: the pack as a workbook for editors, and back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.counting import count_of
from bot.commands.errors import UsageError
from content.check import check_packs
from content.faults import Fault
from content.load import BASE_PACK
from content.sheets.export import export_workbook
from content.sheets.folder import PackFolder
from content.sheets.merge import import_workbook


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori content`."""
    parser.add_argument("action", choices=("export", "import"), help="to a workbook, or from one")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE.xlsx", help="the workbook")
    parser.add_argument("--xlsx", type=Path, metavar="FILE.xlsx", help="the same, by name")
    parser.add_argument("--pack", type=Path, metavar="DIR", help="an overlay instead of the base pack")


def run(arguments: argparse.Namespace) -> int:
    """Write or read a workbook; return 1 when it has faults, and then no file has changed."""
    book: Path | None = arguments.xlsx or arguments.file
    if book is None or (arguments.xlsx and arguments.file):
        raise UsageError("mamori content: name one workbook, for example `mamori content export pack.xlsx`")
    if arguments.pack is not None and not arguments.pack.is_dir():
        raise UsageError(f"the folder {arguments.pack} does not exist")
    folder: Path = arguments.pack or BASE_PACK
    if arguments.action == "export":
        return _export(folder, book)
    return _import(folder, book, overlay=arguments.pack is not None)


def _export(folder: Path, book: Path) -> int:
    try:
        book.write_bytes(export_workbook(PackFolder(folder)))
    except OSError as error:
        raise UsageError(f"{book} cannot be written: {error.strerror}") from None
    sys.stdout.write(f"{book} holds the topics, texts, tips, quiz and helplines of {folder}\n")
    return 0


def _import(folder: Path, book: Path, *, overlay: bool) -> int:
    try:
        content = book.read_bytes()
    except OSError as error:
        raise UsageError(f"{book} cannot be read: {error.strerror}") from None

    def check(where: Path) -> Iterable[Fault]:
        today = datetime.now(UTC).date()
        return (check_packs([where], today=today) if overlay else check_packs([], today=today, base=where)).faults

    done = import_workbook(content, folder, check)
    for fault in done.faults:
        sys.stdout.write(f"{fault}\n")
    if done.faults:
        sys.stdout.write(f"\n{count_of(len(done.faults), 'fault')}; no file has changed\n")
        return 1
    for file in done.files:
        sys.stdout.write(f"changed: {file}\n")
    sys.stdout.write(f"cells changed: {done.cells}, files changed: {len(done.files)}\n")
    return 0
