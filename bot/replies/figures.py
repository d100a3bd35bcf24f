"""Questions about numbers, answered from the pack: never a number without unit, year, scope and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.replies.figure_answers import (
    comparable,
    members,
    say_change,
    say_comparison,
    say_extreme,
    say_ranks,
    say_trend,
    say_values,
)
from bot.replies.figure_desk import Answer, Desk, finish, open_desk
from bot.replies.figure_gaps import missing_lines
from bot.replies.model import Button, Reply
from bot.replies.render import render_text
from bot.replies.statistics import chart_of_measure, stats_menu, stats_reply
from bot.understanding.model import FigureQuery, Question
from content.model import Pack
from content.numbers import figure_wording, worded_time, worded_value
from content.observations import HOME, TOTAL, Observation

__all__ = ["figure_reply", "figure_sentence", "stats_menu", "stats_reply"]

_GROUPS = {
    "stats-crimes": "crime",
    "stats-platforms": "platform",
    "stats-ages": "school",
    "stats-motives": "motive",
}
"""What a question about a topic is about when it names nothing of it."""
_ALL, _ABROAD = "stats-total", "stats-abroad"
_MOST_ABROAD = 8


def figure_sentence(pack: Pack, figure_id: str, language: str) -> str:
    """Return a figure as plain words with unit, year and scope, for use inside a text.

    `figure_id` is a figure's, or `SERIES-YEAR` for a row of a series (`total-2019`). Raises KeyError for a number
    that the pack does not have.
    """
    one = pack.observations.get(figure_id)
    wording = figure_wording(pack, language)
    scope = wording.scopes.get(one.scope, one.scope)
    return wording.sentence.format(value=worded_value(wording, one), time=worded_time(wording, one), scope=scope)


def figure_reply(pack: Pack, query: FigureQuery, language: str) -> Reply:
    """Return the answer to a question about a number, computed from the pack.

    Whatever is asked, the reply carries unit, time, scope and source of each number, and what it does not say.
    A number that the pack does not have is never guessed: the reply says that it is not there, and what is.
    """
    desk = open_desk(pack, language)
    query = _of_country(desk, complete(query))
    missing = missing_lines(desk, query)
    if missing:
        return _not_here(desk, query, missing)
    chart = _chart_of_trend(pack, query)
    if chart is not None:
        return stats_reply(pack, chart, language)
    answer = Answer()
    if query.relative:
        answer.say(desk.words("stats.relative"), "")
    _say(desk, answer, query)
    if not answer.used:
        return _not_here(desk, query, [desk.words("stats.absent.nothing")])
    return finish(desk, answer, _buttons(desk, query))


def complete(query: FigureQuery) -> FigureQuery:
    """Return the query with what its topic alone says: the total, its development, or a group of measures."""
    if query.measures or query.group or any(code != HOME for code in query.countries):
        return query
    group = _GROUPS.get(query.topic)
    if group is not None:
        return replace(query, group=group)
    if query.topic == "stats-trend" and query.question is Question.VALUE and not (query.years or query.newest):
        return replace(query, measures=(TOTAL,), question=Question.TREND)
    return replace(query, measures=(TOTAL,))


def _of_country(desk: Desk, query: FigureQuery) -> FigureQuery:
    """Return the query for all victims of other countries as one for what is counted there of all children."""
    if query.measures != (TOTAL,) or HOME in query.countries:
        return query
    counted = {one.measure: None for one in desk.numbers if one.topic == _ALL and one.country in query.countries}
    return replace(query, measures=tuple(counted)) if counted else query


def _chart_of_trend(pack: Pack, query: FigureQuery) -> str | None:
    """Return the chart that answers a question about a development, or None when words answer it better."""
    if query.question is not Question.TREND or query.years or query.countries not in {(), (HOME,)}:
        return None
    if query.measures == (TOTAL,):
        return "stats-trend" if "stats-trend" in pack.charts else chart_of_measure(pack, TOTAL)
    if query.measures:
        return chart_of_measure(pack, query.measures[0])
    charts = {"school": "stats-schools", "age": "stats-schools", "crime": "stats-serious", "serious": "stats-serious"}
    chart = charts.get(query.group or "", query.topic)
    return chart if chart in pack.charts else None


def _say(desk: Desk, answer: Answer, query: FigureQuery) -> None:
    years = query.years
    least = query.question is Question.LOWEST
    if not query.measures:
        if query.group is None:
            _say_abroad(desk, answer, query)
        elif query.question is Question.CHANGE:
            _say_group_change(desk, answer, query.group, years)
        else:
            say_ranks(desk, answer, query.group, years, least=least, newest=query.newest or query.relative)
        return
    first = query.measures[0]
    match query.question:
        case Question.COMPARE if len(query.measures) > 1:
            _say_compared(desk, answer, query)
        case Question.CHANGE | Question.COMPARE:
            for measure in query.measures:
                _say_measure_change(desk, answer, measure, _newest_years(desk, query, measure))
        case Question.TREND if say_trend(desk, answer, first, _until_now(desk, first, years)):
            return
        case Question.HIGHEST | Question.LOWEST if say_extreme(desk, answer, first, least=least):
            return
        case _:
            for measure in query.measures:
                share = query.question is Question.SHARE
                say_values(desk, answer, (measure,), _newest_years(desk, query, measure), share=share)


def _until_now(desk: Desk, measure: str, years: tuple[int, ...]) -> tuple[int, ...]:
    """Return the first and last year of a development: a single year is where it begins."""
    return (*years, *desk.numbers.years(measure)[-1:]) if len(years) == 1 else years


def _newest_years(desk: Desk, query: FigureQuery, measure: str) -> tuple[int, ...]:
    """Return the years to answer with: those asked for, or only the newest when that was asked."""
    if query.years or not (query.newest or query.relative):
        return query.years
    return desk.numbers.years(measure)[-1:]


def _say_measure_change(desk: Desk, answer: Answer, measure: str, years: tuple[int, ...]) -> None:
    rows = {one.year: one for one in desk.numbers.counts(measure)}
    answer.say(f"**{desk.measure(measure)}**")
    if len(years) > 1:
        say_change(desk, answer, rows[max(years)], rows[min(years)])
        return
    for year in years or desk.default_years(measure):
        one = rows.get(year)
        if one is not None and not say_change(desk, answer, one):
            answer.state(desk, one)


def _say_group_change(desk: Desk, answer: Answer, group: str, years: tuple[int, ...]) -> None:
    year = max(years, default=desk.base_year)
    for one in members(desk, group, year) or members(desk, group, desk.base_year):
        answer.say(f"**{desk.measure(one.measure)}**")
        if not say_change(desk, answer, one):
            answer.state(desk, one)


def _say_compared(desk: Desk, answer: Answer, query: FigureQuery) -> None:
    """State two measures of the same year, or side by side when no year has both."""
    first, second = query.measures[:2]
    common = [year for year in desk.numbers.years(first) if year in desk.numbers.years(second)]
    years = [year for year in query.years if year in common] or list(
        dict.fromkeys([*common[-1:], *([desk.base_year] if desk.base_year in common else [])])
    )
    for year in years[: 1 if query.newest else 2]:
        pair = _pair(desk, first, second, year)
        say_comparison(desk, answer, *pair)
    if not years:
        say_values(desk, answer, (first, second), ())
        answer.say(desk.words("stats.not-comparable"))


def _pair(desk: Desk, first: str, second: str, year: int) -> tuple[Observation, Observation]:
    """Return one number of each measure, of the same unit when there are such."""
    left, right = desk.numbers.of(first, year), desk.numbers.of(second, year)
    pairs = [(one, other) for one in left for other in right]
    return next((pair for pair in pairs if comparable(*pair)), pairs[0])


def _say_abroad(desk: Desk, answer: Answer, query: FigureQuery) -> None:
    """State the newest number of each measure of the countries that were named."""
    newest: dict[str, Observation] = {}
    for one in desk.numbers:
        if one.country in query.countries and one.country != HOME and query.years in {(), (one.year,)}:
            kept = newest.get(one.measure)
            if kept is None or (one.year or 0) >= (kept.year or 0):
                newest[one.measure] = one
    if HOME in query.countries:
        totals = [one for one in desk.numbers.counts(TOTAL) if query.years in {(), (one.year,)}]
        say_values(desk, answer, (TOTAL,), tuple(one.year for one in totals[-1:] if one.year))
        answer.say("", desk.words("stats.not-comparable"))
    for one in list(newest.values())[:_MOST_ABROAD]:
        answer.say(f"**{desk.measure(one.measure)}**")
        answer.state(desk, one)


def _not_here(desk: Desk, query: FigureQuery, missing: Sequence[str]) -> Reply:
    """Return what is not there and what is, without any number that could be taken for the answer."""
    total = desk.numbers.years(TOTAL)
    exists = desk.words("stats.exists", years=desk.years(total), base=desk.year(desk.base_year))
    text = "\n\n".join([desk.words("stats.not-here"), "\n".join(missing), exists])
    return Reply((render_text(text),), _buttons(desk, query))


def _buttons(desk: Desk, query: FigureQuery) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons to the charts that belong to the question, and to all of them."""
    abroad = any(code != HOME for code in query.countries)
    over_years = chart_of_measure(desk.pack, query.measures[0]) if query.measures else None
    names = dict.fromkeys([*([_ABROAD] if abroad else []), query.topic, over_years or query.topic])
    charts = [name for name in names if name in desk.pack.charts and name in desk.wording.charts][:2]
    row = tuple(Button(desk.wording.charts[name].button, f"stats:show:{name}") for name in charts)
    menu = (Button(desk.words("stats.button-menu"), "stats:menu:all"),)
    return (row, menu) if row else (menu,)
