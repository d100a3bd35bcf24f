"""Long messages through the shipped heads: one cry among much that is harmless is heard, and nothing else is."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.understanding.engine import Engine
from content.model import Urgency

LONGEST = 4096
"""Characters of a Telegram message."""

MADE_OF = json.loads(Path(__file__).with_name("long_messages.json").read_text("utf-8"))
"""Per language four columns of words with how a sentence is made of them, and cries with the topics right for them."""
CRIES: dict[str, dict[str, list[str]]] = MADE_OF["cries"]
TOLD = [(language, cry) for language, cries in CRIES.items() for cry in cries]

CALM = """
Thank you for the meeting last week. I would like to tell you how it went. My son is eleven years old. He got his
first phone in September. We made rules together. He may use it for an hour after school. On weekends he may use it a
little longer. The phone sleeps in the kitchen. He was not happy at first. Now he is used to it. His friends have the
same rules. We talked to their parents. That was a good idea. We meet once a month. We drink coffee and talk about
games. Most of them play football too. My son wants to have a channel. He films his hamster. The hamster is called
Biscuit. We look at the videos together. Nobody can see them but family. His aunt writes nice comments. His teacher
asked the class to make posters. The posters are about safe passwords. He drew a castle with three gates. It hangs in
the hall now. The headmaster liked it. In spring there will be a project week. I will bring cakes. My husband will
help with the computers. We still have some questions. How long do other families allow? Is there a list of good
games? Can he use a tablet for homework? We would like to read more about it. Is there a book you like? The library
has only old ones. My sister sends her greetings. She also has two boys. They are nine and twelve.
"""


def harmless(language: str, seed: int, size: int) -> list[str]:
    """Return distinct sentences about nothing, `size` characters together or a little less, by chance of `seed`."""
    words = MADE_OF["sentences"][language]
    made = [words["form"].format(*one) for one in itertools.product(*words["columns"])]
    random.Random(seed).shuffle(made)  # noqa: S311 - no secret
    ends = itertools.accumulate(len(sentence) + 1 for sentence in made)
    return [sentence for sentence, end in zip(made, ends, strict=True) if end <= size]


def told_within(language: str, cry: str, place: float, sentences: list[str], join: str) -> str:
    """Return the sentences as one text with the cry at a place between 0 (first) and 1 (last)."""
    number = round(place * len(sentences))
    end = "。" if language in {"ja", "zh"} else "."
    return join.join([*sentences[:number], cry + end, *sentences[number:]])


@st.composite
def long_messages(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Draw a message of Telegram's size with one cry in it, and the topics that are right for it."""
    language, cry = draw(st.sampled_from(TOLD))
    sentences = harmless(language, draw(st.integers(0, 99)), draw(st.integers(400, LONGEST - 80)))
    text = told_within(language, cry, draw(st.floats(0, 1)), sentences, draw(st.sampled_from([" ", "\n"])))
    return text, CRIES[language][cry]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(long_messages())
def test_a_cry_anywhere_in_a_long_message_is_heard_and_names_its_topic(
    shipped: Engine, message: tuple[str, list[str]]
) -> None:
    text, topics = message
    assert len(text) <= LONGEST
    meaning = shipped.understand(text)
    assert meaning.urgency is Urgency.EMERGENCY
    assert meaning.ranked[0].topic in topics


def test_cries_in_the_midst_of_text_without_full_stops_are_heard(shipped: Engine) -> None:
    heard = []
    for language, cry in TOLD:
        text = told_within(language, cry, 0.5, harmless(language, 1, 2_000), " ")
        heard.append(shipped.urgency("".join(char for char in text if char not in ".。")))
    assert Urgency.NONE not in heard
    assert heard.count(Urgency.EMERGENCY) >= len(TOLD) - 1


@pytest.mark.parametrize(("language", "place"), list(zip(CRIES, (0.01, 0.3, 0.5, 0.7, 0.9, 0.99), strict=True)))
def test_a_cry_in_100_kb_is_heard_and_gets_no_firm_reply(shipped: Engine, language: str, place: float) -> None:
    sentences = harmless(language, 3, 100_000)
    meaning = shipped.understand(told_within(language, next(iter(CRIES[language])), place, sentences, "\n"))
    assert meaning.urgency is Urgency.EMERGENCY
    assert shipped.understand("\n".join(sentences)).refusal is None


@pytest.mark.parametrize("count", [20, 31, 36])
def test_a_cry_among_short_lines_is_heard_however_many_there_are(shipped: Engine, count: int) -> None:
    lines = [*harmless("ja", 5, 4_000)[: count - 1]]
    lines.insert(min(19, count - 1), "今夜死のうと思います")
    assert shipped.urgency("\n".join(lines)) is Urgency.EMERGENCY


def test_what_takes_two_sentences_to_tell_is_heard_in_a_long_message(shipped: Engine) -> None:
    told = "He has a video of me without clothes. I have to pay tonight or he sends it to my whole class"
    assert shipped.urgency(told_within("en", told, 0.6, harmless("en", 2, 2_500), " ")) is Urgency.EMERGENCY


def test_a_long_calm_letter_is_no_alarm_alone_and_one_with_a_cry_in_it(shipped: Engine) -> None:
    assert shipped.understand(CALM).urgency is Urgency.NONE
    sentences = CALM.split(". ")
    for cry, topics in CRIES["en"].items():
        meaning = shipped.understand(told_within("en", cry, 0.5, sentences, ". "))
        assert meaning.urgency is Urgency.EMERGENCY
        assert meaning.ranked[0].topic in topics


@pytest.mark.parametrize("language", ["en", "ja", "ko", "zh"])
def test_many_harmless_sentences_do_not_add_up_to_an_alarm(shipped: Engine, language: str) -> None:
    for size in (500, 1_000, 2_000, 4_000):
        assert shipped.urgency(" ".join(harmless(language, size, size))) is not Urgency.EMERGENCY
