"""The kinds of panels: columns over years, lines over years, and bars of one year."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from bot.charts.curves import draw_lines
from bot.charts.scales import Brush, breaks, mark_breaks, scale, tick_font, tick_marks, year_ticks
from bot.charts.style import INK, LABEL, QUIET, SOFT, STRONG, TICK, UNKNOWN, fonts, text_width
from content.numbers import number, short_number
from content.observations import Observation
from content.panels import Frame, Line, short_time
from content.statistics import FigureWording

_REST = ("not-named", "rest", "other")
"""Endings of the measures that hold what a report does not name."""
_MOST_TICKS = 6


def draw_frame(axes: Axes, frame: Frame, brush: Brush) -> None:
    """Draw a panel into its axes, which have the size in pixels that the brush says."""
    axes.set_facecolor("none")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    {"columns": _columns, "lines": draw_lines, "bars": _bars}[frame.kind](axes, frame, brush)


def axis_room(frame: Frame, language: str, wording: FigureWording, highest: float) -> float:
    """Return the pixels that the numbers of the axis need at its left, when it reaches to `highest`."""
    if frame.kind == "bars" or (frame.kind == "columns" and _is_spaced(frame.lines[0])):
        return 4.0
    return text_width(number(tick_marks(highest)[-1], wording), fonts(language), TICK) + 14


def _is_spaced(line: Line) -> bool:
    years = [point.year or 0 for point in line.points]
    return len(years) < _MOST_TICKS or years != list(range(years[0], years[-1] + 1))


def _columns(axes: Axes, frame: Frame, brush: Brush) -> None:
    line = frame.lines[0]
    if _is_spaced(line):
        _spaced_columns(axes, line, brush)
        return
    years = [point.year or 0 for point in line.points]
    values = [point.value for point in line.points]
    shown = set(frame.highlight) or {years[values.index(max(values))], years[-1]}
    colors = [STRONG if year in shown else QUIET for year in years]
    axes.bar(years, values, width=0.78, color=colors, zorder=3)
    top = scale(axes, brush, breaks=bool(breaks(line, years[0])))
    for point, year in zip(line.points, years, strict=True):
        if year in shown or year == years[0]:
            strong = year in shown
            color = STRONG if strong else SOFT
            brush.text(
                axes, year, point.value + top * 0.012, short_number(brush.wording, point), color=color, bold=strong
            )
    mark_breaks(axes, line, brush, top, first=years[0])
    year_ticks(axes, years, brush, brush.width, always=[year for year in years if year in shown])
    axes.set_xlim(years[0] - 0.8, years[-1] + 0.8)


def _spaced_columns(axes: Axes, line: Line, brush: Brush) -> None:
    """Draw few columns, or columns with years missing, side by side, each with its year and value."""
    places = range(len(line.points))
    values = [point.value for point in line.points]
    colors = [QUIET] * (len(values) - 1) + [STRONG]
    axes.bar(places, values, width=0.66, color=colors, zorder=3)
    top = scale(axes, brush, ticks=False)
    for place, point in zip(places, line.points, strict=True):
        last = place == places[-1]
        brush.text(
            axes,
            place,
            point.value + top * 0.015,
            short_number(brush.wording, point),
            color=STRONG if last else INK,
            bold=last,
            size=_fit([short_number(brush.wording, one) for one in line.points], brush, brush.width / len(values)),
        )
    axes.set_xticks(list(places), [short_time(point) for point in line.points])
    tick_font(axes, brush)
    axes.set_xlim(-0.6, len(values) - 0.4)


def _fit(labels: Sequence[str], brush: Brush, room: float) -> float:
    """Return the largest size, up to that of a label, at which all labels fit side by side."""
    font = fonts(brush.language, bold=True)
    widest = max(text_width(label, font, LABEL) for label in labels)
    return min(LABEL, LABEL * room * 0.94 / widest)


def _bars(axes: Axes, frame: Frame, brush: Brush) -> None:
    """Draw bars with their names above them, so that long names stay large; what is not named stands grey."""
    points = [line.points[0] for line in frame.lines]
    top = brush.highest or 1
    leader = max(points, key=lambda one: one.value if not _is_rest(one) else -1)
    row = brush.height / len(points)
    bar = min(row * 0.46, row - LABEL - 20, 84.0)
    for place, (line, point) in enumerate(zip(frame.lines, points, strict=True)):
        y = len(points) - 1 - place
        color = UNKNOWN if _is_rest(point) else STRONG if point is leader else QUIET
        height = bar / row
        middle = y - 0.5 + height / 2 + 0.06
        axes.barh(y=middle, width=point.value, height=height, color=color, zorder=3)
        brush.text(axes, 0, middle + height / 2 + 5 / row, line.label, ha="left", size=min(LABEL, row * 0.4))
        strong = point is leader
        words = short_number(brush.wording, point)
        brush.text(
            axes, point.value + top * 0.012, middle, words, ha="left", va="center", bold=strong,
            color=STRONG if strong else INK,
        )  # fmt: skip
    axes.set_ylim(-0.55, len(points) - 0.45)
    axes.set_xlim(0, top * 1.16)
    axes.set_xticks([])
    axes.set_yticks([])


def _is_rest(one: Observation) -> bool:
    return any(one.measure.endswith(ending) for ending in _REST)
