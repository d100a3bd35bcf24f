"""The load of the coming days as a picture for the operator."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.charts.style import CARD, DPI, FAINT, INK, SOFT, STRONG

_SIZE = (1600, 700)
_MOST_TICKS = 15


def draw_load(midnight: datetime, hours: Sequence[int]) -> bytes:
    """Return a PNG with the number of tips in each hour from a midnight (UTC) on."""
    figure = Figure(figsize=(_SIZE[0] / DPI, _SIZE[1] / DPI), dpi=DPI, facecolor=CARD)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.06, 0.1, 0.92, 0.78), facecolor=CARD)
    axes.bar(range(len(hours)), hours, width=1, align="edge", color=STRONG)
    axes.set_title("Tips in each hour (UTC)", loc="left", color=INK, fontsize=24)
    axes.set_xlim(0, len(hours))
    axes.set_ylim(0, max(1, *hours) * 1.05)
    midnights = range(0, len(hours) + 1, 24 * (1 + len(hours) // 24 // _MOST_TICKS))
    axes.set_xticks(midnights, [f"{midnight + timedelta(hours=hour):%m-%d}" for hour in midnights])
    axes.grid(axis="y", color=FAINT)
    axes.set_axisbelow(True)
    axes.tick_params(colors=SOFT, labelsize=16)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()
