"""Measures the same engine on anybody's labelled texts, such as a public benchmark of intents."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.encoder import Encoder
from bot.understanding.fit import bank_words, encode_all
from bot.understanding.heads import REFUSE, Heads
from bot.understanding.lexical import Floats
from bot.understanding.lines import Progress, silent
from bot.understanding.normalise import Normaliser
from bot.understanding.pipeline import fit_heads
from bot.understanding.views import View
from content.bank import OUT
from content.faults import Fault
from content.model import BankLine, Urgency

HEADER = ("text", "label")
NOTHING = f"{OUT}near"


@dataclass(frozen=True, slots=True)
class Row:
    """A text with its label; an empty label means that it is out of scope."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class LabelReport:
    """What was measured, in per cent, with 95 % intervals by bootstrap. Parts without test rows are None.

    `accuracy` is of the best label without any refusal; `accepted` of the answer when refusals count as wrong;
    `recall` the share of out-of-scope rows refused; `auroc` how well the refusal score parts both (0.5 is chance).
    """

    train: int
    labels: int
    inside: int
    outside: int
    accuracy: tuple[float, float, float] | None
    accepted: tuple[float, float, float] | None
    recall: tuple[float, float, float] | None
    auroc: float | None


def parse_rows(lines: Iterable[str], file: str) -> tuple[list[Row], list[Fault]]:
    """Read CSV with the columns `text` and `label`, in any order. Rows without text become faults with their line."""
    reader = csv.DictReader(lines)
    missing = [name for name in HEADER if name not in (reader.fieldnames or ())]
    if missing:
        return [], [Fault(file, 1, f"the column '{missing[0]}' is missing; the first line must name text,label")]
    rows: list[Row] = []
    faults: list[Fault] = []
    for record in reader:
        text = (record["text"] or "").strip()
        if text:
            rows.append(Row(text, (record["label"] or "").strip()))
        else:
            faults.append(Fault(file, reader.line_num, "a row without text"))
    return rows, faults


def measure_labels(
    train: Sequence[Row], test: Sequence[Row], encoder: Encoder, progress: Progress = silent, seed: int = 0
) -> LabelReport:
    """Fit on `train` and measure on `test`. Raises ValueError when `train` has fewer than two labels."""
    labels = sorted({row.label for row in train if row.label})
    if len(labels) < 2:
        raise ValueError("the training rows have fewer than two labels; there is nothing to tell apart")
    lines = [
        BankLine(
            topics=(row.label or NOTHING,), urgency=Urgency.NONE, style="", text=row.text, language="en", writer=""
        )
        for row in train
    ]
    normalise = Normaliser({}, bank_words(lines), encoder.knows)
    views = encode_all([row.text for row in (*train, *test)], lambda text: normalise(text) or text, encoder, progress)
    heads = fit_heads(lines, views[: len(train)], (), progress).heads
    return _report(heads, len(train), test, views[len(train) :], np.random.default_rng(seed))


def _report(
    heads: Heads, train: int, test: Sequence[Row], views: Sequence[View], draw: np.random.Generator
) -> LabelReport:
    gate, inside = heads.gates[REFUSE], heads.layout.inside
    numbers = heads.weigh_all(views)
    scores = np.array([gate.score(one.evidence) for one in numbers], np.float32)
    topics = np.stack([one.topics for one in numbers])
    best = [heads.topics.classes[i] for i in inside[topics[:, inside].argmax(axis=1)]]
    known = np.array([bool(row.label) for row in test])
    right = np.array([name == row.label for name, row in zip(best, test, strict=True)])
    refused = scores >= gate.threshold
    return LabelReport(
        train=train,
        labels=len(inside),
        inside=int(known.sum()),
        outside=int((~known).sum()),
        accuracy=_share(right[known], draw),
        accepted=_share((right & ~refused)[known], draw),
        recall=_share(refused[~known], draw),
        auroc=_auroc(scores[~known], scores[known]),
    )


def _share(hits: Sequence[bool] | Floats, draw: np.random.Generator) -> tuple[float, float, float] | None:
    values = np.asarray(hits, np.float64)
    if not len(values):
        return None
    means = draw.binomial(len(values), values.mean(), 1000) / len(values)
    low, high = np.percentile(means, [2.5, 97.5])
    return 100 * float(values.mean()), 100 * float(low), 100 * float(high)


def _auroc(positive: Floats, negative: Floats) -> float | None:
    """Return the chance that a positive scores above a negative; ties count half."""
    if not len(positive) or not len(negative):
        return None
    both = np.sort(negative)
    below = np.searchsorted(both, positive, side="left")
    upto = np.searchsorted(both, positive, side="right")
    return float((below + upto).mean() / 2 / len(negative))


def render_labels(report: LabelReport) -> str:
    """Return the report as a Markdown table."""
    rows: list[tuple[str, tuple[float, float, float] | None, int]] = [
        ("accuracy", report.accuracy, report.inside),
        ("accepted and right", report.accepted, report.inside),
        ("out-of-scope recall", report.recall, report.outside),
    ]
    lines = [
        f"{report.train} training rows, {report.labels} labels",
        "",
        "| figure | % | 95 % interval | rows |",
        "|---|---|---|---|",
    ]
    lines += [f"| {name} | {s[0]:.1f} | {s[1]:.1f}-{s[2]:.1f} | {count} |" for name, s, count in rows if s]
    if report.auroc is not None:
        lines.append(f"| AUROC of refusal | {100 * report.auroc:.1f} | | {report.inside + report.outside} |")
    return "\n".join(lines)
