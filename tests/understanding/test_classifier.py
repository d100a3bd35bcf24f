from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.artefact import Fitted
from bot.understanding.classifier import KERNEL, over_sentences
from bot.understanding.evidence import DEGREES
from bot.understanding.heads import loudest
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


def test_each_class_has_its_nearest_example_and_how_dense_its_examples_lie(small_fitted: Fitted) -> None:
    heads, lines = small_fitted.heads, small_bank().lines
    (view,) = build_views(["how to make a strong password tonight"], HashEncoder())
    assert view.vector is not None
    vectors = view.vector[np.newaxis]
    (cosines,) = heads.examples.cosines(vectors)
    near = heads.examples.closeness(vectors)
    for head, labels in (
        (heads.topics, [line.topics[0] for line in lines]),
        (heads.degrees, [line.urgency for line in lines]),
    ):
        best, density = head.sources([view], near)[0, 2:4]
        for place, name in enumerate(head.classes):
            among = cosines[[label == name for label in labels]]
            if not len(among):
                assert (best[place], density[place]) == (-1, -1)
                continue
            assert best[place] == pytest.approx(among.max(), abs=1e-5)
            assert density[place] == pytest.approx(1 + np.log(np.exp(KERNEL * (among - 1)).mean()) / KERNEL, abs=1e-4)


def test_only_sentences_that_are_loud_enough_are_weighed_by_themselves(small_fitted: Fitted) -> None:
    degrees = small_fitted.heads.degrees
    (view,) = build_views(["two step login.\nthreatens to send my picture.\nbirthday party ideas."], HashEncoder())
    everything = [one.text for one in loudest(degrees, view)]
    assert len(everything) == 3
    assert everything[0] == "threatens to send my picture."
    assert [one.text for one in loudest(degrees, view, 0.0)] == everything[:1]
    assert loudest(degrees, view, float("inf")) == []


def test_a_view_without_vectors_cannot_be_scored_beside_examples(small_fitted: Fitted) -> None:
    (view,) = build_views(["hello"], None)
    near = small_fitted.heads.examples.closeness(HashEncoder().encode(["hello"]))
    with pytest.raises(ValueError, match="only letters"):
        small_fitted.heads.topics.sources([view], near)


def test_labels_without_any_urgency_are_not_learnt_apart() -> None:
    lines = [line for line in small_bank().lines if line.urgency is Urgency.NONE]
    assert degree_problem(lines).finer.shape[1] == len(DEGREES)
