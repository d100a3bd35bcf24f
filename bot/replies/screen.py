"""How much of a phone a reply takes: a pure estimate, so that an editor is told before a reader has to scroll.

Calibrated on 2026-11-29 against the chat page in Chromium at 390 x 844 pixels, where words are set in DejaVu Sans (as
wide as any font of a phone, and wider than most) and Noto Sans CJK JP. Between the head and the field for writing the
page leaves 696 pixels; 17 of them part a message from that field. A bubble is 333 pixels wide, its words 309, as in
Telegram for Android; a line is 21.75 high, a row of buttons 40 and 4 of space. `tests/sandbox/test_page_window.py`
asks the page itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import ceil
from unicodedata import east_asian_width

from bot.replies.model import Button, Reply
from bot.replies.render import length

ROOM = 676.0
"""Pixels that one message may take to be seen at once."""
LINE = 21.75
"""Pixels of a line of text."""
_FONT, _WIDTH = 15.0, 309.0
_AROUND = 13.0
"""Pixels above and below the words of a bubble."""
_STAMP = 46.0
"""Pixels that the time of day takes behind the last word."""
_ROW_LINE, _GAP = 17.44, 4.0
_BUTTON_FONT, _BUTTONS_WIDTH, _BUTTON_AROUND = 13.95, 333.0, 10.0
_BOLD = 1.13
_QUOTE = re.compile(r"<blockquote expandable>(.*?)</blockquote>", re.S)
_LONG_QUOTE, _QUOTE_ROWS = 160, 3
_QUOTE_LINE, _QUOTE_AROUND, _QUOTE_MORE, _QUOTE_WIDTH = 20.88, 16.0, 21.7, 284.0
_LETTERS = {
    "'": 0.27, "ijlIJìíı": 0.29, " ,.·’": 0.32, "/:;\\|": 0.34, "f-": 0.36, "()[]t!¡": 0.4, "r": 0.41, '"º': 0.47,
    "sz*_–“”": 0.52, "?¿cç": 0.55, "FkLvxy•": 0.575, "PTYaeo«»àáâãèéêòóôõö": 0.61, "AVBRXZKC": 0.7, "HNDGU": 0.76,
    "OQ&": 0.79, "wM#+<=>~÷−": 0.84, "m%W—@…": 1.0, "☎": 1.25,
}  # fmt: skip
"""Widths of letters by the size of the font."""
_EM = {letter: width for letters, width in _LETTERS.items() for letter in letters}
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[「『（]*[{_WIDE}][、。」』）！？：]*|[^\s{_WIDE}-]+-*|-+|\s")
"""What a line can be broken between: Japanese anywhere but before a closing mark, other words at spaces and hyphens."""
_TAG = re.compile(r"(<[^>]+>)")


def height(reply: Reply) -> float:
    """Return the pixels that the last part of a reply takes with its buttons; a picture is not counted."""
    rendered = reply.parts[-1]
    _, end = _lines(_QUOTE.split(rendered)[-1], _WIDTH)
    stamp = LINE if end + _STAMP > _WIDTH else 0.0
    return _AROUND + text_height(rendered) + stamp + sum(_row_height(row) for row in reply.buttons if row)


def text_height(rendered: str) -> float:
    """Return the pixels of rendered text by itself, without a bubble around it."""
    words = _QUOTE.split(rendered)
    lines = sum(text_lines(text.removesuffix("\n")) for text in words[:-1:2] if text) + text_lines(words[-1])
    return LINE * lines + sum(_quote_height(quote) for quote in words[1::2])


def lines_over(reply: Reply) -> int:
    """Return by how many lines a reply is longer than the screen; 0 when it is seen at once."""
    return max(0, ceil((height(reply) - ROOM) / LINE))


def text_lines(rendered: str) -> int:
    """Return the lines of rendered text on a phone."""
    return _lines(rendered, _WIDTH)[0]


def _lines(rendered: str, room: float) -> tuple[int, float]:
    """Return how many lines a text takes, and how wide the last one is."""
    found = [_paragraph(paragraph, room) for paragraph in rendered.split("\n")]
    return sum(rows for rows, _ in found), found[-1][1]


@lru_cache(maxsize=4096)  # the same helplines are measured again and again, and each takes a tenth of a millisecond
def _paragraph(rendered: str, room: float) -> tuple[int, float]:
    """Return how many lines one line of the source takes, and how wide the last one is."""
    is_bold = False
    text, widths = "", list[float]()
    for piece in _TAG.split(rendered):
        if _TAG.fullmatch(piece):
            is_bold = piece == "<b>" if piece in ("<b>", "</b>") else is_bold
            continue
        letters = html.unescape(piece)
        text += letters
        widths += [_FONT * _em(letter) * (_BOLD if is_bold and letter.isascii() else 1.0) for letter in letters]
    return _wrapped(text, widths, room)


def _quote_height(rendered: str) -> float:
    """Return the pixels of an expandable quote: a long one shows three lines and the way to the others."""
    rows, _ = _lines(rendered, _QUOTE_WIDTH)
    if length(rendered) < _LONG_QUOTE and rendered.count("\n") < _QUOTE_ROWS:
        return _QUOTE_AROUND + _QUOTE_LINE * rows
    return _QUOTE_AROUND + _QUOTE_LINE * min(rows, _QUOTE_ROWS) + _QUOTE_MORE


def _wrapped(text: str, widths: Sequence[float], room: float) -> tuple[int, float]:
    """Return how many lines a paragraph takes, and how wide the last one is."""
    up_to = [0.0, *accumulate(widths)]
    rows, used = 1, 0.0
    for piece in _PIECES.finditer(text):
        width = up_to[piece.end()] - up_to[piece.start()]
        if used + width <= room or piece[0].isspace():
            used += width
        elif width <= room:
            rows, used = rows + 1, width
        else:  # a word longer than a line is broken anywhere
            rows, used = rows + int((used + width) // room), (used + width) % room
    return rows, used


def _row_height(row: Sequence[Button]) -> float:
    room = (_BUTTONS_WIDTH - _GAP * (len(row) - 1)) / len(row) - _BUTTON_AROUND
    rows = max(_wrapped(button.label, [_BUTTON_FONT * _em(one) for one in button.label], room)[0] for button in row)
    return _GAP + (40.0 if rows == 1 else 14.0 + _ROW_LINE * rows)


@lru_cache(maxsize=4096)
def _em(letter: str) -> float:
    return _EM.get(letter) or (1.0 if east_asian_width(letter) in "WF" else 0.632)
