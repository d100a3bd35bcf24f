"""What understanding costs: `python -m tests.bench.understanding`.

Start, memory, time for each question of the development set on one core, and how time grows with the number of topics
and of lines. Figures of the same run are to be compared with one another; machines differ.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.understanding.classifier import Classifier, Examples
from bot.understanding.encoder import limit_threads
from bot.understanding.engine import Engine
from bot.understanding.evidence import build_layout
from bot.understanding.lexical import LexicalScores
from bot.understanding.loading import load_engine

QUESTIONS = Path(__file__).parents[1] / "evaluation" / "dev.jsonl"
TOPICS = (69, 250, 500, 1000)
LINES = (10_000, 20_000, 40_000)
SAMPLE = 150
BAR = 4
"""Characters of a bar per millisecond."""


def main() -> int:
    """Print all figures as a table."""
    limit_threads()
    before, begun = memory(), time.perf_counter()
    engine = load_engine()
    engine.understand("first question")
    say(f"start to first answer  {time.perf_counter() - begun:6.2f} s")
    say(f"memory                 {memory():6.0f} MB, {memory() - before:.0f} of them for understanding")
    questions = [json.loads(line)["text"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    say("\nmilliseconds a question          p50     p95")
    say(row("understand", timed(engine.understand, questions)))
    say(row("urgency alone", timed(engine.urgency, questions)))
    letters = Engine(engine.fitted, None)
    say(row("letters only", timed(letters.understand, questions)))
    pieces = {questions[i]: questions[i - 2 : i] for i in range(2, len(questions))}
    say(row("with two recent messages", timed(lambda text: engine.understand(text, pieces.get(text, ())), questions)))
    say("\ngrowth                           p50     p95")
    for lines in LINES:
        for topics in TOPICS:
            grown = grow(engine, topics, lines)
            say(row(f"{topics} topics, {lines} lines", timed(grown.understand, questions[:SAMPLE])))
    return 0


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
    picked = np.arange(lines) % len(heads.examples.rows)
    examples = Examples(heads.examples.projection, heads.examples.rows[picked])
    outside = [name for name in heads.topics.classes if name.startswith("out:")]
    names = (*outside, *(f"t{number}" for number in range(topics)))
    columns = np.arange(len(names)) % len(heads.topics.classes)
    grown = replace(
        heads,
        examples=examples,
        topics=widen(heads.topics, names, columns, lines),
        degrees=widen(heads.degrees, heads.degrees.classes, np.arange(3), lines),
        layout=build_layout(names, ("t0", "t1")),
    )
    return Engine(replace(engine.fitted, heads=grown), engine.encoder)


def widen(head: Classifier, names: Sequence[str], columns: np.ndarray, lines: int) -> Classifier:
    """Return a classifier with the given columns of another, its examples spread evenly over the classes."""
    lexical = head.lexical
    starts = np.linspace(0, lines, len(names), endpoint=False).astype(np.int32)
    return replace(
        head,
        classes=tuple(names),
        linear=np.ascontiguousarray(head.linear[:, columns]),
        bias=head.bias[columns],
        lexical=LexicalScores(
            lexical.idf,
            np.ascontiguousarray(lexical.weights[:, columns]),
            lexical.scale[columns],
            lexical.bias[columns],
        ),
        order=np.arange(lines, dtype=np.int32),
        starts=starts,
    )


def memory() -> float:
    """Return the largest memory that this process had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def row(name: str, spent: tuple[float, float]) -> str:
    """Return a line of the table with a bar as long as the median."""
    return f"{name:<28} {spent[0]:7.2f} {spent[1]:7.2f}  {'#' * round(BAR * spent[0])}"


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201 -- a benchmark's output


if __name__ == "__main__":
    sys.exit(main())
