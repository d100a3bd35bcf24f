"""Messages in languages that the encoder does not read: nothing is made of them, and that is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.replies.answer import answer
from bot.understanding.engine import Engine
from content.load import load_pack
from content.model import Urgency
from content.profile import Profile

FOLDER = Path(__file__).parents[1] / "evaluation"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)

UNREAD = {
    "el": "Θέλω να πεθάνω απόψε",
    "hi": "वह मेरी नंगी तस्वीरें भेजने की धमकी दे रहा है",
    "he": "אני רוצה למות הלילה",
    "bn": "আমি আজ রাতে মরতে চাই",
    "fa": "امشب می‌خواهم بمیرم",
    "ur": "میں آج رات مرنا چاہتا ہوں",
    "fi": "haluan kuolla tänä yönä",
    "vi": "tối nay tôi muốn chết",
    "tl": "gusto ko nang mamatay ngayong gabi",
    "sw": "nataka kufa usiku huu",
    "cs": "vyhrožuje že pošle moje nahé fotky",
    "da": "jeg vil dø i nat",
}


@pytest.mark.parametrize("text", UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize("times", [1, 12])
def test_a_language_that_cannot_be_read_gets_no_verdict_from_noise(shipped: Engine, text: str, times: int) -> None:
    meaning = shipped.understand(". ".join(f"{text} {number}" for number in range(times)))
    assert meaning.unread
    assert meaning.refusal is None
    assert meaning.topic is None or meaning.urgency is Urgency.EMERGENCY


@pytest.mark.parametrize("language", ["en", "ja", "es"])
@pytest.mark.parametrize("text", [UNREAD["el"], UNREAD["fi"]], ids=["el", "fi"])
def test_the_reply_says_so_in_english_too_and_carries_whom_to_call(shipped: Engine, language: str, text: str) -> None:
    pack = load_pack()
    reply = answer(pack, shipped.understand(text), Profile(language=language, country="JP"), NOW)
    assert "I cannot read this language" in reply.parts[0]
    assert "119" in reply.parts[-1]
    assert len(reply.parts) == 1


def _lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()


def test_in_a_language_of_the_encoder_hardly_a_message_is_taken_for_one_that_cannot_be_read(shipped: Engine) -> None:
    lines = [line for name in ("dev", "further", "emergencies") for line in _lines(name)]
    texts = [json.loads(line)["text"] for line in lines]
    assert sum(meaning.unread for meaning in shipped.understand_all(texts)) <= 0.005 * len(texts)


def test_without_an_encoder_only_the_script_tells(shipped: Engine) -> None:
    engine = Engine(shipped.fitted, None)
    assert engine.understand(UNREAD["hi"]).unread
    assert not engine.understand("how old must my son be for TikTok").unread
