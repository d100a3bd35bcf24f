"""In which language a message was written: certain, or nobody's."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.understanding.spoken import spoken_language
from content.bank import load_bank
from content.load import BASE_PACK, load_pack

ASKERS = load_pack().askers

SAID = {
    "ar": "ما هو استدراج الأطفال عبر الإنترنت؟",
    "de": "was soll ich tun, wenn mein Sohn auf Instagram gemobbt wird",
    "en": "what do i do if someone wants a picture of me",
    "es": "¿qué es el grooming?",
    "fr": "ma fille est harcelée sur Instagram, que faire ?",
    "it": "cosa devo fare se qualcuno mi chiede una foto",
    "ja": "InstagramのDMで知らない人から写真を求められた",
    "ko": "온라인 그루밍이 뭐예요?",
    "nl": "wat is grooming van kinderen online?",
    "pl": "jak rozmawiać z dzieckiem o internecie",
    "pt": "minha filha sofre bullying, o que faço?",
    "ru": "что такое груминг детей в интернете?",
    "th": "การล่อลวงเด็กทางออนไลน์คืออะไร",
    "tr": "çocuğum zorbalığa uğruyor, ne yapmalıyım",
    "zh": "什么是网络诱骗儿童？",
    "zh-hant": "什麼是網路性誘騙兒童？",
}
"""The languages of the encoder, Chinese in both of its scripts."""


@pytest.mark.parametrize("code", sorted(SAID))
def test_a_question_in_any_language_of_the_encoder_is_known_as_such(code: str) -> None:
    assert spoken_language(SAID[code], ASKERS) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("Wie erkenne ich Cybergrooming?", "de"), ("Was bedeutet Grooming?", "de"), ("Czym jest grooming?", "pl"),
     ("Grooming nedir?", "tr"), ("Wat is sextortion?", "nl"), ("Cos'è il grooming?", "it"), ("Is TikTok safe?", "en"),
     ("C'est quoi le grooming ?", "fr"), ("O que é grooming?", "pt"), ("Qué es sexting", "es")],
)  # fmt: skip
def test_a_question_of_two_or_three_words_is_known_by_the_one_that_only_its_language_has(text: str, code: str) -> None:
    assert spoken_language(text, ASKERS) == code


def test_every_language_of_the_encoder_has_its_line() -> None:
    assert set(ASKERS) == set(SAID)


@pytest.mark.parametrize(
    "text",
    ["", "👍", "sextortion", "LINE", "ok", "hello", "Instagram Discord TikTok", "kore wa nan desu ka", "12345",
     "що таке грумінг і як захистити дитину", "گرومینگ چیست و چگونه از کودک محافظت کنم", "vad är grooming på nätet",
     "làm thế nào để bảo vệ con tôi trên mạng", "hvad er grooming og hvad kan jeg gøre"],
)  # fmt: skip
def test_what_tells_no_language_is_nobodys(text: str) -> None:
    assert spoken_language(text, ASKERS) is None


def test_chinese_signs_alone_are_japanese_to_a_reader_of_japanese() -> None:
    assert spoken_language("性的脅迫 手口 予防", ASKERS, reader="ja") == "ja"
    assert spoken_language("什么是网络诱骗", ASKERS, reader="ja") == "zh"
    assert spoken_language("我在日本。“ひま部”是什么？孩子一直在用，我很担心，怎么办？", ASKERS) == "zh"


def test_the_sentences_of_the_bank_are_hardly_ever_taken_for_another_language() -> None:
    bank = load_bank([BASE_PACK], load_pack().topics)
    told: Counter[tuple[str, str]] = Counter()
    for line in bank.lines:
        found = spoken_language(line.text, ASKERS, reader=line.language)
        outcome = "none" if found is None else "right" if found.startswith(line.language) else "wrong"
        told[line.language, outcome] += 1
    for language in {code for code, _ in told}:
        right, wrong, none = (told[language, outcome] for outcome in ("right", "wrong", "none"))
        assert wrong <= 0.02 * (right + wrong + none), language
        assert right >= 0.8 * (right + wrong + none), language
