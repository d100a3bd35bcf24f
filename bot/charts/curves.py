"""Lines over years, with their names at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from matplotlib.axes import Axes

from bot.charts.scales import Brush, breaks, mark_breaks, scale, year_ticks
from bot.charts.style import CARD, LABEL, LINES, fonts, text_width
from content.numbers import short_number
from content.observations import Observation
from content.panels import Frame, Line

_STEEP = 0.045
"""Shares of the height that a line must rise in a year to run through a number above its point."""
_FEW = 9
"""A single line with fewer points than this has all of them numbered."""


@dataclass(slots=True)
class _Panel:
    """The panel in the units of its data, and the places that are taken: (left, right, low, high)."""

    axes: Axes
    brush: Brush
    top: float
    first: int
    last: int
    several: bool
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    @property
    def span(self) -> int:
        return self.last - self.first

    def is_free(self, left: float, right: float, low: float, high: float) -> bool:
        return all(right < a or left > b or high < c or low > d for a, b, c, d in self.taken)


def draw_lines(axes: Axes, frame: Frame, brush: Brush) -> None:
    """Draw a line for each series into its axes; every line has its own colour and carries its name."""
    years = sorted({point.year or 0 for line in frame.lines for point in line.points})
    top = scale(axes, brush, breaks=any(breaks(line, years[0]) for line in frame.lines))
    panel = _Panel(axes, brush, top, years[0], years[-1], several=len(frame.lines) > 1)
    colored = list(zip(frame.lines, LINES, strict=False))
    for line, color in colored:
        _curve(axes, line, color)
        for point in line.points:
            year, edge = point.year or 0, top * 0.012
            panel.taken.append(
                (year - panel.span * 0.012, year + panel.span * 0.012, point.value - edge, point.value + edge)
            )
    room = _end_labels(panel, colored) if panel.several else 0.0
    for line, color in colored:
        _numbers(panel, line, color)
    mark_breaks(axes, frame.lines[0], brush, top, first=years[0])
    year_ticks(axes, years, brush, brush.width * panel.span / (panel.span + room), always=[years[-1]])
    axes.set_xlim(years[0] - 0.06 * panel.span - 0.1, years[-1] + max(room, 0.05 * panel.span))


def _curve(axes: Axes, line: Line, color: str) -> None:
    """Draw known years as dots, solid between neighbours, dotted over years without a number, open at a break."""
    for before, after in pairwise(line.points):
        first, second = before.year or 0, after.year or 0
        broken = any(first < year <= second for year in line.breaks)
        style = (0, (1, 1.6)) if broken or second - first > 1 else "solid"
        axes.plot(
            [first, second], [before.value, after.value], color=color, linewidth=5, linestyle=style, zorder=3,
            dash_capstyle="round", solid_capstyle="round", alpha=0.5 if broken else 1.0,
        )  # fmt: skip
    axes.plot(
        [point.year or 0 for point in line.points], [point.value for point in line.points], linestyle="none",
        marker="o", markersize=12, markerfacecolor=color, markeredgecolor=CARD, markeredgewidth=2, zorder=4,
    )  # fmt: skip


def _numbers(panel: _Panel, line: Line, color: str) -> None:
    """Write the numbers that tell the story: all when they are few, else the first, the highest and the last."""
    points = line.points
    peak = max(points, key=lambda one: one.value)
    chosen = [points[-1], peak, points[0], *points] if len(points) < _FEW else [points[-1], peak, points[0]]
    if panel.several:
        chosen = [peak, points[0]] if peak is not points[-1] else [points[0]]
    following = dict(pairwise(points))
    for point in dict.fromkeys(chosen):
        _number(panel, point, following.get(point), color, strong=point in (peak, points[-1]), first=point is points[0])


def _number(
    panel: _Panel, point: Observation, after: Observation | None, color: str, *, strong: bool, first: bool
) -> None:
    """Write a number above its point, or beside it where the line rises through that place; not over another."""
    brush, top, span = panel.brush, panel.top, panel.span
    words = short_number(brush.wording, point)
    year = point.year or 0
    half = text_width(words, fonts(brush.language, bold=True), LABEL) / brush.width * span / 2
    tall = top * LABEL / brush.height
    steep = after is not None and (after.value - point.value) / top > _STEEP * ((after.year or 0) - year)
    below = steep and first and point.value > tall * 1.5
    if below:
        middle, low = year + half + span * 0.012, point.value - top * 0.02 - tall
    else:
        middle, low = (year - half - span * 0.012 if steep and not first else year), point.value + top * 0.03
    box = (middle - half, middle + half, low, low + tall)
    if not panel.is_free(*box):
        return
    panel.taken.append(box)
    brush.text(panel.axes, middle, low, words, color=color, bold=strong, halo=True)


def _end_labels(panel: _Panel, colored: Sequence[tuple[Line, str]]) -> float:
    """Write each line's name and last number at its end, moved apart where they would touch. Return the room needed."""
    brush, span = panel.brush, panel.span
    font = fonts(brush.language, bold=True)
    widest = max(text_width(line.label, font, LABEL) for line, _ in colored) + 26
    room = span * widest / max(brush.width - widest, 1)
    step = panel.top * (2.35 * LABEL) / brush.height
    low = -step
    placed: list[tuple[Line, str, float]] = []
    for line, color in sorted(colored, key=lambda one: one[0].points[-1].value):
        low = max(line.points[-1].value - step / 2, low + step)
        placed.append((line, color, low + step / 2))
    over = max(0.0, placed[-1][2] + step / 2 - panel.top)
    for line, color, at in placed:
        end = line.points[-1]
        year = end.year or 0
        words = f"{line.label}\n{short_number(brush.wording, end)}"
        brush.text(
            panel.axes, panel.last + span * 0.025, at - over, words, color=color, bold=True, ha="left", va="center"
        )
        if year < panel.last:
            panel.axes.plot(
                [year + 0.15, panel.last], [end.value, at - over], color=color, linewidth=1.5, alpha=0.5, zorder=2
            )
    return room
