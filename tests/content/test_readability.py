from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.checks.readability import (
    GRADE,
    Voice,
    check_readability,
    flesch_kincaid,
    hard_kanji,
    mean_sentence,
    syllables,
    voices,
)
from content.faults import Severity
from content.load import Loaded, load_with_faults

TODAY = date(2026, 11, 23)
HEAVY = (
    "Notwithstanding considerable organisational difficulties, responsible administrators unquestionably "
    "recommend comprehensive documentation of objectionable communication irregularities."
)


def voice(*texts: str, young: bool = False) -> Voice:
    return Voice("parents", texts, young)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("stop", 1), ("time", 1), ("times", 1), ("asked", 1), ("started", 2), ("places", 2), ("smile", 1),
        ("trouble", 2), ("something", 2), ("friend", 1), ("playing", 2), ("media", 3), ("video", 3), ("doesn't", 2),
        ("you're", 1), ("about", 2), ("emergency", 4), ("helpline", 2), ("the", 1), ("evening", 2), ("Quiet", 2),
    ],
)  # fmt: skip
def test_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=20))
def test_a_word_has_at_least_one_syllable_and_no_more_than_letters(word: str) -> None:
    assert 1 <= syllables(word) <= len(word)


def test_the_grade_is_that_of_the_formula() -> None:
    # 2 sentences, 9 words, 10 syllables: 0.39 * 4.5 + 11.8 * 10 / 9 - 15.59
    assert flesch_kincaid(voice("The child told you. Thank them for the courage.")) == pytest.approx(-0.724, abs=0.001)


def test_list_items_emphasis_and_figures_do_not_lengthen_a_sentence() -> None:
    plain = flesch_kincaid(voice("Do not pay.", "Tell the police."))
    assert flesch_kincaid(voice("- **Do not pay**\n- Tell the police {figure:total-2025}.")) == pytest.approx(plain)


def test_a_voice_is_measured_as_a_whole_and_not_in_scraps() -> None:
    easy = "Stay calm. Listen to them. Say thank you. " * 8
    assert flesch_kincaid(voice(HEAVY)) > GRADE
    assert flesch_kincaid(voice(easy, HEAVY)) < GRADE


def test_japanese_sentences_are_measured_without_punctuation() -> None:
    assert mean_sentence(voice("お金は、払わない。\n- 何も「消さない」。")) == pytest.approx((7 + 6) / 2)


def test_kanji_are_hard_beyond_primary_school_for_young_people_and_beyond_general_use_for_others() -> None:
    assert hard_kanji(voice("脅迫は犯罪です")) == (0.0, "")
    assert hard_kanji(voice("脅迫は犯罪です", young=True)) == (0.5, "脅迫")
    assert hard_kanji(voice("咳が出る")) == (0.5, "咳")


@given(st.text(max_size=100))
def test_any_text_can_be_measured(text: str) -> None:
    one = voice(text)
    assert mean_sentence(one) >= 0
    assert 0 <= hard_kanji(one)[0] <= 1
    assert flesch_kincaid(one) < 11.8 * 100 + 0.39 * 100


def test_each_reader_has_a_voice_of_first_screen_and_parts() -> None:
    text = load_with_faults().pack.languages["en"].topics["sextortion"]
    by_reader = {one.reader: one.texts for one in voices(text)}
    assert by_reader["parents"] == (text.first, text.parent, *text.parts.values())
    assert by_reader["young people"] == (text.young, *text.young_parts.values())
    assert by_reader["teachers"] == (text.teacher, *text.parts.values())


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_with_faults()


def with_first(loaded: Loaded, language: str, text: str) -> Loaded:
    pack = loaded.pack
    topic = (
        pack.languages[language]
        .topics["law"]
        .model_copy(update={"first": text, "parts": {}, "young": text, "young_parts": {}, "teacher": None})
    )
    changed = pack.languages[language].model_copy(update={"topics": {"law": topic}})
    return Loaded(pack.model_copy(update={"languages": {language: changed}}), (), loaded.places)


@pytest.mark.parametrize(
    ("language", "text", "readers"),
    [
        ("en", HEAVY, {"parents", "young"}),
        ("en", "Adults who threaten a child with a picture break the law in nearly every country.", {"young"}),
        ("ja", "この文は長くて、" + "終わらなくて、" * 6 + "読めません。", {"parents", "young"}),
        ("ja", "脅迫は犯罪です。", {"young"}),
        ("ja", "おどすことは罪です。", set()),
        ("en", "Stay calm. You can tell the police.", set()),
    ],
)  # fmt: skip
def test_a_hard_text_is_a_warning_for_the_readers_it_is_too_hard_for(
    loaded: Loaded, language: str, text: str, readers: set[str]
) -> None:
    found = list(check_readability(with_first(loaded, language, text), TODAY))
    assert {fault.message.split()[3] for fault in found} == readers
    assert all(fault.severity is Severity.WARNING and "law.md" in fault.file for fault in found)


def test_the_shipped_english_texts_keep_their_grades(loaded: Loaded) -> None:
    found = [fault for fault in check_readability(loaded, TODAY) if "grade" in fault.message]
    assert not found, "\n".join(map(str, found))
