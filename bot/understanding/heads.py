"""All fitted heads together: what a view means in numbers, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.understanding.classifier import Classifier, Examples
from bot.understanding.evidence import Gate, Layout, gather
from bot.understanding.lexical import Floats
from bot.understanding.views import View

REFUSE, EMERGENCY, CONCERN, HARMFUL, INJECTION = "refuse", "emergency", "concern", "harmful", "injection"
GATES = (REFUSE, EMERGENCY, CONCERN, HARMFUL, INJECTION)
"""Decisions: decline; helplines first; answer plus one helpline line; the two firm replies."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the heads say of one view: log probabilities of topics and degrees, evidence, the example cosines."""

    topics: Floats
    degrees: Floats
    evidence: Floats
    similarities: Floats | None


@dataclass(frozen=True, slots=True)
class Heads:
    """The fitted heads. `gates` judge evidence with the encoder, `letter_gates` evidence without it."""

    examples: Examples
    topics: Classifier
    degrees: Classifier
    layout: Layout
    gates: Mapping[str, Gate]
    letter_gates: Mapping[str, Gate]

    def weigh(self, view: View) -> Numbers:
        """Return the numbers of a view that has vectors."""
        if view.vector is None:
            return self.weigh_letters(view)
        similarities = self.examples.similarities(view.vector)
        topics = self.topics.sources(view, similarities)
        degrees = self.degrees.sources(view, similarities)
        topic, degree = self.topics.fuse(topics), self.degrees.fuse(degrees)
        evidence = gather(self.layout, view, topics=topics, topic=topic, degrees=degrees, degree=degree)
        return Numbers(topic, degree, evidence, similarities)

    def weigh_letters(self, view: View) -> Numbers:
        """Return the numbers of a view from its letters alone; `similarities` is None."""
        topic, degree = self.topics.from_letters(view), self.degrees.from_letters(view)
        evidence = gather(self.layout, view, topics=topic[None], topic=topic, degrees=degree[None], degree=degree)
        return Numbers(topic, degree, evidence, None)
