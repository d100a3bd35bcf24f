from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.ages import age_measures
from bot.understanding.dates import parse_numeral, read_years
from bot.understanding.model import FigureQuery, Question
from bot.understanding.slots import question_part, read_figure
from content.lexicon import fold
from tests.statistics_pack import base_lexicon


def read(text: str, topic: str | None) -> FigureQuery:
    query = read_figure(text, base_lexicon(), topic)
    assert query is not None
    return query


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("in 2017", (2017,)),
        ("２０１７年", (2017,)),
        ("平成29年", (2017,)),
        ("平成二十九年", (2017,)),
        ("令和5年", (2023,)),
        ("令和元年", (2019,)),
        ("Heisei 29", (2017,)),
        ("Reiwa 5", (2023,)),
        ("H29年", (2017,)),
        ("二〇一七年", (2017,)),
        ("in '17", (2017,)),
        ("17年の数", (2017,)),
        ("from 2013 to 2017", (2013, 2017)),
        ("2013-2017", (2013, 2017)),
        ("2017/18", (2017,)),
        ("この10年の変化", ()),
        ("10年間", ()),
        ("2,082 children", ()),
        ("what % of 2017 victims", (2017,)),
        ("2023 人数", (2023,)),
        ("1813人", ()),
        ("2026", (2026,)),
        ("1999", (1999,)),
        ("17歳", ()),
    ],
)
def test_years_are_read_in_every_writing(text: str, years: tuple[int, ...]) -> None:
    assert read_years(fold(text)) == years


@pytest.mark.parametrize(
    "text",
    [
        "our school had two tiktok victims in 2024, which steps",
        "去年、TikTokの被害にあった生徒がいます。学校は何をすればよいですか",
        "El año pasado dos alumnas fueron víctimas en TikTok, ¿qué hacemos?",
        "작년에 틱톡 피해 학생이 있었습니다. 어떻게 해야 하나요",
    ],
)
def test_who_names_victims_and_asks_what_to_do_asks_for_no_number(text: str) -> None:
    assert read_figure(text, base_lexicon(), "stats-platforms") is None


def test_who_asks_for_a_number_and_for_steps_gets_the_number() -> None:
    assert read("how many tiktok victims in 2024, and what to do?", "stats-platforms").measures == ("platform-tiktok",)


@pytest.mark.parametrize(
    ("text", "value"), [("29", 29), ("二十九", 29), ("十", 10), ("十二", 12), ("五", 5), ("二九", 29)]
)
def test_numerals_in_kanji_are_numbers(text: str, value: int) -> None:
    assert parse_numeral(text) == value


@pytest.mark.parametrize(
    ("text", "topic", "measures", "years"),
    [
        ("How many children were abducted in 2017?", "stats-crimes", ("crime-abduction",), (2017,)),
        ("kids taken away by strangers, how often", "stats-crimes", ("crime-abduction",), ()),
        ("誘拐された子は何人", "stats-crimes", ("crime-abduction",), ()),
        ("児童ポルノの被害は平成29年に何人", "stats-crimes", ("crime-porn",), (2017,)),
        ("how many elementary school kids", "stats-ages", ("school-elementary",), ()),
        ("小学生は何人", "stats-ages", ("school-elementary",), ()),
        ("中学生の割合", "stats-ages", ("school-junior-high",), ()),
        ("the 12 to 15 group, what slice of the total is that", "stats-ages", ("school-junior-high",), ()),
        ("how many 16-year-olds", "stats-ages", ("age-16",), ()),
        ("14歳は何人", "stats-ages", ("age-14",), ()),
        ("children aged 13 and under", "stats-ages", ("age-13-and-under",), ()),
        ("how old was the youngest one", "stats-ages", ("youngest",), ()),
        ("最年少は何歳", "stats-ages", ("youngest",), ()),
        ("what percentage were girls", "stats-ages", ("girls",), ()),
        ("How many victims had used LINE?", "stats-platforms", ("platform-line",), ()),
        ("インスタは何人", "stats-platforms", ("platform-instagram",), ()),
        ("share who met for money", "stats-motives", ("motive-money",), ()),
        ("友達が欲しくて会った子の割合", "stats-motives", ("motive-friends",), ()),
        ("how many met in person", "stats-motives", ("met",), ()),
        ("自画撮り被害は2019年に何人", "stats-crimes", ("selfies",), (2019,)),
        ("¿Cuántos niños fueron secuestrados en 2017?", "stats-crimes", ("crime-abduction",), (2017,)),
        ("Quantas crianças foram estupradas?", "stats-crimes", ("crime-rape",), ()),
        ("2017년에 유괴된 아동은 몇 명?", "stats-crimes", ("crime-abduction",), (2017,)),
        ("2017年有多少儿童被绑架", "stats-crimes", ("crime-abduction",), (2017,)),
        ("how many in the first half of 2018", "stats-trend", ("victims-half-year",), (2018,)),
    ],
)
def test_measures_and_years_are_read(text: str, topic: str, measures: tuple[str, ...], years: tuple[int, ...]) -> None:
    query = read(text, topic)
    assert (query.measures, query.years, query.unknown, query.places) == (measures, years, (), ())


