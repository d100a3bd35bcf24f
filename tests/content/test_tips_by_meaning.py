"""No two tips say the same thing: measured by meaning, with the encoder, not by letters."""

from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.encoder import Encoder, Vectors, load_encoder
from content.load import load_pack
from content.model import AgeBand, Audience, Pack

ALIKE = {"en": 0.70, "ja": 0.74}
"""Cosine from which two tips count as the same. The nearest two that differ lie below, most paraphrases above."""
FEWEST = 180
"""Tips for each audience and age: half a year without a repeat."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("use")


def likeness(encoder: Encoder, texts: list[str]) -> Vectors:
    vectors = np.concatenate([encoder.encode(texts[at : at + 64]) for at in range(0, len(texts), 64)])
    cosines: Vectors = vectors @ vectors.T
    return cosines


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_two_tips_say_the_same(pack: Pack, encoder: Encoder, language: str) -> None:
    tips = pack.languages[language].tips
    names, cosines = list(tips), likeness(encoder, list(tips.values()))
    pairs = np.argwhere(np.triu(cosines, k=1) >= ALIKE[language])
    assert [(names[a], names[b], round(float(cosines[a, b]), 2)) for a, b in pairs] == []


@pytest.mark.parametrize(
    ("language", "other_words"),
    [
        ("en", "Look for the block button in your favourite app today, without help. Then you know where it is."),
        ("ja", "ネットで困ったら話せる先生の名前と部屋を、今日、学級で伝えましょう。「この先生に話せます」。"),
    ],
)
def test_a_tip_said_in_other_words_would_be_found(
    pack: Pack, encoder: Encoder, language: str, other_words: str
) -> None:
    tips = pack.languages[language].tips
    cosines = likeness(encoder, [*tips.values(), other_words])
    assert cosines[-1, :-1].max() >= ALIKE[language]


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("age", list(AgeBand))
def test_each_audience_and_age_has_tips_for_half_a_year(pack: Pack, audience: Audience, age: AgeBand) -> None:
    assert len(pack.tips_for[audience, age, None]) >= FEWEST
