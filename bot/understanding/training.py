"""How the heads are fitted. Needs scikit-learn and SciPy, which answering never loads."""

from __future__ import annotations

import importlib
import threading
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.classifier import log_softmax
from bot.understanding.lexical import BUCKETS, Floats, LexicalScores
from bot.understanding.views import View
from content.model import BankLine

Indices = npt.NDArray[np.int64]
SparseMatrix = Any
"""A SciPy matrix, which has no types."""

FOLDS = 3
LINEAR_COST = 3.0
LEXICAL_COST = 1.0
_ONE_AT_A_TIME = threading.Lock()
"""The solver draws from one generator for the whole process: two fits at once would take numbers from each other."""

ABSENT = -20.0
"""Score of a class that a fold has no line for."""


def choose_folds(lines: Sequence[BankLine]) -> Indices:
    """Return a fold number for each line, by chance that depends on its text alone.

    Folds by writer would leave out most of a small language at once, and scores of such uneven folds cannot share
    a threshold: the promise on alarms then breaks, while thresholds from even folds hold on a writer left out.
    """
    return np.array([zlib.crc32(line.text.encode()) % FOLDS for line in lines], np.int64)


def sparse_matrix(views: Sequence[View]) -> SparseMatrix:
    """Return the counts of hashed features as a CSR matrix [n, BUCKETS]."""
    sparse = importlib.import_module("scipy.sparse")
    sizes = np.cumsum([0] + [len(view.hashed.buckets) for view in views])
    buckets = np.concatenate([view.hashed.buckets for view in views])
    counts = np.concatenate([view.hashed.counts for view in views])
    return sparse.csr_matrix((counts, buckets, sizes), shape=(len(views), BUCKETS), dtype=np.float32)


def fit_linear(
    vectors: Floats, labels: Indices, weights: Floats, classes: int, tolerance: float
) -> tuple[Floats, Floats]:
    """Return weights [d, classes] and bias [classes] of a multinomial logistic regression.

    The solver ends when no slope of the mean loss is above `tolerance`.
    """
    if len(np.unique(labels)) < 2:
        return _only(vectors.shape[1], labels, classes)
    linear = importlib.import_module("sklearn.linear_model")
    model = linear.LogisticRegression(C=LINEAR_COST, max_iter=300, tol=tolerance)
    middle = vectors.mean(axis=0)  # what all have in common only holds the solver up
    model.fit(vectors - middle, labels, sample_weight=weights)
    matrix, bias = _spread(model, classes)
    return matrix, bias - middle @ matrix


def fit_lexical(counts: SparseMatrix, labels: Indices, weights: Floats, classes: int) -> LexicalScores:
    """Return linear scores on hashed n-grams, one class against the rest."""
    svm = importlib.import_module("sklearn.svm")
    rows = counts.shape[0]
    seen = np.bincount(counts.indices, minlength=BUCKETS)
    idf = (np.log((1 + rows) / (1 + seen)) + 1).astype(np.float32)
    scaled = counts.copy()
    scaled.data = scaled.data * idf[scaled.indices]
    norms = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    scaled.data /= np.repeat(np.maximum(norms, 1e-9), np.diff(scaled.indptr)).astype(np.float32)
    if len(np.unique(labels)) < 2:
        matrix, bias = _only(BUCKETS, labels, classes)
    else:
        model = svm.LinearSVC(C=LEXICAL_COST, random_state=0, tol=0.5)
        with _ONE_AT_A_TIME:
            model.fit(scaled, labels, sample_weight=weights)
        matrix, bias = _spread(model, classes)
    scale = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / 127
    return LexicalScores(idf, np.round(matrix / scale).astype(np.int8), scale.astype(np.float32), bias)


def _only(features: int, labels: Indices, classes: int) -> tuple[Floats, Floats]:
    """Return weights that always name the one class there is."""
    bias = np.full(classes, ABSENT, np.float32)
    bias[labels[0]] = 0.0
    return np.zeros((features, classes), np.float32), bias


def _spread(model: Any, classes: int) -> tuple[Floats, Floats]:  # noqa: ANN401 - a scikit-learn model
    """Put the weights of the classes that the model knows into place among all."""
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn stores one row for two classes
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercept = np.concatenate([-intercept, intercept]) / 2
    matrix = np.zeros((coefficients.shape[1], classes), np.float32)
    bias = np.full(classes, ABSENT, np.float32)
    matrix[:, model.classes_] = coefficients.T
    bias[model.classes_] = intercept
    return matrix, bias


def group(labels: Indices, classes: int) -> tuple[Indices, Indices]:
    """Return numbers grouped by class, and where each class begins; those labelled -1 are left out."""
    order = np.argsort(labels, kind="stable")[int((labels < 0).sum()) :]
    return order, np.searchsorted(labels[order], np.arange(classes))


def fit_fusion(sides: Floats, targets: Floats, weights: Floats) -> Floats:
    """Return one weight per side [sources] so that the fused out-of-fold scores [n, sources, classes] fit best.

    `targets` [n, classes] are shares of 1. Weights are not negative.
    """
    optimize = importlib.import_module("scipy.optimize")
    share = weights / weights.sum()

    def loss(fusion: Floats) -> tuple[float, Floats]:
        fused = np.einsum("s,nsc->nc", fusion.astype(np.float32), sides)
        logs = log_softmax(fused)
        error = np.exp(logs) - targets
        gradient = np.einsum("n,nsc,nc->s", share, sides, error)
        value = -float((share[:, None] * targets * logs).sum())
        return value + 1e-4 * float(fusion @ fusion), gradient.astype(np.float64) + 2e-4 * fusion

    start = np.full(sides.shape[1], 0.5)
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, 50)] * len(start))
    result: Floats = found.x.astype(np.float32)
    return result