@pytest.mark.parametrize(
    ("text", "topic", "question"),
    [
        ("How many children were victims?", "stats-total", Question.VALUE),
        ("By how much did it change compared with the year before?", "stats-total", Question.CHANGE),
        ("前年比は", "stats-total", Question.CHANGE),
        ("percentage change between 2016 and 2017", "stats-total", Question.CHANGE),
        ("Which crime is the most common?", "stats-crimes", Question.RANK),
        ("一番多い罪種は", "stats-crimes", Question.RANK),
        ("which crime is least common", "stats-crimes", Question.LOWEST),
        ("What was the record?", "stats-total", Question.HIGHEST),
        ("過去最多は何年", "stats-total", Question.HIGHEST),
        ("被害児童が一番多かったのは何年ですか", "stats-total", Question.HIGHEST),
        ("instagram vs twitter", "stats-platforms", Question.COMPARE),
        ("インスタとXどっちが多い", "stats-platforms", Question.COMPARE),
        ("how has it developed over the years", "stats-trend", Question.TREND),
        ("被害児童数の推移", "stats-trend", Question.TREND),
        ("2008년부터 늘었나요", "stats-trend", Question.TREND),
        ("2017年から増えた？", "stats-total", Question.TREND),
        ("what share were at high school", "stats-ages", Question.SHARE),
    ],
)
def test_what_is_asked_about_a_number_is_read(text: str, topic: str, question: Question) -> None:
    assert read(text, topic).question is question


@pytest.mark.parametrize(
    ("text", "topic", "unknown"),
    [
        ("how many of the perpetrators were arrested", "stats-total", "offender"),
        ("保育園児の被害は何人", "stats-ages", "younger"),
        ("how many 5 year olds", "stats-ages", "younger"),
        ("大学生の被害は何人", "stats-ages", "older"),
        ("how many 19-year-olds", "stats-ages", "older"),
        ("how many were 13 years old", "stats-ages", "age"),
        ("which month has the most victims", "stats-trend", "time"),
        ("被害児童の国籍別の人数", "stats-total", "family"),
        ("how many victims on Discord", "stats-platforms", "service"),
        ("how many were robbed, any robbery numbers", "stats-crimes", "crime"),
        ("好奇心で会った子は何人", "stats-motives", "reason"),
        ("how many cases were never reported", "stats-total", "unreported"),
        ("来年は何人になりますか", "stats-total", "forecast"),
        ("in 2017 how many children were rescued", "stats-total", "rescued"),
        ("average age of victims in 2017", "stats-ages", "average"),
        ("被害者の年齢の中央値", "stats-ages", "average"),
        ("how many victims per day", "stats-total", "time"),
        ("how many cases were reported to the police", "stats-total", "reports"),
        ("how many cases were reported in 2017", "stats-total", "reports"),
        ("how many children died", "stats-total", "outcome"),
        ("how many high school girls", "stats-ages", "cross"),
        ("how many girls were raped", "stats-crimes", "cross"),
        ("how many high school students were abducted", "stats-crimes", "cross"),
    ],
)
def test_what_no_statistic_counts_is_named(text: str, topic: str, unknown: str) -> None:
    assert unknown in read(text, topic).unknown


@pytest.mark.parametrize(
    "text",
    [
        "can you split the total by prefecture",
        "都道府県別の人数",
        "how many in Osaka",
        "沖縄では何人",
        "por provincia cuántos",
    ],
)
def test_places_below_a_country_are_named(text: str) -> None:
    assert read(text, "stats-total").places


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("How many children in France?", ("FR",)),
        ("フランスでは何人", ("FR",)),
        ("how many in the UK", ("GB",)),
        ("compare Japan with the United States", ("JP", "US")),
        ("한국에서는 몇 명", ("KR",)),
        ("En Francia, ¿cuántos?", ("FR",)),
        ("how many in other countries", ("ABROAD",)),
        ("tell us how many", ()),
    ],
)
def test_countries_are_read(text: str, countries: tuple[str, ...]) -> None:
    assert read(text, "stats-total").countries == countries


@pytest.mark.parametrize(
    "text", ["how many last year", "去年は何人", "el año pasado, ¿cuántos?", "작년에 몇 명", "去年有多少"]
)
def test_a_year_by_its_distance_from_today_is_not_guessed(text: str) -> None:
    query = read(text, "stats-total")
    assert (query.relative, query.years) == (True, ())


