"""All fitted heads together: what a view means in numbers, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.classifier import Classifier, Examples
from bot.understanding.evidence import Gate, Layout, gather
from bot.understanding.lexical import Floats
from bot.understanding.views import View, single

REFUSE, EMERGENCY, CONCERN, HARMFUL, INJECTION = "refuse", "emergency", "concern", "harmful", "injection"
LOUDEST = 3
"""Sentences of a message that are weighed by themselves, so that a long one does not take longer than a moment."""

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

    def weigh_with_cries(self, views: Sequence[View], judged: int) -> tuple[list[Numbers], list[bool]]:
        """Return the numbers of views that have vectors, and for each whether a sentence of it cries.

        A sentence of a longer message cries when it is an emergency by itself, whatever stands around it. Only the
        first `judged` views are looked at for that.
        """
        loud = [
            (number, one)
            for number, view in enumerate(views[:judged])
            for one in loudest(self.degrees, view, self.quiet)
        ]
        numbers = self.weigh_all([*views, *(one for _, one in loud)])
        gate, cries = self.gates[EMERGENCY], [False] * len(views)
        for (number, _), one in zip(loud, numbers[len(views) :], strict=True):
            cries[number] |= bool(gate.score(one.evidence) >= self.alone)
        return numbers[: len(views)], cries


def loudest(degrees: Classifier, view: View, quiet: float = float("-inf")) -> list[View]:
    """Return the sentences of a longer message that sound most like an emergency, at most `LOUDEST`.

    None of them scores less than `quiet` by the linear side.
    """
    if view.parts is None or len(view.parts) < 2:
        return []
    scores = degrees.read(view.parts)
    loud = scores[:, -1] - scores[:, :-1].max(axis=1)
    order = np.argsort(-loud, kind="stable")[:LOUDEST]
    return [single(view, int(number)) for number in order if loud[number] >= quiet]
