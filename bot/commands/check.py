"""`mamori check`: everything an editor must know before publishing, with file and line."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.against import compare_with
from bot.commands.counting import count_of
from bot.commands.links import dead_links
from bot.commands.parts import settings_of
from bot.replies.first_screens import check_first_screens
from bot.understanding.blast import render_blast
from content.check import check_packs, count_table
from content.coverage import coverage_table
from content.faults import Severity


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori check`."""
    parser.add_argument(
        "--pack", action="append", type=Path, default=[], metavar="DIR", help="an overlay; may be repeated"
    )
    parser.add_argument("--against", metavar="REV", help="say which of the pack's questions an edit since REV moves")
    parser.add_argument("--links", action="store_true", help="open every web address too; the only check online")
    parser.add_argument("--strict", action="store_true", help="warnings count as faults")


def run(arguments: argparse.Namespace) -> int:
    """Print every fault and warning, then the tables of what there is; return 1 on faults."""
    result = check_packs(arguments.pack, today=datetime.now(UTC).date())
    faults = [*result.faults]
    if result.loaded is not None and not any(fault.severity is Severity.FAULT for fault in faults):
        faults += check_first_screens(result.loaded)
    if arguments.links and result.loaded is not None:
        faults += asyncio.run(dead_links(result.loaded))
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    hard = sum(fault.severity is Severity.FAULT for fault in faults)
    soft = len(faults) - hard
    if result.unread:
        sys.stdout.write("\nwhat follows from these faults is not listed: mend them, then check again\n")
    elif result.pack is not None:
        sys.stdout.write("\n" + coverage_table(result.pack) + "\n")
        sys.stdout.write("\n" + count_table(result.pack) + "\n")
    sys.stdout.write(f"\n{count_of(hard, 'fault')}, {count_of(soft, 'warning')}\n")
    if arguments.against is None:
        return 1 if hard or (arguments.strict and soft) else 0
    if hard:
        sys.stdout.write(f"\nmend the faults first; then ask what has changed since {arguments.against}\n")
        return 1
    return max(_changes(arguments, settings_of().cache_dir), 1 if arguments.strict and soft else 0)


def _changes(arguments: argparse.Namespace, cache: Path) -> int:
    """Print what an edit does to the pack's questions; under `--strict` an emergency that is none any more counts."""
    since = compare_with(arguments.against, arguments.pack, cache)
    sys.stdout.write(f"\nsince {arguments.against}:\n")
    for fault in since.reviews:
        sys.stdout.write(f"{fault}\n")
    if since.blast is None:
        sys.stdout.write("nothing that understanding is made from has changed\n")
        return 1 if arguments.strict and since.reviews else 0
    everything = cache / "since.txt"
    everything.write_text(render_blast(since.blast, None) + "\n", "utf-8")
    sys.stdout.write(render_blast(since.blast) + f"\n\nall of them, with the close calls: {everything}\n")
    return 1 if arguments.strict and (since.reviews or since.blast.silenced) else 0
