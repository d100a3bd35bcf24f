"""Scores a message against classes (topics, or degrees of urgency) from several sides, and fuses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.understanding.lexical import Floats, LexicalScores
from bot.understanding.views import View

SOURCES = ("linear", "lexical", "nearest", "density", "sentences", "sharpest")
"""The sides, in the order of `Classifier.sources`: a linear head on the vector, letters, the nearest example of each
class, how densely its examples lie around, the mean over sentences, the clearest sentence."""

LEXICAL = SOURCES.index("lexical")
KERNEL = 20.0
"""Sharpness of `density`: at cosine .05 less an example weighs a third. The fitted weights do the rest."""


TINY = np.float32(1e-30)
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close every example is to some vectors: `cosines` [m, n], and their `mass` [m, n] for the density."""

    cosines: Floats
    mass: Floats


@dataclass(frozen=True, slots=True)
class Examples:
    """All lines of the bank as unit vectors `rows` [n, k] in the space of `projection` [d, k]."""

    projection: Floats
    rows: Floats

    def closeness(self, vectors: Floats) -> Closeness:
        """Return how close every example is to each of the vectors [m, d]."""
        cosines = project(vectors, self.projection) @ self.rows.T
        mass = cosines - np.float32(1)
        mass *= np.float32(KERNEL)
        return Closeness(cosines, np.exp(mass, out=mass))


def project(vectors: Floats, projection: Floats) -> Floats:
    """Return unit vectors [..., k] of vectors [..., d]."""
    projected = vectors @ projection
    result: Floats = projected / np.maximum(np.linalg.norm(projected, axis=-1, keepdims=True), 1e-9)
    return result


@dataclass(frozen=True, slots=True)
class Classifier:
    """One set of classes. `order` lists example numbers grouped by class, `starts` where each class begins.

    `linear` [d, columns] and `bias` score the vector. A class may have several columns (an emergency looks different
    in each topic), which lie side by side; `firsts` [classes] says where they begin. `fusion` [sources] weighs the
    sides, `fallback` those without encoder (the lexical side alone).
    """

    classes: tuple[str, ...]
    linear: Floats
    bias: Floats
    firsts: Indices
    lexical: LexicalScores
    order: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]
    fusion: Floats
    fallback: float

    def sources(self, views: Sequence[View], near: Closeness) -> Floats:
        """Return float32 [views, sources, classes] for views with vectors; `near` says how close examples are."""
        whole, parts, starts = stack_vectors(views)
        sides = np.empty((len(views), len(SOURCES), len(self.classes)), np.float32)
        sides[:, 0] = self.read(whole)
        sides[:, LEXICAL] = [self.lexical.scores(view.hashed) for view in views]
        sides[:, 2:4] = neighbours(near, self.order, self.starts)
        sides[:, 4:6] = over_sentences(self.read(parts), starts)
        return sides

    def read(self, vectors: Floats) -> Floats:
        """Return log probabilities [n, classes] of vectors [n, d] by the linear head alone."""
        columns = log_softmax(vectors @ self.linear + self.bias)
        result: Floats = np.logaddexp.reduceat(columns, self.firsts, axis=1)
        return result

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


def neighbours(near: Closeness, order: npt.NDArray[np.int32], starts: npt.NDArray[np.int32]) -> Floats:
    """Return [m, 2, classes]: the best cosine of each class, and its smoothed mean over the class's examples.

    A class without examples is as far away as can be.
    """
    sizes = np.diff(np.append(starts, len(order)))
    begins = np.minimum(starts, len(order) - 1)
    best = np.maximum.reduceat(np.take(near.cosines, order, axis=1), begins, axis=1)
    mass = np.add.reduceat(np.take(near.mass, order, axis=1), begins, axis=1)
    density = np.log(np.maximum(mass, TINY) / np.maximum(sizes, 1)) / KERNEL + 1
    return np.where(sizes > 0, np.stack([best, density], axis=1), -1).astype(np.float32)


def over_sentences(parts: Floats, starts: Indices) -> Floats:
    """Return [n, 2, classes] from log probabilities of sentences [m, classes]: their mean and the clearest one's.

    `starts` [n] says with which sentence each message begins. A message of one sentence has its own for both.
    """
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
