"""Scores a message against classes (topics, or degrees of urgency) from several sides, and fuses them."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close every example is to one vector: `cosines` [n], and their `mass` [n] for the density."""

    cosines: Floats
    mass: Floats


@dataclass(frozen=True, slots=True)
class Examples:
    """All lines of the bank as unit vectors `rows` [n, k] in the space of `projection` [d, k]."""

    projection: Floats
    rows: Floats

    def closeness(self, vector: Floats) -> Closeness:
        """Return how close every example is to a vector [d]."""
        return self.all_closeness(vector[np.newaxis])[0]

    def all_closeness(self, vectors: Floats) -> list[Closeness]:
        """Return how close every example is to each of the vectors [m, d]."""
        cosines = project(vectors, self.projection) @ self.rows.T
        return [Closeness(row, np.exp(KERNEL * (row - 1))) for row in cosines]


def project(vectors: Floats, projection: Floats) -> Floats:
    """Return unit vectors [..., k] of vectors [..., d]."""
    projected = vectors @ projection
    result: Floats = projected / np.maximum(np.linalg.norm(projected, axis=-1, keepdims=True), 1e-9)
    return result


@dataclass(frozen=True, slots=True)
class Classifier:
    """One set of classes. `order` lists example numbers grouped by class, `starts` where each class begins.

    `linear` [d, classes] and `bias` score the vector; `fusion` [sources] weighs the sides; `fallback` those without
    encoder (the lexical side alone).
    """

    classes: tuple[str, ...]
    linear: Floats
    bias: Floats
    lexical: LexicalScores
    order: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]
    fusion: Floats
    fallback: float

    def sources(self, view: View, near: Closeness) -> Floats:
        """Return float32 [sources, classes] for a view with vectors; `near` says how close examples are to it."""
        if view.vector is None or view.parts is None:
            raise ValueError("a view without vectors has only letters; use `from_letters`")
        sides = np.empty((len(SOURCES), len(self.classes)), np.float32)
        parts = log_softmax(view.parts @ self.linear + self.bias)
        sides[0] = parts[0] if len(parts) == 1 else log_softmax(view.vector @ self.linear + self.bias)
        sides[LEXICAL] = self.lexical.scores(view.hashed)
        sides[2:4] = neighbours(near, self.order, self.starts)
        sides[4:6] = over_sentences(parts)
        return sides

    def fuse(self, sides: Floats) -> Floats:
        """Return log probabilities [classes] from the sides of `sources`."""
        return log_softmax(self.fusion @ sides)

    def from_letters(self, view: View) -> Floats:
        """Return log probabilities [classes] without an encoder."""
        return log_softmax(self.fallback * self.lexical.scores(view.hashed))


def neighbours(near: Closeness, order: npt.NDArray[np.int32], starts: npt.NDArray[np.int32]) -> Floats:
    """Return [2, classes]: the best cosine of each class, and its smoothed mean over the class's examples.

    A class without examples is as far away as can be.
    """
    sizes = np.diff(np.append(starts, len(order)))
    begins = np.minimum(starts, len(order) - 1)
    best = np.where(sizes, np.maximum.reduceat(near.cosines[order], begins), -1)
    mass = np.add.reduceat(near.mass[order], begins)
    density = np.where(sizes, np.log(np.maximum(mass, TINY) / np.maximum(sizes, 1)) / KERNEL + 1, -1)
    return np.stack([best, density]).astype(np.float32)


def over_sentences(parts: Floats) -> Floats:
    """Return [2, classes] from log probabilities of sentences [m, classes]: their mean and the clearest one's."""
    if len(parts) == 1:
        return np.repeat(parts, 2, axis=0)
    chances = np.exp(parts)
    return np.log(np.stack([chances.mean(axis=0), chances.max(axis=0)]) + 1e-6).astype(np.float32)


def log_softmax(scores: Floats) -> Floats:
    """Return log probabilities over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
