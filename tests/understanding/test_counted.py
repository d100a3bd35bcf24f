from __future__ import annotations

import time

import pytest

from bot.understanding.slots import read_figure
from tests.statistics_pack import base_lexicon


def counts_unknown(text: str, topic: str = "stats-total") -> bool:
    query = read_figure(text, base_lexicon(), topic)
    assert query is not None
    return query.unknown == ("thing",)


@pytest.mark.parametrize(
    "text",
    [
        "how many firefighters in 2017",
        "number of windmills 2019",
        "how many children were juggled in 2018",
        "how many victims had a bicycle in 2017",
        "¿Cuántos bomberos hubo en 2017?",
        "¿Cuántas víctimas que tocaban la guitarra hubo en 2018?",
        "Quantos bombeiros houve em 2017?",
        "消防士は何人ですか 2017",
        "2018年に表彰された子どもの数",
        "バイオリニストの被害者は2017年に何人",
        "소방관은 2017년에 몇 명인가요?",
        "2018년에 표창한 아이는 몇 명인가요?",
        "2017年有多少消防员？",
        "2018年有多少孩子弹钢琴？",
    ],
)
def test_what_no_word_knows_is_not_counted(text: str) -> None:
    assert counts_unknown(text)


@pytest.mark.parametrize(
    "text",
    [
        "child victims in springfield 2018",
        "how many victims were there in Timbuktu in 2017",
        "victimas en Salamanca 2018 numero",
        "スプリングフィールドで2018年に被害に遭った子は何人",
        "2018년 광명 피해자 수",
        "2018年昆明有多少孩子受害",
    ],
)
def test_a_place_that_no_word_knows_has_no_figures(text: str) -> None:
    assert counts_unknown(text)


@pytest.mark.parametrize(
    "text",
    [
        "Could you tell a juggler how many young people were affected in 2017?",
        "how many minors in total had been harmed through apps in 2019",
        "total victims 2017",
        "how mnay chilren were afected in 2017",
        "¿Cuántos menores resultaron afectados por las redes en 2017?",
        "Quantas crianças foram afetadas pelas redes em 2017?",
        "音楽会で話します。2017年の被害児童は何人ですか。",
        "2017년에 피해를 입은 어린이는 몇 명인가요?",
        "2017年一共有多少未成年人受害",
    ],
)
def test_what_is_around_the_naming_does_not_matter_nor_does_a_slip_of_the_pen(text: str) -> None:
    assert not counts_unknown(text)


def test_schools_are_not_taken_for_a_slip_of_school() -> None:
    assert counts_unknown("how many schools in 2017")


def test_a_word_about_reasons_says_nothing_of_who_became_a_victim() -> None:
    assert counts_unknown("how many were paid money in 2017", "stats-total")
    assert not counts_unknown("how many were paid money in 2017", "stats-motives")


@pytest.mark.parametrize(
    "unit", ["how many children ", "ア", "子どもの", "victims in total. ", "몇 명 ", "多少人", "가", "被"]
)
def test_a_long_message_costs_no_more_than_its_length(unit: str) -> None:
    text = unit * (4096 // len(unit))
    began = time.process_time()
    read_figure(text, base_lexicon(), "stats-total")
    assert time.process_time() - began < 2