def test_the_newest_is_asked_for_by_word_and_not_by_a_year() -> None:
    assert read("the latest number, how many", "stats-total").newest
    assert not read("the latest number, how many in 2019", "stats-total").newest
    assert not read("どのように集計していますか", "stats-total").newest


def test_of_a_long_story_only_the_question_is_read() -> None:
    story = (
        "My son is ten and goes to primary school in Nagoya, my daughter is sixteen and likes horses. "
        "My sister lives in France and has strong opinions about everything. "
        "How many children were victims in 2019?"
    )
    query = read(story, "stats-total")
    assert (query.measures, query.years, query.countries, query.places) == ((), (2019,), (), ())


def test_a_short_message_is_read_whole() -> None:
    query = read("I teach junior high. What proportion of the victims were in my pupils' age group?", "stats-ages")
    assert query.measures == ("school-junior-high",)


def test_under_18_is_what_all_victims_are() -> None:
    assert read("how many under 18s were victims", "stats-total").measures == ()
    assert read("18歳未満の被害は何人", "stats-total").unknown == ()


@pytest.mark.parametrize(
    ("text", "understood", "topic", "question"),
    [
        ("How many children were victims in 2026?", "stats-ages", "stats-total", Question.VALUE),
        ("In which year were there the most child victims?", "stats-ages", "stats-total", Question.HIGHEST),
        ("In which year was the number of victims the lowest?", "stats-total", "stats-total", Question.LOWEST),
        ("被害がいちばん少なかった年はいつですか", "stats-total", "stats-total", Question.LOWEST),
        ("How many children came into contact through LINE in 2018?", "stats-total", "stats-platforms", Question.VALUE),
        ("game victims 2025 how many", "stats-total", "stats-platforms", Question.VALUE),
        ("how many were murdered in 2018", "stats-ages", "stats-crimes", Question.VALUE),
        ("how many fell victim in 2018", "stats-total", "stats-total", Question.VALUE),
    ],
)
def test_the_words_of_a_question_outweigh_the_topic_it_was_taken_for(
    text: str, understood: str, topic: str, question: Question
) -> None:
    query = read(text, understood)
    assert (query.topic, query.question) == (topic, question)


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("How many had met the offender through Twitter in 2017?", ("platform-twitter",)),
        ("How many victims were 13 or younger in 2017?", ("age-13-and-under",)),
    ],
)
def test_what_is_asked_for_outweighs_what_goes_without_saying(text: str, measures: tuple[str, ...]) -> None:
    assert read(text, "stats-ages").measures == measures


@pytest.mark.parametrize("text", ["8月の被害は何人", "victimas en agosto de 2017", "2017년 8월 피해자 수"])
def test_a_month_is_what_no_statistic_has(text: str) -> None:
    assert "time" in read(text, "stats-total").unknown


def test_an_app_and_a_year_alone_are_no_question_about_victims() -> None:
    assert read_figure("how many tiktok videos were uploaded in 2024", base_lexicon(), None) is None
    query = read_figure("how many victims on tiktok 2025", base_lexicon(), None)
    assert query is not None
    assert (query.measures, query.years) == (("platform-tiktok",), (2025,))


@pytest.mark.parametrize(
    "text",
    [
        "My 14 year old was a victim in 2023, what can I do now",
        "娘が2023年にインスタで被害に遭いました。どうしたらいいですか",
        "2024年に児童ポルノの被害にあった。画像を消したい",
        "2024年、インスタで何人かに脅されて被害に遭った",
    ],
)
def test_who_tells_of_a_victim_asks_for_help_and_not_for_a_number(text: str) -> None:
    assert read_figure(text, base_lexicon(), None) is None


def test_without_a_topic_only_a_clear_question_about_a_number_counts() -> None:
    assert read("How many children were abducted?", None).topic == "stats-crimes"
    assert read_figure("My daughter met a friend", base_lexicon(), None) is None
    assert read_figure("someone threatens to send my pictures", base_lexicon(), None) is None
    assert read_figure("How many children were abducted?", base_lexicon(), "grooming") is None


@pytest.mark.parametrize(
    ("low", "high", "measures"),
    [(6, 12, ("school-elementary",)), (15, 18, ("school-high",)), (16, 17, ("age-16", "age-17")), (0, 17, ())],
)
def test_ages_mean_schools_or_single_years(low: int, high: int, measures: tuple[str, ...]) -> None:
    assert age_measures(low, high) == (measures, None)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert read(text, "stats-total").topic.startswith("stats-")
    assert len(question_part(text, base_lexicon())) <= 8 * len(text) + 1


@given(st.integers(0, 99), st.integers(0, 99))
def test_every_age_means_a_known_measure_or_is_said_to_be_missing(low: int, high: int) -> None:
    names, kind = age_measures(min(low, high), max(low, high))
    assert all(name in base_lexicon().topics for name in names)
    assert kind in {None, "age", "younger", "older"}
    assert not (names and kind)
