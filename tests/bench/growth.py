"""How figures grow with the size of what is worked on, drawn in the colours of the bot's own charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, NullLocator

from bot.charts.style import CARD, FAINT, INK, LINES, SOFT

PICTURE = "docs/img/growth-storage.svg"
Panel = tuple[str, Sequence[tuple[str, int, float]]]
"""A title, and what was measured: the name of a line, the size, the value."""
TEXT = 11


def draw_growth(file: Path, panels: Sequence[Panel]) -> None:
    """Draw a panel for each figure, sizes to the right on a logarithmic scale, values up from zero.

    The picture has a ground of its own, so that it reads on a light and on a dark page alike.
    """
    columns, edge = 2, 0.15
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(11, 3.2 * rows), facecolor=CARD, layout=ConstrainedLayoutEngine(w_pad=edge, h_pad=edge))
    for place, (title, values) in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, columns, place)
        _draw(axes, title, values)
    names = list(dict.fromkeys(name for _, values in panels for name, _, _ in values))
    handles = [figure.axes[0].lines[names.index(name)] for name in names]
    figure.legend(handles, names, loc="lower right", frameon=False, fontsize=TEXT, labelcolor=INK)
    with mpl.rc_context({"svg.hashsalt": "mamori"}):  # the same figures give the same bytes
        figure.savefig(file, format="svg", facecolor=CARD, metadata={"Date": None, "Creator": None})


def _draw(axes: Axes, title: str, values: Sequence[tuple[str, int, float]]) -> None:
    axes.set_facecolor(CARD)
    axes.set_title(title, fontsize=TEXT + 1, color=INK, loc="left")
    names = list(dict.fromkeys(name for name, _, _ in values))
    for name, color, marker in zip(names, LINES, "os^", strict=False):
        points = [(rows, value) for other, rows, value in values if other == name]
        axes.plot(*zip(*points, strict=True), color=color, marker=marker, linewidth=2)
    axes.set_xscale("log")
    sizes = sorted({rows for _, rows, _ in values})
    axes.set_xticks(sizes)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.6g}"))
    axes.set_ylim(0, 1.15 * max(value for _, _, value in values))
    axes.tick_params(colors=SOFT, labelsize=TEXT - 1, length=0)
    axes.grid(axis="y", color=FAINT)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(SOFT)
