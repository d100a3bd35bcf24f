from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.checks.numbers_in_text import check_numbers_in_text, passage_faults, typed_phones
from content.load import load_with_faults
from content.prose import Passage
from tests.statistics_pack import base_pack

PHONES = typed_phones(base_pack())

STATISTICS = [
    ("en", "In 2017 there were 1,813 children."),
    ("en", "37.2 % of them were in senior high school."),
    ("en", "About 40 percent had no filter."),
    ("en", "One in five children was bullied."),
    ("en", "3 out of 10 tell nobody."),
    ("en", "Half of all victims were girls."),
    ("en", "The police counted 61 serious cases."),
    ("en", "Every third child has met someone."),
    ("en", "It rose by 20 in a year."),
    ("en", "More than 300 million children."),
    ("en", "It happens three times as often, and 5 times more to girls."),
    ("en", "In all, 1813 were affected."),
    ("ja", "2017年の被害児童は1,813人でした。"),
    ("ja", "被害児童は７人でした。"),
    ("ja", "４割が高校生です。"),
    ("ja", "37.2％が高校生です。"),
    ("ja", "8人に1人が経験しています。"),
    ("ja", "五人に一人が経験しています。"),
    ("ja", "被害は2倍になりました。"),
    ("ja", "三分の一は知り合いです。"),
    ("ja", "全国で120件の相談がありました。"),
]
PHONE_NUMBERS = [
    ("en", "Call 110 now."),
    ("en", "In the UK dial 999 or 0800 1111."),
    ("en", "Call +44 20 7946 0000."),
    ("en", "Text 741741."),
    ("en", "Call 116 111 for children."),
    ("ja", "すぐに110番に電話してください。"),
    ("ja", "警察相談は#9110です。"),
    ("ja", "0120-061-338にかけてください。"),
    ("ja", "１１９番へ。"),
]
ALLOWED = [
    ("en", "In 2025: {figure:total-2025}."),
    ("en", "Under 18, over 16, at 13 to 15, aged 9, my 14-year-old, under-18s, a child of 13."),
    ("en", "Within 72 hours, after 30 days, 110 minutes, twice a week for 4 weeks."),
    ("en", "Since July 2023; on 1 April 2026; 2026-11-23; from 2008 to 2025."),
    ("en", "**1** note the name. **2** Stop answering. **3** Report."),
    ("en", "Article 182 of the Penal Code, section 67."),
    ("en", "At 19:30, look at 10 pictures and save 2 numbers."),
    ("en", "One of three apps, two people you can call, one in the evening."),
    ("ja", "18歳未満、10〜12歳、13歳から15歳、10代です。"),
    ("ja", "72時間以内、7日以内、1日30分、2026年11月の時点。"),
    ("ja", "刑法第182条、182条の3項。"),
    ("ja", "一人で悩まないでください。二人で話します。大人2人に話します。"),
    ("ja", "写真を10枚見ます。9時まで。2試合だけ。"),
]


def passage(text: str, language: str = "en", kind: str = "topic") -> Passage:
    return Passage(language, "wording" if kind == "wording" else "topic", "law", "first", text, "a.md", 5)


@pytest.mark.parametrize(("language", "text"), STATISTICS)
def test_a_typed_statistic_is_a_fault(language: str, text: str) -> None:
    assert any("is a statistic" in fault.message for fault in passage_faults(passage(text, language), PHONES))


@pytest.mark.parametrize(("language", "text"), PHONE_NUMBERS)
def test_a_typed_phone_number_is_a_fault_also_in_the_bots_own_messages(language: str, text: str) -> None:
    for kind in ("topic", "wording"):
        found = list(passage_faults(passage(text, language, kind), PHONES))
        assert found
        assert all("phone number" in fault.message for fault in found)


@pytest.mark.parametrize(("language", "text"), ALLOWED)
def test_ages_durations_dates_steps_and_laws_may_be_written(language: str, text: str) -> None:
    assert not list(passage_faults(passage(text, language), PHONES))


def test_each_phone_number_is_named_with_its_line() -> None:
    found = list(passage_faults(passage("Stay.\n\n- Call 110.\n- Or 119."), PHONES))
    assert [(fault.line, fault.message.split("'")[1]) for fault in found] == [(7, "110"), (8, "119")]


@given(st.integers(1000, 10**6))
def test_any_number_of_children_is_found_however_it_is_written(count: int) -> None:
    for text in (f"{count} children", f"{count:,} children", f"{count:,} were harmed"):
        assert list(passage_faults(passage(text), PHONES))


@given(st.integers(1, 99), st.sampled_from(["en", "ja"]))
def test_an_age_is_never_taken_for_a_statistic(age: int, language: str) -> None:
    for text in (f"under {age}", f"a child of {age}", f"{age}歳未満", f"{age} hours", f"{age}分"):
        assert not list(passage_faults(passage(text, language), PHONES))


def test_the_shipped_pack_types_no_statistic_and_no_phone_number() -> None:
    faults = list(check_numbers_in_text(load_with_faults(), date(2026, 11, 23)))
    assert not faults, "\n".join(map(str, faults))
