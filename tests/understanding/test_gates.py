from __future__ import annotations

import numpy as np

from bot.understanding.evidence import Gate, evidence_names
from bot.understanding.gates import fit_quiet

NAMES = evidence_names()


def sentence(linear: float, fused: float) -> tuple[int, np.ndarray]:
    numbers = np.zeros(len(NAMES), np.float32)
    numbers[NAMES.index("emergency: linear")], numbers[NAMES.index("emergency")] = linear, fused
    return 0, numbers


def test_a_sentence_is_weighed_when_one_as_quiet_was_an_alarm_by_itself() -> None:
    gate = Gate(np.array([name == "emergency" for name in NAMES], np.float32), 0.0, 0.0)
    sentences = [sentence(-1.0, 3.0), sentence(-2.0, 2.0), sentence(-5.0, 1.0), sentence(4.0, 5.0)]
    assert fit_quiet(gate, 2.0, sentences) == -2.0
    assert fit_quiet(gate, 3.0, sentences) == -1.0
    assert fit_quiet(gate, 9.0, sentences) == -np.inf
