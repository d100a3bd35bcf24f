"""`mamori evaluate`: how well messages are understood, with intervals."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.app import load_understander
from bot.commands.errors import UsageError
from bot.commands.parts import pack_of, settings_of
from bot.understanding.evaluate import judge, measure, parse_questions, render_report
from content.faults import Severity


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori evaluate`."""
    parser.add_argument("file", nargs="?", type=Path, help="labelled questions, one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Print the table of figures; return 1 when lines of the file were broken."""
    if arguments.file is None:
        raise UsageError("mamori evaluate: give a file of labelled questions")
    try:
        with arguments.file.open(encoding="utf-8") as lines:
            questions, faults = parse_questions(lines, str(arguments.file))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{arguments.file}: cannot be read ({error})") from None
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if not questions:
        raise UsageError(f"{arguments.file}: there is no labelled question in it")
    engine = load_understander(pack_of(settings_of()))
    sys.stdout.write(render_report(measure(judge(engine, questions))) + "\n")
    return 1 if any(fault.severity is Severity.FAULT for fault in faults) else 0
