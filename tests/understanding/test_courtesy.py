"""Thanks, good-byes, "ok", yes and no: known in every language that people may ask in."""

from __future__ import annotations

import pytest

from bot.understanding.courtesy import with_courtesy
from bot.understanding.model import Ranked, Refusal, Understanding
from content.load import load_pack
from content.model import Courtesy, Urgency

ASKERS = load_pack().askers
UNKNOWN = Understanding(Urgency.NONE, None, (Ranked("self-harm", 0.2), Ranked("bot-smalltalk", 0.1)))


@pytest.mark.parametrize("code", sorted(ASKERS))
def test_every_phrase_of_a_language_is_small_talk_of_its_kind(code: str) -> None:
    assert set(ASKERS[code].says) == set(Courtesy)
    for phrase, kind in ASKERS[code].courtesies.items():
        meaning = with_courtesy(UNKNOWN, f"{phrase.capitalize()}!! 🙏", ASKERS)
        assert (meaning.topic, meaning.courtesy) == ("bot-smalltalk", kind), phrase
        assert [item.topic for item in meaning.ranked] == ["bot-smalltalk", "self-harm"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("ok, thanks!", Courtesy.THANKS), ("THANK YOU", Courtesy.THANKS), ("OK bye", Courtesy.BYE),
     ("byeeee", Courtesy.BYE),
     ("yes ok", Courtesy.ANSWER),
     ("はい、ありがとうございます。", Courtesy.THANKS), ("Ｏｋ", Courtesy.OK), ("네, 감사합니다", Courtesy.THANKS)],
)  # fmt: skip
def test_of_several_phrases_the_kindest_counts(text: str, kind: Courtesy) -> None:
    assert with_courtesy(UNKNOWN, text, ASKERS).courtesy is kind


@pytest.mark.parametrize(
    "text",
    ["no one likes me", "ok he hit me", "bye forever", "はい、死にたいです", "", "🙏", "good grief what is this"],
)
def test_a_message_that_says_more_is_left_to_its_meaning(text: str) -> None:
    assert with_courtesy(UNKNOWN, text, ASKERS) == UNKNOWN


@pytest.mark.parametrize(
    ("text", "kind"),
    [("thank you for all your help", Courtesy.THANKS), ("本当にありがとうございました", Courtesy.THANKS),
     ("no problem at all my friend", None)],
)  # fmt: skip
def test_longer_small_talk_is_thanked_when_it_thanks(text: str, kind: Courtesy | None) -> None:
    talk = Understanding(Urgency.NONE, "bot-smalltalk", (Ranked("bot-smalltalk", 0.9),))
    assert with_courtesy(talk, text, ASKERS).courtesy is kind


def test_an_emergency_and_a_refusal_stay_what_they_are_and_a_concern_stays_one() -> None:
    for meaning in (
        Understanding(Urgency.EMERGENCY, "self-harm", (Ranked("self-harm", 0.9),)),
        Understanding(Urgency.NONE, None, refusal=Refusal.HARMFUL),
    ):
        assert with_courtesy(meaning, "thanks", ASKERS) == meaning
    assert with_courtesy(Understanding(Urgency.CONCERN, None), "thanks", ASKERS).urgency is Urgency.CONCERN
