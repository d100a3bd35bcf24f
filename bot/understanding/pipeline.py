"""Fits all heads from labelled lines: each side, how the sides are fused, and every threshold, out of fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from bot.understanding.classifier import LEXICAL, SOURCES, Classifier, Examples, log_softmax, project
from bot.understanding.encoder import limit_threads
from bot.understanding.evidence import DEGREES, build_layout, gather
from bot.understanding.gates import fit_alone, fit_gates, fit_quiet
from bot.understanding.heads import EMERGENCY, Heads, loudest
from bot.understanding.lexical import Floats, LexicalScores
from bot.understanding.lines import EDITOR, Progress
from bot.understanding.training import (
    FOLDS,
    Indices,
    SparseMatrix,
    choose_folds,
    fit_fusion,
    fit_lexical,
    fit_linear,
    group,
    sparse_matrix,
)
from bot.understanding.views import View
from content.model import BankLine

WORKERS = 2
BLOCK = 32

ALSO_WEIGHT = 0.5
KEYWORD_WEIGHT = 0.3
FURTHER_WEIGHT = 0.3
"""What a line counts in a language that has few (`FEW`): enough to be understood, too little to move the others."""

FEW = 0.1
"""A language has few lines when it has less than this share of those of the fullest language."""

EVENNESS = 0.5
"""How far topics with many lines (those of emergencies) are held down: 0 not at all, 1 to the same weight."""

TOPIC_TOLERANCE, DEGREE_TOLERANCE = 3e-4, 1e-3
"""Where the linear heads are fitted well enough: closer, lines that were left out are told apart no better."""

DIMENSIONS = 128
"""Directions in which lines are compared with one another."""


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
    """One set of classes with its targets [n, classes], labels and weights [n] of the lines.

    `finer` [n, columns] are the targets of the linear head, whose columns of one class begin at `firsts` [classes];
    `tolerance` says how closely it is fitted.
    """

    classes: tuple[str, ...]
    targets: Floats
    labels: Indices
    weights: Floats
    finer: Floats
    firsts: Indices
    tolerance: float


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
    weights *= language_weights(lines)
    weights = (weights / weights.mean()).astype(np.float32)
    return Problem(classes, targets, labels, weights, targets, np.arange(len(classes)), TOPIC_TOLERANCE)


def degree_problem(lines: Sequence[BankLine]) -> Problem:
    """Return the degrees of urgency as classes, those of each topic apart for the linear head.

    Editors' examples have none of their own and do not count.
    """
    labels = np.array([DEGREES.index(line.urgency) for line in lines], np.int64)
    targets = np.eye(len(DEGREES), dtype=np.float32)[labels]
    weights = np.array([line.writer != EDITOR for line in lines], np.float32) * language_weights(lines)
    apart = len(np.unique(labels)) > 1  # a set without emergencies has nothing to tell apart
    pairs = [(int(label), line.topics[0] if apart else "") for label, line in zip(labels, lines, strict=True)]
    columns = sorted({*pairs, *((degree, "") for degree in range(len(DEGREES)))})  # every degree has one, also unused
    place = {pair: i for i, pair in enumerate(columns)}
    finer = np.zeros((len(lines), len(columns)), np.float32)
    finer[np.arange(len(lines)), [place[pair] for pair in pairs]] = 1.0
    firsts = np.array([place[degree, ""] for degree in range(len(DEGREES))])
    return Problem(tuple(DEGREES), targets, labels, weights, finer, firsts, DEGREE_TOLERANCE)


def language_weights(lines: Sequence[BankLine]) -> Floats:
    """Return what each line counts for the sake of its language [n]."""
    sizes = Counter(line.language for line in lines)
    least = FEW * max(sizes.values())
    return np.array([FURTHER_WEIGHT if sizes[line.language] < least else 1.0 for line in lines], np.float32)


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
    left_out = _LeftOut.empty(problems, len(lines))
    kept = [folds != fold for fold in range(FOLDS)]
    parts = [np.flatnonzero(part) for part in kept if part.any() and not part.all()]
    with _Fitting(problems, [*parts, np.arange(len(lines))], vectors, sparse_matrix(views)) as fitting:
        for done, part in enumerate(parts):
            left_out.judge(np.setdiff1d(np.arange(len(lines)), part), views, *fitting.result(done))
            progress("judging out of fold", (done + 1) / (FOLDS + 1))
        progress("fitting on everything", FOLDS / (FOLDS + 1))
        examples, whole = fitting.result(-1)
    topics, degrees = (
        _fused(fitted, problem, side) for fitted, problem, side in zip(whole, problems, left_out.sides, strict=True)
    )
    layout = build_layout(topics.classes, [name for name in topics.classes if name in emergencies])
    heads = Heads(examples, topics, degrees, layout, {}, {})
    full = _evidence(heads, views, *left_out.sides)
    letters = _letter_evidence(heads, views, *left_out.sides)
    gates = fit_gates(lines, full, folds)
    heads = replace(heads, gates=gates, letter_gates=fit_gates(lines, letters, folds))
    sentences = [
        pair
        for rows, loud, sides in left_out.sentences
        for pair in zip(rows, _evidence(heads, loud, *sides), strict=True)
    ]
    alone = fit_alone(gates[EMERGENCY], lines, full, sentences)
    heads = replace(heads, alone=alone, quiet=fit_quiet(gates[EMERGENCY], alone, sentences))
    return Outcome(heads, full, topics.fuse(left_out.sides[0]), left_out.sides[0][:, 0], folds)


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """What classifiers say of lines they were not fitted on.

    `sides` are [n, sources, classes] for topics and degrees; `sentences` the loudest sentences of longer lines, each
    time for some lines, as (rows, views, sides).
    """

    sides: tuple[Floats, Floats]
    sentences: list[tuple[list[int], list[View], tuple[Floats, Floats]]]

    @classmethod
    def empty(cls, problems: tuple[Problem, Problem], lines: int) -> _LeftOut:
        first, second = (np.zeros((lines, len(SOURCES), len(p.classes)), np.float32) for p in problems)
        return cls((first, second), [])

    def judge(self, held: Indices, views: Sequence[View], examples: Examples, fitted: Sequence[Classifier]) -> None:
        for start in range(0, len(held), BLOCK):
            rows = held[start : start + BLOCK].tolist()
            for whole, sides in zip(self.sides, _sides([views[row] for row in rows], examples, fitted), strict=True):
                whole[rows] = sides
            if loud := [(row, one) for row in rows for one in loudest(fitted[1], views[row])]:
                origin, sentences = [row for row, _ in loud], [one for _, one in loud]
                self.sentences.append((origin, sentences, _sides(sentences, examples, fitted)))


def _sides(views: Sequence[View], examples: Examples, fitted: Sequence[Classifier]) -> tuple[Floats, Floats]:
    near = examples.closeness(np.stack([view.vector for view in views if view.vector is not None]))
    topics, degrees = fitted
    return topics.sources(views, near), degrees.sources(views, near)


def _evidence(heads: Heads, views: Sequence[View], topics: Floats, degrees: Floats) -> Floats:
    topic, degree = heads.topics.fuse(topics), heads.degrees.fuse(degrees)
    return gather(heads.layout, views, topics=topics, topic=topic, degrees=degrees, degree=degree)


def fit_projection(vectors: Floats) -> Floats:
    """Return the directions [d, k] in which vectors [n, d] differ most."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(directions[:, ::-1][:, :DIMENSIONS], np.float32)


