"""How a chart looks: sizes in pixels, colours that everybody can tell apart, fonts, and the breaking of lines."""

from __future__ import annotations

import re
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font

from bot.prints.fonts import japanese_font

WIDTH, HEIGHT = 1080, 1350
"""Pixels. A portrait picture fills a phone; at 72 dots per inch a point is a pixel."""
DPI = 72
MARGIN = 64

CARD = "#fbf8f1"
"""The card brings its own background, so that it reads in a light and in a dark chat alike."""
EDGE = "#d9d2c3"
INK = "#1b1f24"
SOFT = "#565d66"
FAINT = "#d8d3c7"
QUIET = "#a9bdcb"
STRONG = "#00598f"
MARK = "#b8430b"
UNKNOWN = "#b3ada0"
LINES = ("#00598f", "#c8500f", "#008a66", "#8a5a9e", "#5f6670")
"""After Okabe and Ito: told apart without red and green, darkened to read on the card."""

TITLE, SUBTITLE, PANEL, LABEL, TICK, NOTE = 54, 31, 31, 30, 27, 24
_PAUSE = re.compile(r"(?<=[、。　])")
_NO_START = "、。，．・：；）」』】〕％?!ーァィゥェォャュョッ,.;:!?)%"
_NO_END = "（「『【〔("


def fonts(language: str, *, bold: bool = False) -> FontProperties:
    """Return the font for a language: its file is named, so that no global setting of matplotlib is changed.

    The Japanese font has one weight; `bold` text is then drawn with an outline, see `bot.charts.draw`.
    """
    if language == "ja":
        return FontProperties(fname=str(japanese_font()))
    return FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")


def text_width(text: str, font: FontProperties, size: float) -> float:
    """Return the width of a line of text in pixels."""
    face = get_font(font.get_file() or findfont(font))
    face.set_size(size, DPI)
    face.set_text(text, 0.0)
    return float(face.get_width_height()[0]) / 64


@lru_cache(maxsize=4096)
def _piece_width(piece: str, font: FontProperties, size: float) -> float:
    # Letters move together only within a piece, so a line is as wide as its pieces; and these come again and again.
    return text_width(piece, font, size)


def wrap(text: str, font: FontProperties, size: float, width: float) -> list[str]:
    """Break a text into lines of at most `width` pixels: at spaces, or between signs of a script without spaces."""
    lines: list[str] = []
    current, used = "", 0.0
    for piece in _pieces(text):
        if current and used + _piece_width(piece.rstrip(), font, size) > width:
            lines.append(current.strip())
            current, used = "", 0.0
        current += piece
        used += _piece_width(piece, font, size)
    lines.append(current.strip())
    return [line for line in lines if line]


def balance(text: str, font: FontProperties, size: float, width: float) -> list[str]:
    """Break a title into as few lines as fit, as equally long as they can be, at its own pauses where that fits."""
    phrases = [part for part in _PAUSE.split(text) if part]
    fits = len(phrases) > 1 and all(text_width(part.strip(), font, size) <= width for part in phrases)
    if fits and text_width(text, font, size) > width and len(phrases) <= 4 and not text.isascii():
        cuts = [("".join(phrases[:at]).strip(), "".join(phrases[at:]).strip()) for at in range(1, len(phrases))]
        best = min(cuts, key=lambda cut: max(text_width(line, font, size) for line in cut))
        if all(text_width(line, font, size) <= width for line in best):
            return list(best)
    lines = wrap(text, font, size, width)
    for share in range(98, 50, -2):
        narrower = wrap(text, font, size, width * share / 100)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        wide = ord(char) > 0x2E7F
        if not pieces:
            pieces.append(char)
            continue
        last = pieces[-1][-1]
        tied = char in _NO_START or last in _NO_END
        word = not wide and not ord(last) > 0x2E7F and last != " "
        if tied or word or char == " ":
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces
