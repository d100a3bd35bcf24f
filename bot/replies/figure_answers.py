"""Answers computed from the numbers of the pack: values, changes, shares, ranks, extremes and comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from bot.replies.figure_desk import Answer, Desk, total_of
from content.numbers import worded_label, worded_time, worded_value
from content.observations import TOTAL, Observation

_INNER = {"crime": ("serious",), "platform": ("type",), "school": ("age",), "type": ("platform",)}
"""Groups that are told together with another, because people mean either."""
_REST = ("-rest", "-not-named")
"""Ends of the measures of what no source names: they are no answer to "which one"."""


def say_values(
    desk: Desk, answer: Answer, measures: Sequence[str], years: Sequence[int], *, share: bool = False
) -> None:
    """State each measure in the years (none: the newest and the most complete one), with change and share.

    With `share` the part of all comes before the number.
    """
    for measure in measures:
        answer.say(f"**{desk.measure(measure)}**")
        undated = [one for one in desk.numbers.of(measure) if one.year is None]
        for year in years or desk.default_years(measure):
            found = desk.numbers.of(measure, year)
            if share:
                found = tuple(sorted(found, key=lambda one: not one.is_share))
            parts = found if measure != TOTAL and not any(one.is_share for one in found) else ()
            for one in parts if share else ():
                say_share_of(desk, answer, one)
            answer.state(desk, *found)
            for one in found if measure == TOTAL else ():
                if not one.is_share:
                    say_change(desk, answer, one, heading=False)
            for one in () if share else parts:
                say_share_of(desk, answer, one)
        answer.state(desk, *undated)


def say_share_of(desk: Desk, answer: Answer, one: Observation) -> bool:
    """State which part of all victims a count is. Return False when it is no part of them."""
    total = total_of(desk, one)
    if total is None or not total.value:
        return False
    percent = desk.number(round(100 * one.value / total.value, 1))
    answer.say(
        desk.words(
            "stats.share",
            time=worded_time(desk.wording, one),
            percent=percent,
            whole=worded_value(desk.wording, total),
            part=f"{desk.number(one.value)} ÷ {desk.number(total.value)}",
        )
    )
    answer.bases.append(total)
    return True


def earlier_of(desk: Desk, one: Observation) -> Observation | None:
    """Return the number of the same measure before this one, or None for the first."""
    rows = desk.numbers.counts(one.measure)
    before = [row for row in rows if row.year is not None and one.year is not None and row.year < one.year]
    return before[-1] if before else None


def say_change(
    desk: Desk, answer: Answer, one: Observation, before: Observation | None = None, *, heading: bool = True
) -> bool:
    """State the change to `one` from `before` (else from the number before it). Return False when there is none."""
    then = before or earlier_of(desk, one)
    if then is None or then.year is None or one.year is None:
        return False
    difference = one.value - then.value
    earlier, now = worded_time(desk.wording, then), worded_time(desk.wording, one)
    size = desk.number(abs(difference) if isinstance(difference, int) else round(abs(difference), 1))
    way = "up" if difference > 0 else "down"
    if one.is_share:
        answer.say(desk.words(f"stats.change-points-{way}", before=earlier, now=now, difference=size))
        formula = ""
    else:
        percent = desk.number(round(abs(100 * difference / then.value), 1)) if then.value else "–"
        key = f"stats.change-{way}" if difference else "stats.change-same"
        unit = desk.wording.units.get(one.unit, "{value}").format(value=size)
        sign = "+" if difference > 0 else "−" if difference < 0 else ""
        formula = f"{desk.number(one.value)} − {desk.number(then.value)} = {sign}{size}"
        if then.value:
            formula += f"; {size} ÷ {desk.number(then.value)} = {percent} %"
        answer.say(desk.words(key, before=earlier, now=now, difference=unit, percent=percent))
    if heading:
        answer.state(desk, one, then)
    if formula:
        answer.say(desk.words("stats.calculated", formula=formula))
    if before is None and then.year != one.year - 1:
        answer.say(desk.words("stats.gap"))
    answer.notes += [note for year, note in desk.numbers.breaks(one.measure).items() if then.year < year <= one.year]
    answer.use(one, then)
    return True


def members(desk: Desk, group: str, year: int) -> list[Observation]:
    """Return one number for each measure of a group in a year, largest first: all counts, or else all shares."""
    found = desk.numbers.group(group, year)
    counts = [one for one in found if not one.is_share]
    shares = [one for one in found if one.is_share]
    chosen = counts if len(counts) >= len(shares) else shares
    return sorted(chosen, key=lambda one: (one.measure.endswith(_REST), -one.value))


def group_years(desk: Desk, group: str) -> tuple[int, ...]:
    """Return the years in which at least two measures of a group are known."""
    years = {one.year for one in desk.numbers.group(group) if one.year is not None}
    return tuple(sorted(year for year in years if len(members(desk, group, year)) > 1))


def say_ranks(
    desk: Desk, answer: Answer, group: str, years: Sequence[int], *, least: bool = False, newest: bool = False
) -> None:
    """State the measures of a group in order, with shares, for the years.

    Without a year, the newest one comes first when as many of the measures are known for it as for the most complete
    year, which follows; else the other way round. With `newest` it stands alone.
    """
    for year in years or _rank_years(desk, group, newest=newest):
        _say_rank(desk, answer, group, year, least=least)
        for inner in _INNER.get(group, ()):
            if year in group_years(desk, inner):
                _say_rank(desk, answer, inner, year, least=least)


def _rank_years(desk: Desk, group: str, *, newest: bool) -> tuple[int, ...]:
    known = group_years(desk, group)
    if newest or desk.base_year not in known:
        return known[-1:]
    full = len(members(desk, group, known[-1])) >= len(members(desk, group, desk.base_year))
    return tuple(dict.fromkeys([known[-1], desk.base_year] if full else [desk.base_year, known[-1]]))


def _say_rank(desk: Desk, answer: Answer, group: str, year: int, *, least: bool) -> None:
    ranked = members(desk, group, year)
    heading = desk.words("stats.heading", time=desk.year(year), group=desk.wording.groups.get(group, group))
    answer.say(f"**{heading}**")
    named = [one for one in ranked if not one.measure.endswith(_REST)] or ranked
    edge = named[-1] if least else named[0]
    key = "stats.rank-least" if least else "stats.rank-most"
    label = worded_label(desk.wording, edge.measure)
    answer.say(desk.words(key, label=label, value=worded_value(desk.wording, edge)))
    for one in ranked:
        others = [other for other in desk.numbers.of(one.measure, year) if other.is_share != one.is_share]
        value = worded_value(desk.wording, one)
        if others:
            value = desk.words("stats.marked", value=value, mark=worded_value(desk.wording, others[0]))
            answer.use(others[0])
        answer.say("- " + desk.words("stats.line", time=worded_label(desk.wording, one.measure), value=value))
    if len(ranked) < len(members(desk, group, desk.base_year)):
        answer.say(desk.words("stats.partial"))
    answer.use(*ranked)


def say_extreme(desk: Desk, answer: Answer, measure: str, *, least: bool) -> bool:
    """State the year with the highest or lowest number of a measure. Return False without at least two years."""
    rows = desk.numbers.counts(measure)
    if len(rows) < 2:
        return False
    one = min(rows, key=lambda row: row.value) if least else max(rows, key=lambda row: row.value)
    answer.say(f"**{desk.measure(measure)}**")
    answer.say(
        desk.words(
            "stats.lowest" if least else "stats.highest",
            first=worded_time(desk.wording, rows[0]),
            last=worded_time(desk.wording, rows[-1]),
            value=worded_value(desk.wording, one),
            time=worded_time(desk.wording, one),
        )
    )
    answer.use(one)
    base = [row for row in rows if row.year == desk.base_year and row is not one]
    answer.state(desk, *base)
    if rows[-1] not in {one, *base}:
        answer.state(desk, rows[-1])
    return True


def say_comparison(desk: Desk, answer: Answer, first: Observation, second: Observation) -> None:
    """State two numbers with difference and ratio, or side by side when they count different things."""
    for one in (first, second):
        answer.say(f"**{desk.measure(one.measure)}**")
        answer.state(desk, one)
    if not comparable(first, second):
        answer.say(desk.words("stats.not-comparable"))
        return
    more, less = sorted((first, second), key=lambda one: -one.value)
    difference = more.value - less.value
    size = desk.number(difference if isinstance(difference, int) else round(difference, 1))
    answer.say(
        desk.words("stats.calculated", formula=f"{desk.number(more.value)} − {desk.number(less.value)} = {size}")
    )
    if less.value:
        ratio = desk.number(round(more.value / less.value, 1))
        answer.say(desk.words("stats.ratio", more=desk.number(more.value), less=desk.number(less.value), ratio=ratio))


def comparable(first: Observation, second: Observation) -> bool:
    """Tell whether two numbers count the same kind of thing among the same people over equally long times."""
    same = (first.unit, first.scope, first.span, first.base is None) == (
        second.unit,
        second.scope,
        second.span,
        second.base is None,
    )
    return same and first.period is None and second.period is None


def say_trend(desk: Desk, answer: Answer, measure: str, between: Sequence[int] = ()) -> bool:
    """State a measure year by year (all, or `between` two) and its change. Return False without two years at least."""
    rows = [
        row for row in desk.numbers.counts(measure) if not between or min(between) <= (row.year or 0) <= max(between)
    ]
    if len(rows) < 2:
        return False
    answer.say(f"**{desk.measure(measure)}**")
    answer.state(desk, *rows)
    say_change(desk, answer, rows[-1], rows[0], heading=False)
    return True
