"""Scores a message against classes (topics, or degrees of urgency) from several sides, and fuses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.understanding.lexical import Floats, LexicalScores
from bot.understanding.strips import Strips
from bot.understanding.views import View

SOURCES = ("linear", "lexical", "nearest", "density", "sentences", "sharpest")
"""The sides, in the order of `Classifier.sources`: a linear head on the vector, letters, the nearest example of each
class, how densely its examples lie around, the mean over sentences, the clearest sentence."""

LEXICAL = SOURCES.index("lexical")
KERNEL = 20.0
"""Sharpness of `density`: at cosine .05 less an example weighs a third. The fitted weights do the rest."""

_STRIP = 1024
"""Examples that several vectors are compared with before the next ones."""

TINY = np.float32(1e-30)
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close the examples of each cell are to some vectors [m, cells]: the best cosine, the `mass` of all."""

    best: Floats
    mass: Floats


@dataclass(frozen=True, slots=True)
class Examples:
    """All lines of the bank as unit vectors [k] in the space of `projection` [d, k], the columns of `matrix`.

    Lines that have the same class for every classifier stand together as a cell, which begins at `starts` [cells].
    `lines` [n] are their numbers in the bank.
    """

    projection: Floats
    matrix: Strips
    starts: Indices
    lines: Indices

    @classmethod
    def of(cls, projection: Floats, matrix: Floats, starts: Indices, lines: Indices) -> Examples:
        """Return examples that are the columns of a matrix [k, n]."""
        return cls(projection, Strips.of(matrix, _STRIP), starts, lines)

    def closeness(self, vectors: Floats) -> Closeness:
        """Return how close the examples are to each of the vectors [m, d]."""
        cosines = self._cosines(vectors)
        best = np.maximum.reduceat(cosines, self.starts, axis=1)
        cosines -= np.float32(1)
        cosines *= np.float32(KERNEL)
        return Closeness(best, np.add.reduceat(np.exp(cosines, out=cosines), self.starts, axis=1))

    def cosines(self, vectors: Floats) -> Floats:
        """Return the cosines [m, n] of vectors [m, d] and all lines, in the order of the bank."""
        found = np.empty((len(vectors), len(self.lines)), np.float32)
        found[:, self.lines] = self._cosines(vectors)
        return found

    def _cosines(self, vectors: Floats) -> Floats:
        return self.matrix.after(project(vectors, self.projection))


def project(vectors: Floats, projection: Floats) -> Floats:
    """Return unit vectors [..., k] of vectors [..., d]."""
    projected = vectors @ projection
    result: Floats = projected / np.maximum(np.linalg.norm(projected, axis=-1, keepdims=True), 1e-9)
    return result


@dataclass(frozen=True, slots=True)
class Classifier:
    """One set of classes. `order` lists cells of examples grouped by class, `starts` where each class begins.

    `sizes` [classes] says how many examples each class has. `linear` [d, columns] and `bias` score the vector. A class
    may have several columns (an emergency looks different in each topic), which lie side by side; `firsts` [classes]
    says where they begin. `fusion` [sources] weighs the sides, `fallback` those without encoder (the lexical side
    alone).
    """

    classes: tuple[str, ...]
    linear: Floats
    bias: Floats
    firsts: Indices
    lexical: LexicalScores
    order: Indices
    starts: Indices
    sizes: Indices
    fusion: Floats
    fallback: float

    def sources(self, views: Sequence[View], near: Closeness) -> Floats:
        """Return float32 [views, sources, classes] for views with vectors; `near` says how close examples are."""
        whole, parts, starts = stack_vectors(views)
        sides = np.empty((len(views), len(SOURCES), len(self.classes)), np.float32)
        sides[:, 0] = linear = self.read(whole)
        sides[:, LEXICAL] = [self.lexical.scores(view.hashed) for view in views]
        sides[:, 2:4] = self._neighbours(near)
        sides[:, 4:6] = over_sentences(linear if len(parts) == len(whole) else self.read(parts), starts)
        return sides

    def read(self, vectors: Floats) -> Floats:
        """Return log probabilities [n, classes] of vectors [n, d] by the linear head alone."""
        columns = vectors @ self.linear + self.bias
        if len(self.firsts) == columns.shape[1]:
            return log_softmax(columns)
        chances = np.exp(columns - columns.max(axis=1, keepdims=True))
        by_class = np.add.reduceat(chances, self.firsts, axis=1)
        result: Floats = np.log(np.maximum(by_class, TINY) / by_class.sum(axis=1, keepdims=True))
        return result

    def _neighbours(self, near: Closeness) -> Floats:
        """Return [m, 2, classes]: the best cosine of each class, and its smoothed mean over the class's examples.

        A class without examples is as far away as can be.
        """
        begins = np.minimum(self.starts, len(self.order) - 1)
        best = np.maximum.reduceat(near.best[:, self.order], begins, axis=1)
        mass = np.add.reduceat(near.mass[:, self.order], begins, axis=1)
        density = np.log(np.maximum(mass, TINY) / np.maximum(self.sizes, 1)) / KERNEL + 1
        return np.where(self.sizes > 0, np.stack([best, density], axis=1), -1).astype(np.float32)

    def fuse(self, sides: Floats) -> Floats:
        """Return log probabilities [..., classes] from the sides of `sources`."""
        return log_softmax(self.fusion @ sides)

    def from_letters(self, view: View) -> Floats:
        """Return log probabilities [classes] without an encoder."""
        return log_softmax(self.fallback * self.lexical.scores(view.hashed))


def stack_vectors(views: Sequence[View]) -> tuple[Floats, Floats, Indices]:
    """Return the vectors of views [n, d], those of their sentences one below the other, and where each view begins."""
    whole = [view.vector for view in views if view.vector is not None]
    parts = [view.parts for view in views if view.parts is not None]
    if not len(whole) == len(parts) == len(views):
        raise ValueError("a view without vectors has only letters; use `from_letters`")
    starts = np.cumsum([0, *(len(rows) for rows in parts[:-1])])
    return np.stack(whole), np.concatenate(parts), starts


def over_sentences(parts: Floats, starts: Indices) -> Floats:
    """Return [n, 2, classes] from log probabilities of sentences [m, classes]: their mean and the clearest one's.

    `starts` [n] says with which sentence each message begins. A message of one sentence has its own for both.
    """
    if len(parts) == len(starts):
        return np.stack([parts, parts], axis=1)
    sizes = np.diff(np.append(starts, len(parts)))[:, None]
    chances = np.exp(parts)
    mean, most = np.add.reduceat(chances, starts) / sizes, np.maximum.reduceat(chances, starts)
    both = np.log(np.stack([mean, most], axis=1) + 1e-6)
    return np.where(sizes[:, None] > 1, both, parts[starts][:, None]).astype(np.float32)


def log_softmax(scores: Floats) -> Floats:
    """Return log probabilities over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
