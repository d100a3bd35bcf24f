"""Messages in languages that the encoder does not read: nothing is made of them, and that is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.replies.answer import answer
from bot.understanding.cries import plain_cry
from bot.understanding.engine import Engine
from bot.understanding.loading import BASE_PACK
from content.load import load_pack
from content.model import Urgency
from content.profile import Profile

FOLDER = Path(__file__).parents[1] / "evaluation"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)

UNREAD = {
    "el": "Ο γείτονας αγόρασε ένα ποδήλατο",
    "hi": "मेरे पड़ोसी ने कल एक साइकिल खरीदी",
    "he": "השכן קנה אתמול אופניים",
    "bn": "প্রতিবেশী গতকাল একটি সাইকেল কিনেছে",
    "fa": "همسایه دیروز یک دوچرخه خرید که گران بود",
    "fi": "naapuri osti eilen pyörän torilta",
    "vi": "hàng xóm mua một chiếc xe đạp hôm qua",
    "tl": "bumili ng bisikleta ang kapitbahay kahapon",
    "sw": "jirani alinunua baiskeli jana sokoni",
}

CRIES = {
    "fi": ("haluan kuolla tänä yönä", "self-harm"),
    "sv": ("Jag vill dö i natt.", "self-harm"),
    "da": ("jeg vil dø i nat", "self-harm"),
    "vi": ("Tối nay tôi muốn chết", "self-harm"),
    "tl": ("gusto ko nang mamatay ngayong gabi", "self-harm"),
    "id": ("dia mengancam akan menyebarkan foto telanjang saya", "sextortion"),
    "sw": ("mtoto wangu amepotea tangu jana", "missing-child"),
    "ro": ("vreau să mor în seara asta", "self-harm"),
    "cs": ("vyhrožuje, že pošle moje nahé fotky", "sextortion"),
    "hu": ("eltűnt a lányom", "missing-child"),
    "uk": ("моя донька зникла вчора", "missing-child"),
    "el": ("Θέλω να πεθάνω απόψε", "self-harm"),
    "he": ("אני רוצה למות הלילה", "self-harm"),
    "fa": ("امشب می‌خواهم بمیرم", "self-harm"),
    "ur": ("میں آج رات مرنا چاہتا ہوں", "self-harm"),
    "hi": ("वह मेरी नंगी तस्वीरें भेजने की धमकी दे रहा है", "sextortion"),
    "bn": ("আমি আজ রাতে মরতে চাই", "self-harm"),
    "ta": ("நான் இன்றிரவு சாக விரும்புகிறேன்", "self-harm"),
}
"""Cries with their topic."""


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


@pytest.mark.parametrize(("text", "topic"), CRIES.values(), ids=CRIES)
def test_a_plain_cry_in_a_language_that_cannot_be_read_is_heard(shipped: Engine, text: str, topic: str) -> None:
    assert shipped.urgency(text) is Urgency.EMERGENCY
    meaning = shipped.understand(f"Hi. {text}")
    assert (meaning.urgency, meaning.ranked[0].topic) == (Urgency.EMERGENCY, topic)


@pytest.mark.parametrize("language", ["en", "ja", "es", "ko", "pt", "zh"])
def test_no_line_of_a_language_that_can_be_read_is_a_plain_cry_of_another(language: str) -> None:
    files = sorted((BASE_PACK / "questions" / language).glob("*.tsv"))
    assert [line for file in files for line in file.read_text("utf-8").splitlines() if plain_cry(line)] == []


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
