"""All fitted heads together: what a view means in numbers, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.classifier import Classifier, Examples, Indices
from bot.understanding.evidence import Gate, Layout, gather
from bot.understanding.lexical import Floats, hash_text
from bot.understanding.views import View, single

REFUSE, EMERGENCY, CONCERN, HARMFUL, INJECTION = "refuse", "emergency", "concern", "harmful", "injection"
PREDATOR = "predator"
LOUDEST = 3
"""Sentences of a message that are weighed by themselves, so that it does not take longer than a moment."""

REACH = 7
"""Sentences that the longest lines of the bank have, but for its stories. The heads know no longer messages: what they
say of one as a whole is chance, and it is judged by its sentences."""

LOUDEST_OF_MANY = 5
"""Sentences of such a message that are weighed by themselves, by what each of two sides hears in them."""

EDGE, MOST_SENTENCES = 8, 256
"""Of so many sentences the first, the last and the loudest are encoded, at most so many together."""

BLOCK = 32
"""Views whose closeness to all examples is held at a time: 4 MB."""

GATES = (REFUSE, EMERGENCY, CONCERN, HARMFUL, INJECTION)
"""Decisions: decline; helplines first; answer plus one helpline line; the two firm replies."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the heads say of one view: log probabilities of topics and degrees, and the evidence."""

    topics: Floats
    degrees: Floats
    evidence: Floats


@dataclass(frozen=True, slots=True)
class Heads:
    """The fitted heads. `gates` judge evidence with the encoder, `letter_gates` evidence without it.

    `alone` is what the emergency gate must score for a single sentence of a longer message, `quiet` what the linear
    side must say of one for it to be weighed at all.
    """

    examples: Examples
    topics: Classifier
    degrees: Classifier
    layout: Layout
    gates: Mapping[str, Gate]
    letter_gates: Mapping[str, Gate]
    alone: float = float("inf")
    quiet: float = float("-inf")

    def weigh_all(self, views: Sequence[View]) -> list[Numbers]:
        """Return the numbers of views that have vectors."""
        blocks = (views[start : start + BLOCK] for start in range(0, len(views), BLOCK))
        return [numbers for block in blocks for numbers in self._numbers(block)]

    def _numbers(self, views: Sequence[View]) -> list[Numbers]:
        near = self.examples.closeness(np.array([view.vector for view in views], np.float32))
        topics, degrees = self.topics.sources(views, near), self.degrees.sources(views, near)
        topic, degree = self.topics.fuse(topics), self.degrees.fuse(degrees)
        evidence = gather(self.layout, views, topics=topics, topic=topic, degrees=degrees, degree=degree)
        return [Numbers(*rows) for rows in zip(topic, degree, evidence, strict=True)]

    def weigh_letters(self, view: View) -> Numbers:
        """Return the numbers of a view from its letters alone."""
        topic, degree = self.topics.from_letters(view)[None], self.degrees.from_letters(view)[None]
        evidence = gather(self.layout, [view], topics=topic[None], topic=topic, degrees=degree[None], degree=degree)
        return Numbers(topic[0], degree[0], evidence[0])

    def weigh_with_sentences(
        self, views: Sequence[View], judged: int
    ) -> tuple[list[Numbers], list[tuple[Numbers, ...]]]:
        """Return the numbers of views that have vectors, and those of their sentences that may decide by themselves.

        Only of the first `judged` views are sentences weighed.
        """
        picked = [(number, one) for number, view in enumerate(views[:judged]) for one in self._telling(view)]
        numbers = self.weigh_all([*views, *(one for _, one in picked)])
        found: list[tuple[Numbers, ...]] = [()] * len(views)
        for (number, _), one in zip(picked, numbers[len(views) :], strict=True):
            found[number] += (one,)
        return numbers[: len(views)], found

    def _telling(self, view: View) -> list[View]:
        """Return the loudest sentences; of a long message by two sides, and those that may deserve a firm reply."""
        if view.parts is None or not is_long(view):
            return loudest(self.degrees, view, self.quiet)
        heard = np.array([self.loudness(sentence) for sentence in view.sentences])
        orders = [_order(_loudness(self.degrees, view)), _order(heard)]
        picked = [number for order in orders for number in order[:LOUDEST_OF_MANY]]
        chances = self.topics.read(view.parts)
        kinds = [self.layout.kinds[kind] for kind in (PREDATOR, INJECTION) if kind in self.layout.kinds]
        picked += chances[:, kinds].argmax(axis=0).tolist()
        return [single(view, int(number)) for number in dict.fromkeys(picked)]

    def loudness(self, text: str) -> float:
        """Return how much the letters of a normalised text sound like an emergency. Cheap."""
        scores = self.degrees.lexical.scores(hash_text(text))
        return float(scores[-1] - scores[:-1].max())

    def choose(self, sentences: tuple[str, ...]) -> tuple[str, ...]:
        """Return what of the sentences of a message is worth encoding.

        All of a usual message. Of a long one the first, the last and the loudest, and the loudest with their neighbours
        too: what one sentence only begins to tell, the next one may say.
        """
        if len(sentences) > REACH:
            sentences = tuple(dict.fromkeys(sentences))
        if len(sentences) <= REACH:
            return sentences
        heard = -np.array([self.loudness(sentence) for sentence in sentences])
        passages = [
            " ".join(sentences[first:last])
            for number in np.argsort(heard, kind="stable")[:LOUDEST_OF_MANY].tolist()
            for first, last in (
                (max(number - 1, 0), number + 1),
                (number, number + 2),
                (max(number - 1, 0), number + 2),
            )
        ]
        heard[:EDGE] = heard[-EDGE:] = -np.inf
        chosen = sorted(np.argsort(heard, kind="stable")[:MOST_SENTENCES].tolist())
        return (*(sentences[number] for number in chosen), *dict.fromkeys(passages))


def is_long(view: View) -> bool:
    """Tell whether a message has more sentences than the heads know."""
    return len(view.sentences) > REACH


def loudest(degrees: Classifier, view: View, quiet: float = float("-inf")) -> list[View]:
    """Return the sentences of a longer message that sound most like an emergency, at most `LOUDEST`.

    None of them scores less than `quiet` by the linear side.
    """
    if len(view.sentences) < 2:
        return []
    loud = _loudness(degrees, view)
    return [single(view, int(number)) for number in _order(loud)[:LOUDEST] if loud[number] >= quiet]


def _loudness(degrees: Classifier, view: View) -> Floats:
    """Return how much each sentence of a view sounds like an emergency by the linear side."""
    if view.parts is None:
        raise ValueError("a view without vectors has only letters")
    scores = degrees.read(view.parts)
    loud: Floats = scores[:, -1] - scores[:, :-1].max(axis=1)
    return loud


def _order(loud: Floats) -> Indices:
    """Return the numbers of sentences, the loudest first."""
    return np.argsort(-loud, kind="stable")
