from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.replies.figures import figure_reply, figure_sentence, stats_menu, stats_reply
from bot.replies.model import BUTTON_DATA_LIMIT, CAPTION_LIMIT, MESSAGE_LIMIT, Picture, Reply
from bot.replies.render import length
from bot.understanding.model import FigureQuery, Question
from bot.understanding.slots import read_figure
from content.numbers import figure_wording, number, worded_time, worded_value
from content.observations import Observation
from content.panels import build_sheet
from tests.statistics_pack import base_lexicon, base_pack

LANGUAGES = ("en", "ja")
NOT_HERE = {"en": "I do not guess", "ja": "推測でお答えすることはしません"}
EVERY = tuple(base_pack().observations)
TOPICS = ("stats-total", "stats-trend", "stats-crimes", "stats-platforms", "stats-ages", "stats-motives")


def ask(text: str, topic: str, language: str = "en") -> Reply:
    query = read_figure(text, base_lexicon(), topic)
    assert query is not None
    return figure_reply(base_pack(), query, language)


def counts_in(reply: Reply) -> list[str]:
    """Return all numbers of a reply that are no years."""
    numbers = re.findall(r"\d[\d,.]*", reply.plain)
    return [one for one in numbers if not re.fullmatch(r"(19|20)\d\d[,.]?", one)]


def is_refused(reply: Reply, language: str = "en") -> bool:
    return NOT_HERE[language] in reply.plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
def test_every_number_is_answered_with_unit_time_scope_source_and_limits(one: Observation, language: str) -> None:
    years = () if one.year is None else (one.year,)
    query = FigureQuery(one.topic, measures=(one.measure,), years=years, countries=(one.country,))
    plain = figure_reply(base_pack(), query, language).plain
    wording = figure_wording(base_pack(), language)
    assert worded_value(wording, one) in plain
    assert worded_time(wording, one) in plain
    assert (wording.definitions.get(one.scope) or wording.scopes[one.scope]) in plain
    assert base_pack().sources[one.source].publisher in plain
    assert wording.limits[one.scope][0] in plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_a_sentence_with_unit_time_and_scope(language: str) -> None:
    wording = figure_wording(base_pack(), language)
    for one in EVERY:
        sentence = figure_sentence(base_pack(), one.id, language)
        assert worded_value(wording, one) in sentence
        assert worded_time(wording, one) in sentence
        assert wording.scopes[one.scope] in sentence


def test_a_sentence_can_be_of_a_row_of_a_series() -> None:
    assert figure_sentence(base_pack(), "total-2019", "ja").startswith("2,082人（2019年、")


def test_an_unknown_figure_has_no_sentence() -> None:
    with pytest.raises(KeyError):
        figure_sentence(base_pack(), "total-2030", "en")


def test_the_total_of_2017_is_said_with_unit_scope_source_and_change() -> None:
    plain = ask("How many children were victims in 2017?", "stats-total").plain
    for part in ("2017: 1,813 children", "National Police Agency", "Kyodo", "under 18", "77 children more (+4.4 %)"):
        assert part in plain
    assert "1,813 cases" not in plain


def test_a_question_without_a_year_gets_the_newest_and_the_most_complete_year() -> None:
    plain = ask("一年間で被害に遭った子の総数は", "stats-total", "ja").plain
    assert "2025年：1,566人" in plain
    assert "2017年：1,813人" in plain


def test_the_record_of_2017_is_only_said_as_one_of_its_time() -> None:
    plain = ask("What was the record figure?", "stats-total").plain
    assert "Highest from 2008 to 2025: 2,082 children in 2019" in plain
    assert "a record at that time" in plain


