"""What understanding costs: `python -m tests.bench.understanding`.

Start, memory, time for each question of the development set on one core, and how time, memory and fitting grow with the
number of topics and of lines: as a table, and as docs/img/growth-understanding.svg. Figures of the same run are to be
compared with one another; machines differ.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np

from bot.understanding.classifier import Classifier, Examples
from bot.understanding.encoder import limit_threads
from bot.understanding.engine import Engine
from bot.understanding.evidence import DEGREES, build_layout
from bot.understanding.fit import fit
from bot.understanding.lexical import LexicalScores
from bot.understanding.loading import BASE_PACK, load_engine
from content.bank import Bank, load_bank
from content.load import load_pack
from tests.bench.growth import Panel, draw_growth
from tests.bench.report import ROOT, head, show

QUESTIONS = Path(__file__).parents[1] / "evaluation" / "dev.jsonl"
TOPICS = (69, 250, 500, 1000)
DRAWN = (69, 250, 1000)
PICTURE = ROOT / "docs" / "img" / "growth-understanding.svg"
LINES = (10_000, 20_000, 40_000)
PARTS = (8, 4, 2, 1)
"""Of the bank's lines every eighth, fourth, second and all are fitted."""
SAMPLE = 150


def main() -> int:
    """Print all figures as a table."""
    limit_threads()
    before, begun = memory(), time.perf_counter()
    with tempfile.TemporaryDirectory() as cache:  # as `mamori run` does: the encoder's table is mapped from a file
        engine = load_engine(cache=Path(cache))
        engine.understand("first question")
    head("figure", "")
    show("loaded, and first answer", f"{time.perf_counter() - begun:.2f} s")
    show("memory at most", f"{memory():.0f} MB, {memory() - before:.0f} of them for understanding")
    questions = [json.loads(line)["text"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    heading("milliseconds of CPU", "p50", "p95")
    row("understand", timed(engine.understand, questions))
    show("*goal*", 6, 12)
    row("urgency alone", timed(engine.urgency, questions))
    row("letters only", timed(Engine(engine.fitted, None).understand, questions))
    pieces = {questions[i]: questions[i - 2 : i] for i in range(2, len(questions))}
    row("with two recent messages", timed(lambda text: engine.understand(text, pieces.get(text, ())), questions))
    heading("topics", "lines", "p50", "p95", "memory of the heads")
    grown = {(topics, lines): measure(engine, topics, lines, questions) for lines in LINES for topics in TOPICS}
    show("1,000 *(goal)*", "of the bank", "", 20, "")
    draw_growth(PICTURE, [*panels(grown), fitting_panel(engine)])
    print("\n![How each figure grows with topics and lines of the bank](img/growth-understanding.svg)")  # noqa: T201 -- a benchmark's output
    return 0


def measure(engine: Engine, topics: int, lines: int, questions: Sequence[str]) -> tuple[float, float, float]:
    """Return the median and the 95th percentile in milliseconds, and the memory of the heads in MB; say them."""
    grown = grow(engine, topics, lines)
    half, most = timed(grown.understand, questions[:SAMPLE])
    size = held(grown.fitted.heads) / 2**20
    show(f"{topics:,}", f"{lines:,}", f"{half:.2f}", f"{most:.2f}", f"{size:.0f} MB")
    return half, most, size


def held(part: object) -> int:
    """Return the bytes of all arrays in a dataclass and the dataclasses in it."""
    if isinstance(part, np.ndarray):
        return part.nbytes
    return sum(held(getattr(part, one.name)) for one in fields(part)) if is_dataclass(part) else 0


def panels(grown: dict[tuple[int, int], tuple[float, float, float]]) -> list[Panel]:
    """Return the time of a question and the memory of the heads, by lines, with a line for some numbers of topics."""
    titles = ("a question, half of them faster (ms)", "a question, 19 of 20 faster (ms)", "memory of the heads (MB)")
    return [
        (title, [(f"{topics:,} topics", lines, grown[topics, lines][i]) for topics in DRAWN for lines in LINES])
        for i, title in enumerate(titles)
    ]


def fitting_panel(engine: Engine) -> Panel:
    """Return the CPU seconds that fitting parts of the bank takes; say them."""
    heading("lines fitted", "seconds", "CPU seconds")
    assert engine.encoder is not None
    pack = load_pack()
    points: list[tuple[str, int, float]] = []
    bank = load_bank([BASE_PACK], pack.topics)
    fit(Bank(bank.lines[:: 4 * PARTS[0]], bank.slang, ()), pack.topics, engine.encoder)  # loads what fitting needs
    for part in PARTS:
        some = Bank(bank.lines[::part], bank.slang, ())
        begun, spent = time.perf_counter(), cpu()
        fit(some, pack.topics, engine.encoder)
        points.append((f"{DRAWN[0]} topics", len(some.lines), cpu() - spent))
        show(f"{len(some.lines):,}", f"{time.perf_counter() - begun:.0f}", f"{points[-1][2]:.0f}")
    show("all *(goal)*", 120, "")
    return "fitting (CPU s)", points


def timed(call: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Return the median and the 95th percentile of one call for each text, in milliseconds of one core.

    The thread's own time is taken, so that a busy machine does not count.
    """
    spent = []
    for text in texts:
        begun = time.thread_time()
        call(text)
        spent.append(1000 * (time.thread_time() - begun))
    half, most = np.percentile(spent, [50, 95])
    return float(half), float(most)


def grow(engine: Engine, topics: int, lines: int) -> Engine:
    """Return an engine of the same make with as many topics and lines, repeated from those there are."""
    heads = engine.fitted.heads
    matrix = heads.examples.matrix.matrix()
    picked = np.arange(lines) % matrix.shape[1]
    outside = [name for name in heads.topics.classes if name.startswith("out:")]
    names = (*outside, *(f"t{number}" for number in range(topics)))
    columns = np.arange(len(names)) % len(heads.topics.classes)
    cells = np.linspace(0, lines, len(names) * len(DEGREES), endpoint=False).astype(np.int64)
    examples = Examples.of(heads.examples.projection, matrix[:, picked], cells, np.arange(lines))
    grown = replace(
        heads,
        examples=examples,
        topics=spread(widen(heads.topics, names, columns), lines, len(cells)),
        degrees=spread(deepen(heads.degrees, -(-len(names) // len(heads.topics.classes))), lines, len(cells)),
        layout=build_layout(names, ("t0", "t1")),
    )
    return Engine(replace(engine.fitted, heads=grown), engine.encoder)


def spread(head: Classifier, lines: int, cells: int) -> Classifier:
    """Return a classifier whose examples are so many, in so many cells, spread evenly over the classes."""
    classes = len(head.classes)
    starts = np.linspace(0, cells, classes, endpoint=False).astype(np.int64)
    return replace(head, order=np.arange(cells), starts=starts, sizes=np.full(classes, lines // classes))


def deepen(head: Classifier, times: int) -> Classifier:
    """Return a classifier with so many times the columns for each class, as more topics bring."""
    return replace(
        head,
        linear=np.repeat(head.linear, times, axis=1),
        bias=np.repeat(head.bias, times),
        firsts=head.firsts * times,
    )


def widen(head: Classifier, names: Sequence[str], columns: np.ndarray) -> Classifier:
    """Return a classifier with the given classes of another that has one column a class."""
    lexical = head.lexical
    return replace(
        head,
        classes=tuple(names),
        linear=np.ascontiguousarray(head.linear[:, columns]),
        bias=head.bias[columns],
        firsts=np.arange(len(names)),
        lexical=LexicalScores(
            lexical.idf,
            np.ascontiguousarray(lexical.weights[:, columns]),
            lexical.scale[columns],
            lexical.bias[columns],
        ),
    )


def cpu() -> float:
    """Return the seconds of CPU that this process and those that it has started and ended have used."""
    return sum(os.times()[:4])


def memory() -> float:
    """Return the largest memory that this process had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def heading(*names: str) -> None:
    """Begin another table."""
    print()  # noqa: T201 -- a benchmark's output
    head(*names)


def row(name: str, spent: tuple[float, float]) -> None:
    """Print a line of the table."""
    show(name, f"{spent[0]:.2f}", f"{spent[1]:.2f}")


if __name__ == "__main__":
    sys.exit(main())
