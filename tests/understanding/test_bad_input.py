"""Odd messages through the real engine: a sensible answer, and a cry for help in them is still heard."""

from __future__ import annotations

import logging

import pytest

from bot.understanding.engine import Engine
from content.model import Urgency

CRY = "I want to die tonight"
QUESTION = "What is the minimum age for TikTok?"
TWENTY = " ".join(
    f"What is the minimum age for {name}?"
    for name in ("TikTok", "Instagram", "Discord", "Roblox", "Snapchat", "YouTube", "LINE", "WhatsApp", "X", "Twitch")
    * 2
)

ARMENIAN, AMHARIC = "Ղեկավարը շատ հոգնած է այսօր", "ዛሬ አየሩ ጥሩ ነው"
"""Harmless sentences in languages that the encoder has never seen."""

MANY = {
    "How old must a child be for Discord?": "minimum-age",
    "How do I report a video on an app?": "report-platform",
    "What should stand in a family agreement about phones?": "family-rules",
    "How many hours of screen time are healthy?": "screen-time",
    "How do we choose safe passwords?": "passwords",
    "Is it right to read my daughter's messages?": "monitoring-trust",
    "How do I set up parental controls?": "parental-controls",
    "May I post pictures of my own children?": "sharenting",
}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "あ" * 100_000,
        "😭" * 25_000,
        "how many " * 12_000,
        "2017 " * 20_000,
        "1" * 100_000,
        "\u200b" * 100_000,
        "||" * 50_000,
        "```" * 30_000,
        "ａ１😀б漢가" * 2_000,
        ARMENIAN,
        AMHARIC,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_what_says_nothing_is_neither_answered_nor_an_alarm(shipped: Engine, text: str) -> None:
    meaning = shipped.understand(text)
    assert meaning.notes == ()
    assert meaning.figure is None
    assert meaning.urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "x " * 50_000 + ". " + CRY,
        CRY + ". " + "x " * 50_000,
        "漢字 кириллица " + CRY,
        "\u200b".join(CRY),
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in CRY),
        f"||{CRY}||",
        f"```\n{CRY}\n```",
        f"{CRY} " * 200,
        f"{TWENTY} {CRY}.",
        f"{ARMENIAN}. {CRY}.",
        f"{AMHARIC}\n{CRY}",
        f"😭 {CRY} 😭",
    ],
    ids=[
        "after 100 kB",
        "before 100 kB",
        "mixed",
        "zero-width",
        "full-width",
        "spoiler",
        "code",
        "repeated",
        "twenty",
        "Armenian",
        "Amharic",
        "emoji",
    ],
)
def test_a_cry_for_help_is_heard_through_everything_around_it(shipped: Engine, text: str) -> None:
    assert shipped.understand(text).urgency is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [f"||{QUESTION}||", f"`{QUESTION}`", "\u200b".join(QUESTION), f"{QUESTION} " * 30, TWENTY],
    ids=["spoiler", "code", "zero-width", "repeated", "twenty"],
)
def test_a_question_in_odd_clothes_is_still_understood(shipped: Engine, text: str) -> None:
    meaning = shipped.understand(text)
    assert meaning.topic is not None
    assert meaning.urgency is not Urgency.EMERGENCY
    assert len(meaning.also) <= len(shipped.fitted.heads.topics.classes)


def test_of_twenty_questions_about_many_things_most_are_named(shipped: Engine) -> None:
    meaning = shipped.understand(" ".join((*MANY, *list(MANY)[:4], *MANY)))
    named = {meaning.topic, *meaning.also}
    assert len(named & set(MANY.values())) >= len(MANY) - 2
    assert meaning.urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize("text", ["", "😭", "a" * 100_000, f"||{QUESTION}||", f"{ARMENIAN} {CRY}", TWENTY])
def test_nothing_of_a_message_is_logged(shipped: Engine, caplog: pytest.LogCaptureFixture, text: str) -> None:
    with caplog.at_level(logging.DEBUG):
        shipped.understand(text)
    assert caplog.records == []
