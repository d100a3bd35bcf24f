from __future__ import annotations

from datetime import date

import pytest

from content.checks.figures import check_figures, check_slots, evaluate
from content.entries import Confidence
from content.load import BASE_PACK, Loaded
from content.numbers import figure_wording, number, worded_formula, worded_time, worded_value
from content.panels import build_sheet, chart_table, mixed_axes
from content.statistics import Figure, Panel, SeriesRow
from tests.statistics_pack import base_pack, loaded_pack

TODAY = date(2026, 11, 23)


def value(name: str) -> float:
    return base_pack().observations.get(name).value


def faults_with(**changes: object) -> list[str]:
    loaded = loaded_pack()
    pack = loaded.pack.model_copy(update=changes)
    return [fault.message for fault in check_figures(Loaded(pack, (), loaded.places), TODAY)]


def with_figure(name: str, **changes: object) -> list[str]:
    figures = dict(base_pack().figures)
    figures[name] = figures[name].model_copy(update=changes)
    return faults_with(figures=figures)


def test_the_shipped_statistics_have_no_fault() -> None:
    assert list(check_figures(loaded_pack(), TODAY)) == []
    assert list(check_slots([BASE_PACK], base_pack())) == []


def test_the_crimes_of_2017_add_up_only_with_the_33_that_are_not_named() -> None:
    named = [value(f"crime-{crime}-2017") for crime in ("ordinance", "prostitution", "porn", "serious")]
    assert sum(named) == 1780
    assert sum(named) + value("other-crimes-2017") == value("total-2017") == 1813


def test_the_serious_crimes_of_2017_add_up_only_with_the_16_that_are_not_named() -> None:
    named = [value(f"crime-{crime}-2017") for crime in ("rape", "abduction", "murder")]
    assert named == [24, 21, 0]
    assert sum(named) + value("serious-rest-2017") == value("crime-serious-2017") == 61


def test_the_schools_and_the_ages_of_2017_each_add_up_to_all_victims() -> None:
    assert value("school-high-n") + value("school-jhs-n") + value("school-elem-n") + value("school-other-n") == 1813
    ages = ("17-2017", "16-2017", "15-2017", "14-2017", "13-and-under-2017")
    assert sum(value(f"age-{age}") for age in ages) == 1813


def test_the_types_of_service_of_2017_add_up_to_all_victims_and_twitter_is_within_its_type() -> None:
    assert value("service-multi-2017") + value("service-chat-2017") + value("service-rest-2017") == 1813
    assert value("platform-twitter-2017") < value("service-multi-2017") == 855


def test_the_reasons_are_parts_of_1468_and_not_of_all_victims() -> None:
    numbers = base_pack().observations
    for reason in ("money", "kind", "friends"):
        share, count = numbers.get(f"motive-{reason}-2017"), numbers.get(f"motive-{reason}-n")
        assert share.base == value("met-2017") == 1468
        assert count.value / 1468 * 100 == pytest.approx(share.value, abs=0.06)


def test_the_share_of_junior_high_school_is_quoted_as_printed_and_counted_as_reported() -> None:
    assert value("school-jhs-2017") == 37.2
    assert value("school-jhs-n") == 676
    assert pytest.approx(37.3, abs=0.05) == 100 * 676 / 1813


@pytest.mark.parametrize(
    ("year", "printed"),
    [
        (2009, 344),
        (2010, 103),
        (2014, 128),
        (2015, 231),
        (2016, 84),
        (2017, 77),
        (2018, -2),
        (2019, 271),
        (2020, -263),
        (2022, -80),
        (2024, -179),
        (2025, 80),
    ],
)
def test_the_yearly_changes_that_sources_print_fit_the_series(year: int, printed: int) -> None:
    assert value(f"total-{year}") - value(f"total-{year - 1}") == printed


def test_the_series_of_all_victims_has_every_year_from_2008_to_2025_and_its_highest_in_2019() -> None:
    rows = base_pack().series["total"].rows
    assert sorted(rows) == list(range(2008, 2026))
    assert max(rows, key=lambda year: rows[year].value) == 2019


def test_no_number_from_memory_is_in_the_pack() -> None:
    assert all(one.confidence is not Confidence.MEMORY for one in base_pack().observations)


def test_a_number_from_memory_is_a_fault() -> None:
    assert any("memory" in fault for fault in with_figure("total-2017", confidence=Confidence.MEMORY))


def test_an_unknown_source_is_a_fault() -> None:
    assert any("'nobody' does not exist" in fault for fault in with_figure("total-2017", source="nobody"))


def test_a_derived_number_without_a_formula_is_a_fault() -> None:
    assert any("formula must be written" in fault for fault in with_figure("other-crimes-2017", formula=None))


def test_a_formula_that_gives_another_number_is_a_fault() -> None:
    assert any("gives 33, not 34" in fault for fault in with_figure("other-crimes-2017", value=34))


def test_a_figure_that_contradicts_its_series_is_a_fault() -> None:
    assert any("contradicts the figure 'total-2017'" in fault for fault in with_figure("total-2017", value=1814))


def test_more_than_a_hundred_percent_is_a_fault() -> None:
    assert any("more than all" in fault for fault in with_figure("girls-2017", value=195.9))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_row_that_is_no_number_is_a_fault(bad: float) -> None:
    series = dict(base_pack().series)
    rows = {**series["total"].rows, 2025: SeriesRow(value=bad, source="live2026b", confidence=Confidence.VERIFIED)}
    series["total"] = series["total"].model_copy(update={"rows": rows})
    assert any("is no number" in fault for fault in faults_with(series=series))


