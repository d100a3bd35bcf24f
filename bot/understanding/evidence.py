"""The numbers from which it is decided whether to answer, to raise an alarm, or to decline firmly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.understanding.classifier import SOURCES
from bot.understanding.lexical import Floats
from bot.understanding.views import View
from content.bank import OUT, OUT_KINDS
from content.model import Urgency

DEGREES = (Urgency.NONE, Urgency.CONCERN, Urgency.EMERGENCY)
"""The classes of the urgency classifier, in order."""

SCRIPTS = ("Japanese script", "Korean script", "Chinese script")

FLOOR = -12.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the groups of topic classes stand: answerable, the kinds of `out:`, those that are emergencies."""

    inside: npt.NDArray[np.int64]
    outside: npt.NDArray[np.int64]
    kinds: Mapping[str, int]
    emergencies: npt.NDArray[np.int64]


def build_layout(classes: Sequence[str], emergencies: Sequence[str]) -> Layout:
    """Return the layout of topic classes; `emergencies` are the ids of topics that are emergencies themselves."""
    outside = [i for i, name in enumerate(classes) if name.startswith(OUT)]
    inside = [i for i, name in enumerate(classes) if not name.startswith(OUT)]
    kinds = {classes[i].removeprefix(OUT): i for i in outside}
    urgent = [i for i in inside if classes[i] in emergencies]
    return Layout(np.array(inside, int), np.array(outside, int), kinds, np.array(urgent, int))


def evidence_names(sources: Sequence[str] = SOURCES) -> tuple[str, ...]:
    """Return the names of the numbers of `gather` for these sides, in order."""
    sides = [f"{what}: {side}" for what in ("in scope", "emergency", "worry") for side in sources]
    fused = ["in scope", "best topic", "second topic", "emergency", "worry", "emergency topic"]
    return (*sides, *fused, *(f"kind {kind}" for kind in OUT_KINDS), "sentences", "letters", *SCRIPTS)


def gather(
    layout: Layout, views: Sequence[View], *, topics: Floats, topic: Floats, degrees: Floats, degree: Floats
) -> Floats:
    """Return float32 [n, len(evidence_names())] for n messages.

    `topics` [n, sources, classes] and `degrees` [n, sources, 3] are the sides, `topic` and `degree` the fused ones.
    """
    scope = _lead(topics, layout.inside, layout.outside)
    emergency = degrees[:, :, 2] - degrees[:, :, :2].max(axis=2)
    worry = degrees[:, :, 1:].max(axis=2) - degrees[:, :, 0]
    best = np.sort(topic[:, layout.inside], axis=1)[:, ::-1]
    nothing = np.full(len(views), FLOOR, np.float32)
    fused = [
        _mass(topic, layout.inside) - _mass(topic, layout.outside),
        best[:, 0],
        best[:, 1] if best.shape[1] > 1 else nothing,
        degree[:, 2] - np.logaddexp(degree[:, 0], degree[:, 1]),
        np.logaddexp(degree[:, 1], degree[:, 2]) - degree[:, 0],
        _mass(topic, layout.emergencies),
    ]
    kinds = [topic[:, layout.kinds[kind]] if kind in layout.kinds else nothing for kind in OUT_KINDS]
    shapes = np.array([(np.log(len(v.sentences)), np.log1p(len(v.text)), *_scripts(v.text)) for v in views], np.float32)
    numbers = np.concatenate([scope, emergency, worry, np.stack([*fused, *kinds], axis=1), shapes], axis=1)
    floored: Floats = np.maximum(numbers, FLOOR).astype(np.float32)
    return floored


def _scripts(text: str) -> tuple[float, float, float]:
    """Return the shares of `SCRIPTS`, since scores are not equally high in every language."""
    if text.isascii():
        return 0.0, 0.0, 0.0
    kana = sum("\u3040" <= char < "\u3100" for char in text)
    hangul = sum("\uac00" <= char < "\ud7b0" for char in text)
    han = sum("\u4e00" <= char < "\ua000" for char in text)
    letters = max(sum(char.isalpha() for char in text), 1)
    japanese = kana > 0
    return float(japanese), hangul / letters, 0.0 if japanese else han / letters


def _lead(sides: Floats, inside: npt.NDArray[np.int64], outside: npt.NDArray[np.int64]) -> Floats:
    if not len(inside) or not len(outside):
        return np.zeros(sides.shape[:2], np.float32)
    lead: Floats = sides[:, :, inside].max(axis=2) - sides[:, :, outside].max(axis=2)
    return lead


def _mass(logs: Floats, members: npt.NDArray[np.int64]) -> Floats:
    if not len(members):
        return np.full(len(logs), FLOOR, np.float32)
    mass: Floats = np.maximum(np.log(np.exp(logs[:, members]).sum(axis=1) + 1e-30), FLOOR)
    return mass


@dataclass(frozen=True, slots=True)
class Gate:
    """A decision: the chance by `weights` [k] and `bias` of the evidence, compared with a threshold."""

    weights: Floats
    bias: float
    threshold: float

    def score(self, evidence: Floats) -> float:
        """Return the log-odds; the gate opens at or above `threshold`."""
        return float(evidence @ self.weights) + self.bias

    def opens(self, evidence: Floats) -> bool:
        """Return whether the score reaches the threshold."""
        return self.score(evidence) >= self.threshold
