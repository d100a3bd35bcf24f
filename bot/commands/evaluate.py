"""`mamori evaluate`: how well messages are understood, with intervals."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.commands.errors import UsageError
from bot.commands.parts import pack_of, settings_of
from bot.commands.understanding import understander_of
from bot.understanding.bar import Bar
from bot.understanding.encoder import EncoderUnavailable, load_encoder
from bot.understanding.evaluate import judge, measure, parse_questions, render_report
from content.faults import Fault, Severity


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori evaluate`."""
    parser.add_argument("file", nargs="?", type=Path, help="labelled questions, one JSON object a line")
    parser.add_argument(
        "--train", type=Path, metavar="T.csv", help="fit on these rows instead of the pack: columns text,label"
    )
    parser.add_argument(
        "--test", type=Path, metavar="S.csv", help="measure on these rows; an empty label is out of scope"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the table of figures; return 1 when lines of a file were broken."""
    if arguments.train is not None or arguments.test is not None:
        if arguments.train is None or arguments.test is None or arguments.file is not None:
            raise UsageError("mamori evaluate: --train and --test go together, and without another file")
        return _evaluate_labels(arguments.train, arguments.test)
    if arguments.file is None:
        raise UsageError("mamori evaluate: give a file of labelled questions, or --train and --test")
    with _opened(arguments.file) as lines:
        questions, faults = parse_questions(lines, str(arguments.file))
    _say(faults)
    if not questions:
        raise UsageError(f"{arguments.file}: there is no labelled question in it")
    settings = settings_of()
    engine = understander_of(settings, pack_of(settings), Bar())
    sys.stdout.write(render_report(measure(judge(engine, questions))) + "\n")
    return 1 if any(fault.severity is Severity.FAULT for fault in faults) else 0


def _evaluate_labels(train: Path, test: Path) -> int:
    """Fit the same engine on anybody's labelled rows, and print what it makes of others."""
    from bot.understanding.benchmark import measure_labels, parse_rows, render_labels  # noqa: PLC0415  # loads scikit-learn, which nothing else here needs

    read, broken, settings = [], False, settings_of()
    for path in (train, test):
        with _opened(path) as lines:
            rows, faults = parse_rows(lines, str(path))
        _say(faults)
        if not rows:
            raise UsageError(f"{path}: there is no labelled row in it")
        broken = broken or bool(faults)
        read.append(rows)
    try:
        report = measure_labels(read[0], read[1], load_encoder(settings.encoder, settings.cache_dir), Bar())
    except EncoderUnavailable as error:
        raise UsageError(f"BOT_ENCODER: {error}") from None
    except ValueError as error:
        raise UsageError(f"{train}: {error}") from None
    sys.stdout.write(render_labels(report) + "\n")
    return 1 if broken else 0


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Open a file for reading, a mark of its encoding left out; say in one sentence why that cannot be."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield lines
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: cannot be read (it is not UTF-8)") from None


def _say(faults: Iterable[Fault]) -> None:
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