def test_a_measure_without_words_in_a_language_is_a_fault() -> None:
    extra = Figure.model_validate({**base_pack().figures["total-2017"].model_dump(), "measure": "unheard-of"})
    faults = faults_with(figures={**base_pack().figures, "unheard-of": extra})
    assert faults.count("'unheard-of' has no wording under 'measures'") == len(base_pack().languages)


def test_a_panel_that_mixes_axes_is_a_fault_and_is_never_drawn() -> None:
    panel = Panel(kind="lines", series=("total", "selfies"))
    assert mixed_axes(base_pack(), panel) == "series of different axes share a panel: npa-selfies, npa-total"
    chart = base_pack().charts["stats-total"].model_copy(update={"panels": (panel,)})
    charts = {**base_pack().charts, "stats-total": chart}
    assert any("different axes" in fault for fault in faults_with(charts=charts))
    with pytest.raises(ValueError, match="different axes"):
        build_sheet(base_pack().model_copy(update={"charts": charts}), "stats-total", "en")


def test_figures_of_different_bases_cannot_share_a_panel() -> None:
    panel = Panel(kind="bars", figures=("motive-money-2017", "school-high-2017"))
    assert mixed_axes(base_pack(), panel) == "figures of different unit, scope, year or base share a panel"


def test_japanese_series_share_no_axis_with_series_of_other_countries() -> None:
    home = {series.axis for series in base_pack().series.values() if series.country == "JP"}
    abroad = {series.axis for series in base_pack().series.values() if series.country != "JP"}
    assert home.isdisjoint(abroad)


def test_the_change_of_law_in_2023_breaks_the_series_that_it_touches() -> None:
    for name in ("total", "crime-ordinance", "crime-serious", "crime-rape", "crime-porn"):
        assert 2023 in base_pack().series[name].breaks
    assert base_pack().series["ncmec-total"].breaks == {2024: "ncmec-bundling"}


@pytest.mark.parametrize("language", ["en", "es", "ja"])
def test_every_number_of_a_chart_stands_in_its_table(language: str) -> None:
    for chart in base_pack().charts:
        table = chart_table(base_pack(), chart, language)
        for one in build_sheet(base_pack(), chart, language).observations:
            assert number(one.value, figure_wording(base_pack(), language)) in table


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("en", 1813, "1,813"),
        ("en", 37.25, "37.2"),
        ("ja", 1400000, "1,400,000"),
        ("es", 1813, "1813"),
        ("es", 37872, "37\u00a0872"),
        ("es", 1400000.5, "1\u00a0400\u00a0000,5"),
        ("es", -9999.5, "-9999,5"),
    ],
)
def test_numbers_carry_the_marks_of_their_language(language: str, value: float, written: str) -> None:
    assert number(value, figure_wording(base_pack(), language)) == written


def test_the_crimes_chart_shows_what_is_not_named() -> None:
    assert "Not named: 33" in chart_table(base_pack(), "stats-crimes", "en")


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("total-2017", "en", "1,813 children"),
        ("total-2017", "ja", "1,813人"),
        ("motive-money-2017", "en", "29.6 % of 1,468 children"),
        ("motive-money-2017", "ja", "1,468人のうち29.6％"),
        ("crime-murder-2024", "en", "1 child"),
        ("crime-serious-2024", "en", "at least 456 children"),
        ("motive-friends-2017", "en", "17.0 % of 1,468 children"),
        ("thorn-share-2025", "ja", "ほぼ5人に1人"),
    ],
)
def test_numbers_are_worded_with_unit_and_base(name: str, language: str, words: str) -> None:
    assert worded_value(figure_wording(base_pack(), language), base_pack().observations.get(name)) == words


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("total-2017", "ja", "2017年"),
        ("half-year-2018", "en", "January to June 2018"),
        ("half-porn-2018", "ja", "2018年1月～2018年6月"),
        ("uk-grooming-2017", "en", "2017/18"),
        ("uk-grooming-2017", "ja", "2017年度"),
        ("harm-philippines", "en", "2019 to 2022"),
        ("thorn-interaction", "en", "undated"),
    ],
)
def test_times_are_worded_in_each_language(name: str, language: str, words: str) -> None:
    assert worded_time(figure_wording(base_pack(), language), base_pack().observations.get(name)) == words


def test_the_school_terms_are_right_in_both_languages() -> None:
    english, japanese = figure_wording(base_pack(), "en").labels, figure_wording(base_pack(), "ja").labels
    pairs = [
        (english[f"school-{level}"], japanese[f"school-{level}"]) for level in ("elementary", "junior-high", "high")
    ]
    assert pairs == [("Elementary school", "小学生"), ("Junior high school", "中学生"), ("High school", "高校生")]


@pytest.mark.parametrize(
    ("formula", "result"), [("1 + 2 * 3", 7), ("(447 - 226) / 226", 0.9779), ("158 / 1.121", 140.9)]
)
def test_a_formula_is_calculated(formula: str, result: float) -> None:
    assert evaluate(formula) == pytest.approx(result, abs=0.05)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "(1,811 − 0.388) × 61 ÷ 12,000"), ("es", "(1811 − 0,388) × 61 ÷ 12 000")]
)
def test_a_formula_is_worded_with_the_marks_of_the_language(language: str, words: str) -> None:
    written = worded_formula(figure_wording(base_pack(), language), "(1811 - 0.388) * 61 / 12000")
    assert written.replace("\u00a0", " ").replace("\u202f", " ") == words


@pytest.mark.parametrize("formula", ["open('x')", "1813 minus 77", "2 ** 99", "'a' * 9", ""])
def test_a_formula_is_nothing_but_arithmetic(formula: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        evaluate(formula)
