"""A chart of the pack as a picture: pure, with no global state of the drawing library."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.patheffects import withStroke

from bot.charts.frames import axis_room, draw_frame
from bot.charts.scales import Brush, highest_of
from bot.charts.style import (
    CARD,
    DPI,
    EDGE,
    HEIGHT,
    INK,
    MARGIN,
    MARK,
    NOTE,
    PANEL,
    SOFT,
    SUBTITLE,
    TITLE,
    WIDTH,
    balance,
    fonts,
    wrap,
)
from content.model import Pack
from content.panels import Sheet, build_sheet

_LINE = 1.28
_TICK_ROOM = 44


def draw_chart(pack: Pack, chart: str, language: str) -> bytes:
    """Return a chart as a PNG of 1080 x 1350 pixels.

    Raises KeyError for a chart that the pack does not have, ValueError when its panels mix axes.
    """
    return draw_sheet(build_sheet(pack, chart, language), language)


def draw_sheet(sheet: Sheet, language: str) -> bytes:
    """Return a chart that is ready to be drawn as a PNG. The same sheet always gives the same picture."""
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=CARD)
    FigureCanvasAgg(figure)
    page = _Page(figure, language)
    page.card()
    top = page.head(sheet)
    bottom = page.foot(sheet)
    page.frames(sheet, top, bottom)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor=CARD, metadata={"Software": None})
    return buffer.getvalue()


class _Page:
    """The card: title at the top, panels below, notes and source at the foot. Places are pixels from the top left."""

    def __init__(self, figure: Figure, language: str) -> None:
        self.figure = figure
        self.language = language

    def card(self) -> None:
        self.figure.patches.append(
            FancyBboxPatch(
                (0.006, 0.005), 0.988, 0.99, boxstyle="square,pad=0", transform=self.figure.transFigure,
                facecolor="none", edgecolor=EDGE, linewidth=3,
            )
        )  # fmt: skip
        self.figure.add_artist(
            Line2D(
                [MARGIN / WIDTH, (MARGIN + 96) / WIDTH], [1 - 52 / HEIGHT] * 2, color=MARK, linewidth=10,
                solid_capstyle="butt",
            )
        )  # fmt: skip

    def text(self, x: float, y: float, words: str, size: float, *, color: str = INK, bold: bool = False) -> None:
        effects = [withStroke(linewidth=size / 28, foreground=color)] if bold and self.language == "ja" else None
        self.figure.text(
            x / WIDTH, 1 - y / HEIGHT, words, fontproperties=fonts(self.language, bold=bold), fontsize=size,
            color=color, ha="left", va="top", path_effects=effects,
        )  # fmt: skip

    def block(self, y: float, words: str, size: float, *, color: str = INK, bold: bool = False) -> float:
        """Write words in lines as wide as the card, from `y` downwards. Return where they end."""
        breaks = balance if size == TITLE else wrap
        for line in breaks(words, fonts(self.language, bold=bold), size, WIDTH - 2 * MARGIN):
            self.text(MARGIN, y, line, size, color=color, bold=bold)
            y += size * _LINE
        return y

    def head(self, sheet: Sheet) -> float:
        y = self.block(80, sheet.title, TITLE, bold=True)
        return self.block(y + 10, sheet.subtitle, SUBTITLE, color=SOFT) + 26

    def foot(self, sheet: Sheet) -> float:
        lines = [
            (line, SOFT)
            for words in (*sheet.notes, sheet.source)
            for line in wrap(words, fonts(self.language), NOTE, WIDTH - 2 * MARGIN)
        ]
        y = HEIGHT - 44 - len(lines) * NOTE * _LINE
        start = y
        for line, color in lines:
            self.text(MARGIN, y, line, NOTE, color=color)
            y += NOTE * _LINE
        self.figure.add_artist(
            Line2D(
                [MARGIN / WIDTH, 1 - MARGIN / WIDTH], [1 - (start - 18) / HEIGHT] * 2, color=EDGE, linewidth=2
            )
        )  # fmt: skip
        return start - 36

    def frames(self, sheet: Sheet, top: float, bottom: float) -> None:
        """Divide the room between the panels: bars by their number, everything else in equal parts."""
        weights = [len(frame.lines) + 0.6 if frame.kind == "bars" else 4.0 for frame in sheet.frames]
        gap = 34
        room = bottom - top - gap * (len(weights) - 1)
        y = top
        for frame, weight, highest in zip(sheet.frames, weights, highest_of(sheet.frames), strict=True):
            height = room * weight / sum(weights)
            end = self.block(y, frame.title, PANEL, bold=True) + 8
            bars = frame.kind == "bars"
            left = MARGIN + axis_room(frame, self.language, sheet.wording, highest)
            below = 0 if bars else _TICK_ROOM
            width, size = WIDTH - MARGIN - left, y + height - end - below
            axes = self.figure.add_axes(
                (left / WIDTH, 1 - (end + size) / HEIGHT, width / WIDTH, size / HEIGHT)
            )  # fmt: skip
            draw_frame(axes, frame, Brush(self.language, sheet.wording, width, size, highest))
            y += height + gap
