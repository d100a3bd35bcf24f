"""Fits all heads from labelled lines: each side, how the sides are fused, and every threshold, out of fold."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.understanding.classifier import LEXICAL, SOURCES, Classifier, Examples, log_softmax, project
from bot.understanding.evidence import DEGREES, Gate, build_layout, evidence_names, gather
from bot.understanding.heads import CONCERN, EMERGENCY, HARMFUL, INJECTION, REFUSE, Heads
from bot.understanding.lexical import Floats
from bot.understanding.lines import EDITOR, Progress
from bot.understanding.training import (
    FOLDS,
    Indices,
    choose_folds,
    fit_fusion,
    fit_lexical,
    fit_linear,
    group,
    sparse_matrix,
)
from bot.understanding.views import View
from content.bank import OUT
from content.model import BankLine, Urgency

Mask = npt.NDArray[np.bool_]

ALSO_WEIGHT = 0.5
KEYWORD_WEIGHT = 0.3
EVENNESS = 0.5
"""How far topics with many lines (those of emergencies) are held down: 0 not at all, 1 to the same weight."""

DIMENSIONS = 128
REFUSED_IN_SCOPE = 0.045
FIRM_IN_SCOPE = 0.01
MISSED_EMERGENCIES = 0.08
"""What thresholds allow out of fold: honest questions refused and firmly declined, emergencies missed.

The emergencies of the bank are veiled on purpose; of those in separately written questions half as many are missed.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Fitted heads, and what was said of each line while it was left out.

    `evidence` is [n, k], the fused `topics` and the `linear` side of them [n, classes], `folds` [n].
    """

    heads: Heads
    evidence: Floats
    topics: Floats
    linear: Floats
    folds: Indices


@dataclass(frozen=True, slots=True)
class Problem:
    """One set of classes with its targets [n, classes], labels and weights [n] of the lines."""

    classes: tuple[str, ...]
    targets: Floats
    labels: Indices
    weights: Floats


def topic_problem(lines: Sequence[BankLine]) -> Problem:
    """Return the topics (and kinds of out-of-scope) as classes; second topics count half."""
    classes = tuple(sorted({name for line in lines for name in line.topics}))
    place = {name: i for i, name in enumerate(classes)}
    targets = np.zeros((len(lines), len(classes)), np.float32)
    for row, line in enumerate(lines):
        for rank, name in enumerate(line.topics):
            targets[row, place[name]] = 1.0 if rank == 0 else ALSO_WEIGHT
    targets /= targets.sum(axis=1, keepdims=True)
    labels = np.array([place[line.topics[0]] for line in lines], np.int64)
    weights = np.bincount(labels, minlength=len(classes))[labels] ** -EVENNESS
    weights *= [KEYWORD_WEIGHT if line.writer == EDITOR and line.style == "keyword" else 1.0 for line in lines]
    return Problem(classes, targets, labels, (weights / weights.mean()).astype(np.float32))


def degree_problem(lines: Sequence[BankLine]) -> Problem:
    """Return the degrees of urgency as classes. Editors' examples have none of their own and do not count."""
    labels = np.array([DEGREES.index(line.urgency) for line in lines], np.int64)
    targets = np.eye(len(DEGREES), dtype=np.float32)[labels]
    weights = np.array([line.writer != EDITOR for line in lines], np.float32)
    return Problem(tuple(DEGREES), targets, labels, weights)


