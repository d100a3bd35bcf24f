"""Measures an understander on labelled questions: pure functions to dataclasses, and what reads their files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.model import Understander, Understanding
from content.faults import Fault
from content.model import Urgency

LOOK_ALIKE = "look-alike"
"""The `kind` of questions that only sound urgent."""

ORDINARY = "in-scope"
"""The `kind` of ordinary questions; emergencies among them are plain ones, and counted by themselves."""


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """One question of an evaluation file. `topics` are the accepted ids, best first; none: it must be declined.

    `kind` says what sort of out-of-scope or look-alike question it is; `answer` what the reply must contain.
    """

    id: str
    language: str
    text: str
    topics: tuple[str, ...]
    urgency: Urgency
    style: str = ""
    kind: str = ""
    answer: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with what was understood."""

    question: LabelledQuestion
    understanding: Understanding


@dataclass(frozen=True, slots=True)
class Rate:
    """A share in per cent with its 95 % interval by bootstrap over the questions, and how many there were."""

    name: str
    group: str
    percent: float
    low: float
    high: float
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured. `confusions` counts (right topic, answered topic or '-'), most frequent first."""

    rates: tuple[Rate, ...]
    confusions: tuple[tuple[str, str, int], ...]

    def rate(self, name: str, group: str = "all") -> Rate | None:
        """Return one rate by its name and group, None when there was no question for it."""
        return next((rate for rate in self.rates if rate.name == name and rate.group == group), None)


def parse_questions(lines: Iterable[str], file: str) -> tuple[list[LabelledQuestion], list[Fault]]:
    """Read JSON lines with `id, lang, text, topic, urgent` and optionally `style, kind, answer`.

    A line that cannot be read becomes a fault with its number; the others are returned.
    """
    questions: list[LabelledQuestion] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(_question(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            reason = f"'{error.args[0]}' is missing" if isinstance(error, KeyError) else str(error)
            faults.append(Fault(file, number, f"this is not a labelled question: {reason}"))
    return questions, faults


def _question(data: dict[str, object]) -> LabelledQuestion:
    topics, answer = data["topic"], data.get("answer")
    if not isinstance(data["text"], str) or not isinstance(topics, list):
        raise TypeError("'text' must be a text and 'topic' a list of ids")
    if answer is not None and not isinstance(answer, list):
        raise TypeError("'answer' must be a list of texts")
    return LabelledQuestion(
        id=str(data["id"]),
        language=str(data["lang"]),
        text=data["text"],
        topics=tuple(str(topic) for topic in topics),
        urgency=Urgency(str(data["urgent"])),
        style=str(data.get("style") or ""),
        kind=str(data.get("kind") or ""),
        answer=None if answer is None else tuple(str(part) for part in answer),
    )


def judge(
    understander: Understander,
    questions: Sequence[LabelledQuestion],
    progress: Callable[[int, int], None] | None = None,
) -> list[Judged]:
    """Let the understander answer every question, in order. `progress` is told (done, total)."""
    judged = []
    for number, question in enumerate(questions, 1):
        judged.append(Judged(question, understander.understand(question.text)))
        if progress:
            progress(number, len(questions))
    return judged


Test = Callable[[Judged], bool]


def measure(judged: Sequence[Judged], seed: int = 0, samples: int = 1000) -> Report:
    """Return all rates, for all questions and by language, style and kind, with intervals from `samples` draws."""
    draw = np.random.default_rng(seed)
    scoped = [j for j in judged if j.question.topics]
    outside = [j for j in judged if not j.question.topics]
    emergencies = [j for j in judged if j.question.urgency is Urgency.EMERGENCY]
    urgent = [j for j in emergencies if j.question.kind != ORDINARY]
    plain = [j for j in emergencies if j.question.kind == ORDINARY]
    calm = [j for j in judged if j.question.urgency is not Urgency.EMERGENCY]
    likes = [j for j in calm if j.question.kind == LOOK_ALIKE]
    others = [j for j in calm if j.question.kind != LOOK_ALIKE]
    rates: list[Rate] = []

    def add(name: str, part: Sequence[Judged], test: Test, *, kinds: bool = False) -> None:
        for group, members in _groups(part, kinds=kinds):
            rates.append(_rate(name, group, [test(j) for j in members], draw, samples))

    add("top-1", scoped, lambda j: _in_first(j, 1))
    add("top-3", scoped, lambda j: _in_first(j, 3))
    add("accepted and right", scoped, lambda j: j.understanding.topic in j.question.topics)
    add("refused in scope", scoped, lambda j: j.understanding.topic is None)
    add("firm in scope", scoped, lambda j: j.understanding.refusal is not None)
    add("out-of-scope recall", outside, lambda j: j.understanding.topic is None, kinds=True)
    add("firm out of scope", outside, lambda j: j.understanding.refusal is not None, kinds=True)
    add("urgent recall", urgent, _alarm)
    add("urgent or concern", urgent, lambda j: j.understanding.urgency is not Urgency.NONE)
    add("emergencies among ordinary questions", plain, _alarm)
    add("alarms on look-alikes", likes, _alarm)
    add("alarms on calm questions", others, _alarm)
    return Report(tuple(rates), _confusions(scoped))


def _alarm(judged: Judged) -> bool:
    return judged.understanding.urgency is Urgency.EMERGENCY


def _in_first(judged: Judged, count: int) -> bool:
    return any(ranked.topic in judged.question.topics for ranked in judged.understanding.ranked[:count])


def _groups(part: Sequence[Judged], *, kinds: bool) -> Iterable[tuple[str, list[Judged]]]:
    if part:
        yield "all", list(part)
    keys: tuple[Callable[[LabelledQuestion], str], ...] = (
        lambda q: f"language {q.language}",
        lambda q: f"style {q.style}" if q.style else "",
        lambda q: f"kind {q.kind}" if q.kind and kinds else "",
    )
    for key in keys:
        for group in sorted({key(j.question) for j in part} - {""}):
            yield group, [j for j in part if key(j.question) == group]


def _rate(name: str, group: str, hits: Sequence[bool], draw: np.random.Generator, samples: int) -> Rate:
    values = np.asarray(hits, np.float64)
    means = draw.binomial(len(values), values.mean(), samples) / len(values)  # bootstrap of zeros and ones
    low, high = np.percentile(means, [2.5, 97.5])
    return Rate(name, group, 100 * float(values.mean()), 100 * float(low), 100 * float(high), len(values))


def _confusions(scoped: Sequence[Judged]) -> tuple[tuple[str, str, int], ...]:
    pairs: Counter[tuple[str, str]] = Counter()
    for judged in scoped:
        answered = judged.understanding.topic
        if answered not in judged.question.topics:
            pairs[judged.question.topics[0], answered or "-"] += 1
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((right, answered, count) for (right, answered), count in ordered)


def render_report(report: Report, confusions: int = 20) -> str:
    """Return the report as a Markdown table of rates, then the most frequent confusions."""
    lines = ["| figure | of | % | 95 % interval | questions |", "|---|---|---|---|---|"]
    for rate in report.rates:
        span = f"{rate.low:.0f}-{rate.high:.0f}"
        lines.append(f"| {rate.name} | {rate.group} | {rate.percent:.1f} | {span} | {rate.total} |")
    if report.confusions:
        lines += ["", "| right | answered | times |", "|---|---|---|"]
        lines += [f"| {right} | {answered} | {count} |" for right, answered, count in report.confusions[:confusions]]
    return "\n".join(lines)
