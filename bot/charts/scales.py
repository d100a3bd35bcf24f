"""What the panels of a chart share: the brush, the scale, the years below, and the marks where numbers break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from bot.charts.style import CARD, FAINT, INK, LABEL, MARK, SOFT, TICK, fonts, text_width, wrap
from content.numbers import number
from content.panels import Frame, Line
from content.statistics import FigureWording

_HEADROOM, _BREAK_ROOM = 1.1, 92.0
"""Room above the highest number: a share of it, and pixels for the words at a break."""
_BREAK_WIDTH = 190
_STEPS = 4.5


def highest_of(frames: Sequence[Frame]) -> list[float]:
    """Return the highest number that each panel's axis is made for: the same for all of one kind and unit.

    Else a bar or a rise would look as long as one of many times its size in the panel beside it.
    """
    together: dict[tuple[str, str], float] = {}
    for frame in frames:
        own = max(point.value for line in frame.lines for point in line.points)
        together[_scale_of(frame)] = max(own, together.get(_scale_of(frame), 0.0))
    return [together[_scale_of(frame)] for frame in frames]


def _scale_of(frame: Frame) -> tuple[str, str]:
    return frame.kind, frame.lines[0].points[0].unit


@dataclass(frozen=True, slots=True)
class Brush:
    """What every panel is drawn with."""

    language: str
    wording: FigureWording
    width: float
    height: float
    highest: float

    def text(
        self,
        axes: Axes,
        x: float,
        y: float,
        words: str,
        *,
        size: float = LABEL,
        color: str = INK,
        bold: bool = False,
        ha: str = "center",
        va: str = "bottom",
        halo: bool = False,
    ) -> None:
        """Write words at a place of the data; `halo` keeps them readable above lines."""
        effects = [withStroke(linewidth=6, foreground=CARD)] if halo else []
        if bold and self.language == "ja":
            effects.append(withStroke(linewidth=1.3, foreground=color))
        axes.text(
            x,
            y,
            words,
            fontproperties=fonts(self.language, bold=bold),
            fontsize=size,
            color=color,
            ha=ha,
            va=va,
            path_effects=effects or None,
            zorder=6,
        )


def scale(axes: Axes, brush: Brush, *, ticks: bool = True, breaks: bool = False) -> float:
    """Set the axis from zero to a little above the highest value, with few light lines. Return its top."""
    highest = brush.highest
    top = highest * _HEADROOM + highest * (LABEL / brush.height)
    if breaks:
        top += highest * _BREAK_ROOM / (brush.height - _BREAK_ROOM)
    axes.set_ylim(0, top)
    if ticks:
        marks = tick_marks(highest)
        axes.set_yticks(marks, [number(mark, brush.wording) for mark in marks])
        for mark in marks[1:]:
            axes.axhline(mark, color=FAINT, linewidth=1.5, zorder=1)
    else:
        axes.set_yticks([])
    axes.axhline(0, color=INK, linewidth=2.5, zorder=5)
    tick_font(axes, brush)
    return top


def tick_marks(highest: float) -> list[int]:
    """Return the round numbers from zero to about `highest` that the axis names: at most five steps."""
    size = 1
    while highest / (size * 5) > _STEPS:
        size *= 10
    step = next(size * factor for factor in (1, 2, 5) if highest / (size * factor) <= _STEPS)
    return [step * count for count in range(int(highest * 1.05 // step) + 1)]


def breaks(line: Line, first: int) -> dict[int, str]:
    """Return the breaks that fall between the years that are shown."""
    return {year: note for year, note in line.breaks.items() if year > first}


def mark_breaks(axes: Axes, line: Line, brush: Brush, top: float, *, first: int) -> None:
    """Mark where numbers can no longer be compared with those before, with the reason in a few words."""
    for year, note in breaks(line, first).items():
        place = year - 0.5
        axes.axvline(place, ymax=0.985, color=MARK, linewidth=2.5, linestyle=(0, (4, 3)), zorder=2)
        words = brush.wording.labels.get(note, "")
        lines = wrap(words, fonts(brush.language), TICK, _BREAK_WIDTH)
        brush.text(
            axes, place - 0.12, top * 0.985, "\n".join(lines), size=TICK, color=MARK, ha="right", va="top", halo=True
        )


def year_ticks(axes: Axes, years: Sequence[int], brush: Brush, room: float, *, always: Sequence[int]) -> None:
    """Name a few years, so that none touches the next: the first, the highlighted ones, and some between."""
    width = text_width("2000", fonts(brush.language), TICK) + 18
    apart = (years[-1] - years[0]) * width / (room * 0.9)
    shown: list[int] = []
    for year in [*reversed(always), years[0], *reversed(years)]:
        if all(abs(year - other) >= apart for other in shown):
            shown.append(year)
    axes.set_xticks(sorted(shown), [str(year) for year in sorted(shown)])
    tick_font(axes, brush)


def tick_font(axes: Axes, brush: Brush) -> None:
    """Give the years and numbers of the axis the font, size and colour of the card."""
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(fonts(brush.language))
        label.set_fontsize(TICK)
        label.set_color(SOFT)