@pytest.mark.parametrize(
    ("text", "topic", "parts"),
    [
        ("percentage change between 2016 and 2017", "stats-total", ["77 children more (+4.4 %)", "77 ÷ 1,736 = 4.4 %"]),
        ("How did it change in 2018?", "stats-total", ["2 children fewer (−0.1 %)"]),
        ("change from 2013 to 2017 of child prostitution", "stats-crimes", ["221", "97.8 %"]),
        ("what share were at junior high school", "stats-ages", ["37.2 % of 1,813 children", "676", "48.4 %"]),
        ("what percentage of the victims was on Twitter in 2017", "stats-platforms", ["695", "38.3 %", "695 ÷ 1,813"]),
        ("which crime is most common", "stats-crimes", ["Most: Breach of youth ordinances, 702 children", "33"]),
        ("which crime is least common", "stats-crimes", ["Fewest"]),
        ("what was the main reason", "stats-motives", ["29.6 % of 1,468 children", "22.9 %", "17.0 %", "30.5 %"]),
        ("how old was the youngest", "stats-ages", ["8 years old", "third grade"]),
        ("compare child pornography and child prostitution in 2017", "stats-crimes", ["570 − 447 = 123", "1.3 times"]),
        ("which year had the most abductions", "stats-crimes", ["95 children in 2023"]),
        ("how many met in person", "stats-motives", ["1,468 children", "not certain"]),
        ("how many through services like Twitter for exchange with many users", "stats-platforms", ["855", "695"]),
        ("how many murdered in 2017", "stats-crimes", ["0 children", "Zama"]),
        ("serious crimes over the years", "stats-crimes", ["2016 43", "2024 456+"]),
        ("when did comparable figures begin, how has it developed", "stats-trend", ["2008 792", "2025 1,566"]),
        (
            "is it going up since 2023",
            "stats-trend",
            ["2023: 1,665", "2024: 1,486", "2025: 1,566", "99 children fewer"],
        ),
        ("小学生は2023年から増えた？", "stats-ages", ["2023: 139", "2025: 167", "28 children more (+20.1 %)"]),
        ("how many in the UK", "stats-total", ["7,263 offences", "Offences, not children"]),
        ("how many were sextorted", "stats-total", ["26,718 reports"]),
    ],
)
def test_questions_are_answered_by_computation_and_the_formula_is_said(text: str, topic: str, parts: list[str]) -> None:
    plain = ask(text, topic).plain
    for part in parts:
        assert part in plain


@pytest.mark.parametrize("language", base_pack().languages)
def test_every_formula_stands_with_the_marks_of_print_and_of_the_language(language: str) -> None:
    for one in EVERY:
        years = () if one.year is None else (one.year,)
        query = FigureQuery(one.topic, measures=(one.measure,), years=years, countries=(one.country,))
        plain = figure_reply(base_pack(), query, language).plain
        assert not re.search(r"\d [-*/] \d", plain), plain
        assert language != "en" or not re.search(r"(?<![\d,.])\d{4,} [−÷×+]|[−÷×+] \d{4,}(?![\d,])", plain), plain


def test_all_children_of_a_country_are_those_counted_there_or_said_to_be_missing() -> None:
    assert "300,000,000 children" in ask("how many children worldwide", "stats-total").plain
    assert counts_in(ask("how many children in the US in 2021", "stats-total")) == []
    assert counts_in(ask("total children harmed in the UK in 2023", "stats-total")) == []


@pytest.mark.parametrize(
    "text",
    [
        "what percent of victims used a filter",
        "フィルタリングを使っていた被害者の割合 2017",
        "porcentaje de víctimas que usaban filtro en 2017",
    ],
)
def test_victims_with_a_filter_are_not_answered_with_those_without(text: str) -> None:
    assert is_refused(ask(f"{text} in 2017", "stats-platforms"))
    without = "フィルタリングを使っていなかった被害者の割合 2017"
    assert "80" in ask(without, "stats-platforms").plain


def test_parents_who_filter_are_not_taken_for_victims_without_a_filter() -> None:
    assert "44.2 %" in ask("what percent of parents use filters in 2023", "stats-platforms").plain
    assert is_refused(ask("what percent of parents use filters in 2017", "stats-platforms"))


def test_numbers_across_the_change_of_law_say_that_they_cannot_be_compared() -> None:
    assert "Earlier years cannot be compared" in ask("change of rape from 2021 to 2023", "stats-crimes").plain


def test_numbers_of_two_countries_are_never_compared() -> None:
    plain = ask("compare Japan with the UK", "stats-total").plain
    assert "cannot be compared" in plain
    assert "÷ 1," not in plain.split("cannot be compared")[1]


def test_second_hand_numbers_are_marked() -> None:
    assert "second-hand" in ask("how many in 2011", "stats-total").plain
    assert "(Calculated: 1,652 − 231)" in ask("how many in 2014", "stats-total").plain


