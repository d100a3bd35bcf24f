"""What is asked for and is not in the pack: said plainly, so that no other number is taken for it."""

from __future__ import annotations

from bot.replies.figure_answers import group_years
from bot.replies.figure_desk import Desk
from bot.understanding.model import FigureQuery, Question
from content.observations import HOME


def missing_lines(desk: Desk, query: FigureQuery) -> list[str]:
    """Return a line for everything in a completed query that the pack has no number for; empty when it has all.

    The lines hold years that exist, and no counts.
    """
    lines = [desk.words("stats.absent.unknown", what=desk.words(f"stats.unknown.{kind}")) for kind in query.unknown]
    if query.places:
        lines.append(desk.words("stats.absent.place"))
    lines += _countries(desk, query)
    return lines or _years(desk, query)


def _countries(desk: Desk, query: FigureQuery) -> list[str]:
    foreign = [code for code in query.countries if code != HOME]
    known = {one.country for one in desk.numbers}
    lines = [desk.words("stats.absent.country", country=_name(desk, code)) for code in foreign if code not in known]
    wanted = [code for code in foreign if code in known]
    if lines or not (query.measures or query.group):
        return lines
    lines += [
        desk.words("stats.absent.country-measure", country=_name(desk, code))
        for code in wanted
        if not any(_counted_in(desk, measure, code) for measure in query.measures)
    ]
    if query.countries == (HOME,) and query.measures:
        abroad = [one for one in query.measures if not any(n.country == HOME for n in desk.numbers.of(one))]
        lines += [desk.words("stats.absent.country-measure", country=_name(desk, HOME)) for _ in abroad[:1]]
    return lines


def _counted_in(desk: Desk, measure: str, country: str) -> bool:
    return any(one.country == country for one in desk.numbers.of(measure))


def _name(desk: Desk, code: str) -> str:
    try:
        return desk.words(f"country.{code}")
    except KeyError:
        return desk.words("stats.this-country")


def _years(desk: Desk, query: FigureQuery) -> list[str]:
    """Return a line for each measure or group without a number in one of the years asked for."""
    if query.measures:
        lines = []
        for measure in query.measures:
            known = desk.numbers.years(measure)
            gone = [year for year in query.years if year not in known]
            if not desk.numbers.of(measure):
                lines.append(desk.words("stats.absent.nothing"))
            elif gone:
                lines.append(_absent(desk, desk.measure(measure), gone, known))
            elif known and query.question is Question.CHANGE and query.years == known[:1]:
                year = desk.year(known[0])
                lines.append(desk.words("stats.absent.first", measure=desk.measure(measure), asked=year))
        return lines
    if query.group:
        known = group_years(desk, query.group)
        gone = [year for year in query.years if year not in known]
        return [_absent(desk, desk.wording.groups.get(query.group, ""), gone, known)] if gone else []
    known = tuple(sorted({one.year for one in desk.numbers if one.country in query.countries and one.year}))
    gone = [year for year in query.years if year not in known]
    names = ", ".join(_name(desk, code) for code in query.countries)
    return [_absent(desk, names, gone, known)] if gone else []


def _absent(desk: Desk, what: str, gone: list[int], known: tuple[int, ...]) -> str:
    years = desk.years(known) if known else "–"
    return desk.words("stats.absent.year", measure=what[:1].upper() + what[1:], asked=desk.years(gone), years=years)