class _Fitting:
    """Fits classifiers on several parts of the lines, in two threads. To be used with `with`, which ends them.

    One thread fits what reads vectors, the other what reads letters: two of those at once would wait for each other.
    """

    def __init__(
        self, problems: Sequence[Problem], parts: Sequence[Indices], vectors: Floats, counts: SparseMatrix
    ) -> None:
        self._problems, self._parts = problems, parts
        self._projection = fit_projection(vectors)
        self._points = project(vectors, self._projection)
        first, second = self._lanes = tuple(ThreadPoolExecutor(1, initializer=limit_threads) for _ in range(2))
        self._linear = [[first.submit(_fit_linear, problem, part, vectors) for problem in problems] for part in parts]
        self._letters = [[second.submit(_fit_letters, problem, part, counts) for problem in problems] for part in parts]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes:
            lane.shutdown(cancel_futures=True)

    def result(self, number: int) -> tuple[Examples, list[Classifier]]:
        """Return what was fitted on one of the parts, when it is ready: its lines as examples, and the classifiers."""
        cells = group_cells(self._problems, self._parts[number])
        examples = Examples.of(self._projection, self._points[cells.lines].T, cells.starts, cells.lines)
        fitted = zip(self._problems, cells.labels.T, self._linear[number], self._letters[number], strict=True)
        return examples, [
            _classifier(problem, labels, cells.sizes, linear.result(), letters.result())
            for problem, labels, linear, letters in fitted
        ]


