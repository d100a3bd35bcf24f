from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.artefact import Fitted
from bot.understanding.classifier import over_sentences
from bot.understanding.evidence import DEGREES
from bot.understanding.normalise import Normaliser
from bot.understanding.pipeline import degree_problem
from bot.understanding.views import build_views
from content.model import Urgency
from tests.understanding.small_bank import HashEncoder, small_bank


def test_many_messages_are_weighed_as_each_of_them_alone(small_fitted: Fitted) -> None:
    normalise = Normaliser()
    texts = [normalise(line.text) for line in small_bank().lines[:40]]
    long = "\n".join(texts[:3])
    views = build_views([*texts, long], HashEncoder())
    together = small_fitted.heads.weigh_all(views)
    for view, numbers in zip(views, together, strict=True):
        (alone,) = small_fitted.heads.weigh_all([view])
        assert numbers.topics == pytest.approx(alone.topics, abs=1e-4)
        assert numbers.degrees == pytest.approx(alone.degrees, abs=1e-4)
        assert numbers.evidence == pytest.approx(alone.evidence, abs=1e-3)


def test_each_degree_of_urgency_is_learnt_apart_for_each_topic(small_fitted: Fitted) -> None:
    degrees = small_fitted.heads.degrees
    topics = {line.topics[0] for line in small_bank().lines if line.urgency is Urgency.EMERGENCY}
    urgent = degrees.linear.shape[1] - degrees.firsts[DEGREES.index(Urgency.EMERGENCY)]
    assert urgent >= len(topics)
    vectors = HashEncoder().encode(["anything", "at all"])
    assert np.exp(degrees.read(vectors)).sum(axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_a_message_of_one_sentence_has_that_sentence_for_all_of_them() -> None:
    parts = np.log(np.array([[0.5, 0.5], [0.9, 0.1], [0.1, 0.9]], np.float32))
    found = np.exp(over_sentences(parts, np.array([0, 1])))
    assert found[0] == pytest.approx(np.array([[0.5, 0.5], [0.5, 0.5]]), abs=1e-4)
    assert found[1] == pytest.approx(np.array([[0.5, 0.5], [0.9, 0.9]]), abs=1e-4)


def test_a_view_without_vectors_cannot_be_scored_beside_examples(small_fitted: Fitted) -> None:
    (view,) = build_views(["hello"], None)
    near = small_fitted.heads.examples.closeness(HashEncoder().encode(["hello"]))
    with pytest.raises(ValueError, match="only letters"):
        small_fitted.heads.topics.sources([view], near)


def test_labels_without_any_urgency_are_not_learnt_apart() -> None:
    lines = [line for line in small_bank().lines if line.urgency is Urgency.NONE]
    assert degree_problem(lines).finer.shape[1] == len(DEGREES)
