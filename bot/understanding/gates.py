"""Fits the decisions: whether to answer, to raise an alarm, or to decline firmly, each with its threshold."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bot.understanding.classifier import LEXICAL, SOURCES
from bot.understanding.evidence import Gate, evidence_names
from bot.understanding.heads import CONCERN, EMERGENCY, HARMFUL, INJECTION, REFUSE
from bot.understanding.lexical import Floats
from bot.understanding.lines import EDITOR
from bot.understanding.training import Indices
from content.bank import OUT
from content.model import BankLine, Urgency

Mask = npt.NDArray[np.bool_]

REFUSED_IN_SCOPE = 0.045
ADDED_ALARMS = 0.01
"""Calm messages of several sentences in which one sentence may raise an alarm that the whole does not."""

FIRM = 0.01
MISSED_EMERGENCIES = 0.06
"""What thresholds allow out of fold: honest questions refused and firmly declined, emergencies missed.

The emergencies of the bank are veiled on purpose; of those in separately written questions half as many are missed.
"""


def fit_alone(
    gate: Gate, lines: Sequence[BankLine], evidence: Floats, sentences: Sequence[tuple[int, Floats]]
) -> float:
    """Return the score from which one sentence is an alarm: it adds `ADDED_ALARMS` to those of calm longer lines.

    `evidence` [n, k] is that of the lines, `sentences` are (row of the line, evidence of one of its sentences).
    """
    loud: dict[int, float] = {}
    for row, numbers in sentences:
        if lines[row].urgency is not Urgency.EMERGENCY and lines[row].writer != EDITOR:
            loud[row] = max(loud.get(row, -np.inf), gate.score(numbers))
    if not loud:
        return float("inf")
    scores = np.array([-np.inf if gate.opens(evidence[row]) else score for row, score in sorted(loud.items())])
    return max(_at_most(scores.astype(np.float32), ADDED_ALARMS), gate.threshold)


def fit_quiet(gate: Gate, alone: float, sentences: Sequence[tuple[int, Floats]]) -> float:
    """Return what the linear side says at least of a sentence that is an alarm by itself; all others need no weighing.

    `sentences` are (row of the line, evidence of one of its sentences).
    """
    said = evidence_names().index("emergency: linear")
    return min((float(numbers[said]) for _, numbers in sentences if gate.score(numbers) >= alone), default=-np.inf)


def fit_gates(lines: Sequence[BankLine], evidence: Floats, folds: Indices) -> Mapping[str, Gate]:
    """Return all decisions, with thresholds from scores that were made out of fold."""
    told = np.array([line.writer != EDITOR for line in lines])
    lines = [line for line in lines if line.writer != EDITOR]
    evidence, folds = evidence[told], folds[told]
    inside = np.array([not line.topics[0].startswith(OUT) for line in lines])
    emergency = np.array([line.urgency is Urgency.EMERGENCY for line in lines])
    worry = np.array([line.urgency is not Urgency.NONE for line in lines])
    predator = np.array([line.topics[0] == f"{OUT}predator" for line in lines])
    injection = np.array([line.topics[0] == f"{OUT}injection" for line in lines])
    honest = ~predator & ~injection
    return {
        REFUSE: _refuse_gate(evidence, inside, folds),
        EMERGENCY: _gate(evidence, emergency, folds, lambda s: _at_least(s[emergency], MISSED_EMERGENCIES)),
        CONCERN: _gate(evidence, worry, folds, lambda s: _between(s[worry], s[~worry])),
        HARMFUL: _gate(evidence, predator, folds, lambda s: _at_most(s[honest], FIRM / 2)),
        INJECTION: _gate(evidence, injection, folds, lambda s: _at_most(s[honest], FIRM / 2)),
    }


def _refuse_gate(evidence: Floats, inside: Mask, folds: Indices) -> Gate:
    """Return the gate that declines; a bank without out-of-scope lines declines what no topic is likely for."""
    if not inside.all():
        return _gate(evidence, ~inside, folds, lambda s: _at_most(s[inside], REFUSED_IN_SCOPE))
    sources = SOURCES if evidence.shape[1] == len(evidence_names()) else (SOURCES[LEXICAL],)
    weights = -np.array([name == "best topic" for name in evidence_names(sources)], np.float32)
    return Gate(weights, 0.0, _at_most(evidence @ weights, REFUSED_IN_SCOPE))


def _gate(evidence: Floats, wanted: Mask, folds: Indices, choose: Callable[[Floats], float]) -> Gate:
    if not wanted.any() or wanted.all():
        return Gate(np.zeros(evidence.shape[1], np.float32), 0.0, float("inf"))
    scores = np.zeros(len(evidence), np.float32)
    for fold in np.unique(folds):
        train = folds != fold
        if wanted[train].any() and not wanted[train].all():
            weights, bias = _logistic(evidence[train], wanted[train])
            scores[~train] = evidence[~train] @ weights + bias
    weights, bias = _logistic(evidence, wanted)
    return Gate(weights, bias, float(choose(scores)))


def _logistic(evidence: Floats, wanted: Mask) -> tuple[Floats, float]:
    linear = importlib.import_module("sklearn.linear_model")
    numbers = evidence.astype(np.float64)
    mean, spread = numbers.mean(axis=0), numbers.std(axis=0) + 1e-3
    model = linear.LogisticRegression(C=0.1, max_iter=1000, tol=1e-6).fit((numbers - mean) / spread, wanted)
    weights = (model.coef_[0] / spread).astype(np.float32)
    return weights, float(model.intercept_[0] - weights @ mean)


def _at_most(scores: Floats, share: float) -> float:
    """Return the threshold that at most `share` of these scores reach."""
    ordered = np.sort(scores)
    place = min(int(np.ceil(len(ordered) * (1 - share))), len(ordered) - 1)
    return float(np.nextafter(ordered[place], np.float32(np.inf)))


def _at_least(scores: Floats, missed: float) -> float:
    """Return the threshold that at most `missed` of these scores stay below."""
    return float(np.sort(scores)[int(len(scores) * missed)])


def _between(wanted: Floats, others: Floats) -> float:
    """Return the threshold at which both sides are right most evenly."""
    candidates = np.quantile(wanted, np.linspace(0, 0.5, 201))
    gain = [float((wanted >= c).mean() + (others < c).mean()) for c in candidates]
    return float(candidates[int(np.argmax(gain))])
