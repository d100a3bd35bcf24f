"""`mamori check`: everything an editor must know before publishing, with file and line."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from content.check import check_packs, count_table
from content.coverage import coverage_table
from content.faults import Severity


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori check`."""
    parser.add_argument(
        "--pack", action="append", type=Path, default=[], metavar="DIR", help="an overlay; may be repeated"
    )
    parser.add_argument("--strict", action="store_true", help="warnings count as faults")


def run(arguments: argparse.Namespace) -> int:
    """Print every fault and warning, then the tables of what there is; return 1 on faults."""
    result = check_packs(arguments.pack, today=datetime.now(UTC).date())
    for fault in result.faults:
        sys.stdout.write(f"{fault}\n")
    hard = sum(fault.severity is Severity.FAULT for fault in result.faults)
    soft = len(result.faults) - hard
    if result.pack is not None:
        sys.stdout.write("\n" + coverage_table(result.pack) + "\n")
        sys.stdout.write("\n" + count_table(result.pack) + "\n")
    sys.stdout.write(f"\n{hard} faults, {soft} warnings\n")
    return 1 if hard or (arguments.strict and soft) else 0