def fit_heads(
    lines: Sequence[BankLine],
    views: Sequence[View],
    emergencies: Collection[str],
    progress: Progress = lambda _what, _share: None,
) -> Outcome:
    """Return heads fitted on `lines` and their `views` (in the same order, with vectors).

    `emergencies` are the topics that are emergencies themselves. Deterministic.
    """
    vectors = np.stack([view.vector for view in views if view.vector is not None])
    folds = choose_folds(lines)
    problems = topic_problem(lines), degree_problem(lines)
    counts = sparse_matrix(views)
    examples = fit_examples(vectors)
    sides = [np.zeros((len(lines), len(SOURCES), len(p.classes)), np.float32) for p in problems]
    for fold in range(FOLDS):
        progress("judging out of fold", fold / (FOLDS + 1))
        train, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(held) or not len(train):
            continue
        parts = Examples(examples.projection, examples.rows[train])
        fitted = [_fit_classifier(p, train, vectors, counts) for p in problems]
        for row in held:
            view = views[int(row)]
            near = parts.similarities(vectors[row])
            for side, classifier in zip(sides, fitted, strict=True):
                side[row] = classifier.sources(view, near)
    progress("fitting on everything", FOLDS / (FOLDS + 1))
    everything = np.arange(len(lines))
    topics, degrees = (
        _fused(_fit_classifier(p, everything, vectors, counts), p, side)
        for p, side in zip(problems, sides, strict=True)
    )
    layout = build_layout(topics.classes, [name for name in topics.classes if name in emergencies])
    full = np.stack(
        [
            gather(layout, view, topics=t, topic=topics.fuse(t), degrees=d, degree=degrees.fuse(d))
            for view, t, d in zip(views, *sides, strict=True)
        ]
    )
    heads = Heads(examples, topics, degrees, layout, {}, {})
    letters = np.stack([_letter_evidence(heads, view, t, d) for view, t, d in zip(views, *sides, strict=True)])
    heads = replace(heads, gates=fit_gates(lines, full, folds), letter_gates=fit_gates(lines, letters, folds))
    return Outcome(heads, full, np.stack([topics.fuse(side) for side in sides[0]]), sides[0][:, 0], folds)


def fit_examples(vectors: Floats) -> Examples:
    """Return the lines in the space of the directions in which they differ most."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    projection = np.ascontiguousarray(directions[:, ::-1][:, :DIMENSIONS], np.float32)
    return Examples(projection, project(vectors, projection))


def _fit_classifier(problem: Problem, train: Indices, vectors: Floats, counts: object) -> Classifier:
    classes = len(problem.classes)
    used = train[problem.weights[train] > 0]
    labels, weights = problem.labels[used], problem.weights[used]
    rows, columns = np.nonzero(problem.targets[used])
    shares = problem.targets[used][rows, columns] * weights[rows]
    linear, bias = fit_linear(vectors[used][rows], columns, shares, classes)
    lexical = fit_lexical(counts[used], labels, weights, classes)  # type: ignore[index]  # a SciPy matrix
    order, starts = group(np.where(problem.weights[train] > 0, problem.labels[train], -1), classes)
    fusion = np.ones(len(SOURCES), np.float32)
    return Classifier(problem.classes, linear, bias, lexical, order, starts, fusion, 1.0)


def _fused(classifier: Classifier, problem: Problem, sides: Floats) -> Classifier:
    fusion = fit_fusion(sides, problem.targets, problem.weights)
    alone = fit_fusion(sides[:, LEXICAL : LEXICAL + 1], problem.targets, problem.weights)
    return replace(classifier, fusion=fusion, fallback=float(alone[0]))


def _letter_evidence(heads: Heads, view: View, topics: Floats, degrees: Floats) -> Floats:
    topic = log_softmax(heads.topics.fallback * topics[LEXICAL])
    degree = log_softmax(heads.degrees.fallback * degrees[LEXICAL])
    return gather(heads.layout, view, topics=topic[None], topic=topic, degrees=degree[None], degree=degree)


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
    return {
        REFUSE: _refuse_gate(evidence, inside, folds),
        EMERGENCY: _gate(evidence, emergency, folds, lambda s: _at_least(s[emergency], MISSED_EMERGENCIES)),
        CONCERN: _gate(evidence, worry, folds, lambda s: _between(s[worry], s[~worry])),
        HARMFUL: _gate(evidence, predator, folds, lambda s: _at_most(s[inside], FIRM_IN_SCOPE / 2)),
        INJECTION: _gate(evidence, injection, folds, lambda s: _at_most(s[inside], FIRM_IN_SCOPE / 2)),
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
    mean, spread = evidence.mean(axis=0), evidence.std(axis=0) + 1e-3
    model = linear.LogisticRegression(C=0.1, max_iter=500).fit((evidence - mean) / spread, wanted)
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
