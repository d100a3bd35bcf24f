"""A tip as a picture: its words large in the middle of a card, its source at the foot."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from bot.charts.style import CARD, DPI, EDGE, INK, MARGIN, MARK, NOTE, SOFT, fonts, wrap
from bot.charts.wire import Card

SIDE = 1080
"""Pixels of a side: a square is shown whole in every list of messages."""
_SIZES = range(76, 30, -4)
_LINE = 1.45
_FOOT = 130


def draw_card(card: Card, language: str) -> bytes:
    """Return the card as a PNG. The words are as large as fits; the same card always gives the same picture."""
    figure = Figure(figsize=(SIDE / DPI, SIDE / DPI), dpi=DPI, facecolor=CARD)
    FigureCanvasAgg(figure)
    figure.patches.append(
        Rectangle((0.006, 0.006), 0.988, 0.988, transform=figure.transFigure, fill=False, edgecolor=EDGE, linewidth=3)
    )
    size, lines = _fitting(card.words, language)
    top = (SIDE - _FOOT - len(lines) * size * _LINE) / 2
    _line(figure, top - 34, MARGIN + 96, MARK, 10)
    for number, line in enumerate(lines):
        _text(figure, top + number * size * _LINE, line, size, language, INK)
    _line(figure, SIDE - _FOOT, SIDE - MARGIN, EDGE, 2)
    for number, line in enumerate(wrap(card.source, fonts(language), NOTE, SIDE - 2 * MARGIN)[:2]):
        _text(figure, SIDE - _FOOT + 20 + number * NOTE * 1.3, line, NOTE, language, SOFT)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=DPI, facecolor=CARD, metadata={"Software": None})
    return picture.getvalue()


def _fitting(words: str, language: str) -> tuple[int, list[str]]:
    room = SIDE - _FOOT - 2 * MARGIN - 40
    for size in _SIZES:
        lines = wrap(words, fonts(language), size, SIDE - 2 * MARGIN)
        if len(lines) * size * _LINE <= room:
            break
    return size, lines


def _text(figure: Figure, y: float, words: str, size: float, language: str, color: str) -> None:  # noqa: PLR0917
    figure.text(
        MARGIN / SIDE, 1 - y / SIDE, words, fontproperties=fonts(language), fontsize=size, color=color, va="top"
    )


def _line(figure: Figure, y: float, to: float, color: str, width: float) -> None:
    ends = [MARGIN / SIDE, to / SIDE]
    figure.add_artist(Line2D(ends, [1 - y / SIDE] * 2, color=color, linewidth=width, solid_capstyle="butt"))