def test_a_relative_year_is_answered_with_the_newest_and_says_so() -> None:
    plain = ask("How many last year?", "stats-total").plain
    assert "2025: 1,566 children" in plain
    assert "I give the newest one" in plain
    assert "2017:" not in plain


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("How many in 2026?", "stats-total"),
        ("How many in 1999?", "stats-total"),
        ("How many in 2007?", "stats-total"),
        ("compare 2017 with 2026", "stats-total"),
        ("How many children in France?", "stats-total"),
        ("How many children in France in 2017?", "stats-total"),
        ("compare Japan and France", "stats-total"),
        ("how many kids were abducted in the UK", "stats-crimes"),
        ("can you split the total by prefecture", "stats-platforms"),
        ("大阪では何人", "stats-total"),
        ("保育園児の被害は何人", "stats-ages"),
        ("how many 6 year olds", "stats-ages"),
        ("how many perpetrators were arrested in 2017", "stats-total"),
        ("how many via LINE in 2025", "stats-platforms"),
        ("how many murdered in 2019", "stats-crimes"),
        ("how many girls were raped in 2017", "stats-crimes"),
        ("how many victims on Discord", "stats-platforms"),
        ("why did they meet in 2023", "stats-motives"),
        ("how many will there be next year", "stats-trend"),
        ("how did it change in 2008", "stats-total"),
        ("how many 13-year-olds in 2017", "stats-ages"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_in_the_pack_is_never_answered_with_another_number(text: str, topic: str, language: str) -> None:
    reply = ask(text, topic, language)
    assert is_refused(reply, language)
    assert counts_in(reply) == []
    assert reply.buttons


def test_a_year_that_is_missing_names_the_years_that_exist() -> None:
    assert "Figures exist for 2016 to 2020, 2022, 2024, 2025" in ask("twitter in 2021", "stats-platforms").plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_leads_to_every_chart(language: str) -> None:
    data = [button.data for row in stats_menu(base_pack(), language).buttons for button in row]
    assert data == [f"stats:show:{chart}" for chart in base_pack().charts]
    assert set(TOPICS) <= set(base_pack().charts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_comes_with_its_numbers_source_and_limits_in_a_caption(language: str) -> None:
    wording = figure_wording(base_pack(), language)
    for chart in base_pack().charts:
        reply = stats_reply(base_pack(), chart, language)
        assert reply.picture == Picture(chart, language)
        assert len(reply.parts) == 1
        assert length(reply.parts[0]) <= CAPTION_LIMIT
        points = build_sheet(base_pack(), chart, language).observations
        assert all(number(one.value) in reply.plain for one in points)
        assert wording.limits[points[0].scope][0] in reply.plain
        assert any(base_pack().sources[one.source].publisher in reply.plain for one in points)


def test_the_buttons_of_the_charts_go_round_in_both_directions() -> None:
    names = list(base_pack().charts)
    at = names[0]
    seen = []
    for _ in names:
        row = stats_reply(base_pack(), at, "en").buttons[0]
        seen.append(at)
        assert row[1].data is not None
        following = row[1].data.removeprefix("stats:show:")
        assert stats_reply(base_pack(), following, "en").buttons[0][0].data == f"stats:show:{at}"
        at = following
    assert (seen, at) == (names, names[0])


def test_the_button_of_a_chart_that_is_gone_leads_to_the_menu() -> None:
    assert stats_reply(base_pack(), "stats-of-last-year", "en") == stats_menu(base_pack(), "en")


MEASURES = sorted({one.measure for one in EVERY})
GROUPS = sorted({one.group for one in EVERY if one.group})
QUERIES = st.builds(
    FigureQuery,
    topic=st.sampled_from(TOPICS),
    question=st.sampled_from(Question),
    measures=st.lists(st.sampled_from(MEASURES), max_size=3, unique=True).map(tuple),
    years=st.lists(st.integers(1990, 2030), max_size=3, unique=True).map(tuple),
    group=st.none() | st.sampled_from(GROUPS),
    countries=st.lists(st.sampled_from(["JP", "FR", "GB", "US", "WORLD", "ABROAD"]), max_size=2, unique=True).map(
        tuple
    ),
    unknown=st.lists(st.sampled_from(["offender", "cross"]), max_size=1).map(tuple),
    newest=st.booleans(),
    relative=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(query=QUERIES, language=st.sampled_from(LANGUAGES))
@example(FigureQuery("stats-abroad", Question.CHANGE, ("thorn-interaction",)), "en")  # measured once, in no named year
def test_any_query_is_answered_with_a_source_or_refused_without_a_number(query: FigureQuery, language: str) -> None:
    reply = figure_reply(base_pack(), query, language)
    assert all(0 < length(part) <= MESSAGE_LIMIT for part in reply.parts)
    assert all(len((button.data or "").encode()) <= BUTTON_DATA_LIMIT for row in reply.buttons for button in row)
    if is_refused(reply, language):
        assert not any(f"{one.value:,}" in reply.plain for one in EVERY if one.value > 2100)
    else:
        assert {"en": "Source:", "ja": "出典："}[language] in reply.plain
        assert {"en": "What this does not say:", "ja": "この数字からは言えないこと："}[language] in reply.plain