@dataclass(frozen=True, slots=True)
class Cells:
    """Lines grouped so that all of a cell have the same class in each of several problems.

    `lines` [n] stand cell by cell; `starts` and `sizes` [cells] say where each begins and how many it has, `labels`
    [cells, problems] what class it is, -1 where its lines do not count.
    """

    lines: Indices
    starts: Indices
    sizes: Indices
    labels: Indices


def group_cells(problems: Sequence[Problem], part: Indices) -> Cells:
    """Return the lines whose numbers are `part`, in cells."""
    labels = np.stack([np.where(one.weights[part] > 0, one.labels[part], -1) for one in problems], axis=1)
    kinds, members, sizes = np.unique(labels, axis=0, return_inverse=True, return_counts=True)
    return Cells(part[np.argsort(members, kind="stable")], np.cumsum(sizes) - sizes, sizes, kinds)


def _fit_linear(problem: Problem, part: Indices, vectors: Floats) -> tuple[Floats, Floats]:
    used = part[problem.weights[part] > 0]
    finer = problem.finer[used]
    rows, columns = np.nonzero(finer)
    weights = finer[rows, columns] * problem.weights[used][rows]
    return fit_linear(vectors[used][rows], columns, weights, finer.shape[1], problem.tolerance)


def _fit_letters(problem: Problem, part: Indices, counts: SparseMatrix) -> LexicalScores:
    used = part[problem.weights[part] > 0]
    return fit_lexical(counts[used], problem.labels[used], problem.weights[used], len(problem.classes))


def _classifier(
    problem: Problem, labels: Indices, sizes: Indices, linear: tuple[Floats, Floats], letters: LexicalScores
) -> Classifier:
    classes = len(problem.classes)
    order, starts = group(labels, classes)
    return Classifier(
        classes=problem.classes,
        linear=linear[0],
        bias=linear[1],
        firsts=problem.firsts,
        lexical=letters,
        order=order,
        starts=starts,
        sizes=np.bincount(labels[order], sizes[order], minlength=classes).astype(np.int64),
        fusion=np.ones(len(SOURCES), np.float32),
        fallback=1.0,
    )


def _fused(classifier: Classifier, problem: Problem, sides: Floats) -> Classifier:
    fusion = fit_fusion(sides, problem.targets, problem.weights)
    alone = fit_fusion(sides[:, LEXICAL : LEXICAL + 1], problem.targets, problem.weights)
    return replace(classifier, fusion=fusion, fallback=float(alone[0]))


def _letter_evidence(heads: Heads, views: Sequence[View], topics: Floats, degrees: Floats) -> Floats:
    topics, degrees = (
        log_softmax(head.fallback * sides[:, LEXICAL : LEXICAL + 1])
        for head, sides in ((heads.topics, topics), (heads.degrees, degrees))
    )
    return gather(heads.layout, views, topics=topics, topic=topics[:, 0], degrees=degrees, degree=degrees[:, 0])
