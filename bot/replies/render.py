"""From the plain text of the pack to HTML messages: the one place where text is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from bot.replies.model import MESSAGE_LIMIT

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_REFERENCE = re.compile(r"\{(figure):([a-z0-9-]+)\}")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*")


def escape(text: str) -> str:
    """Return text that a chat program shows as it is. Every word from outside the pack must pass here."""
    return html.escape(text, quote=False)


def bold(text: str) -> str:
    """Return escaped text in bold."""
    return f"<b>{escape(text)}</b>"


def italic(text: str) -> str:
    """Return escaped text in italics."""
    return f"<i>{escape(text)}</i>"


def spoiler(rendered: str) -> str:
    """Hide already rendered text until it is tapped."""
    return f"<tg-spoiler>{rendered}</tg-spoiler>"


def render_text(text: str, figure: Callable[[str], str] | None = None) -> str:
    """Render a text of the pack: `**bold**`, lists with "- ", and figures by reference.

    `figure` words a figure by its id. A reference that cannot be resolved is left out, never shown raw;
    `mamori check` names it before publishing.
    """
    if figure is not None:
        text = _REFERENCE.sub(lambda match: figure(match[2]), text)
    text = _REFERENCE.sub("", text)
    rendered = _BOLD.sub(r"<b>\1</b>", escape(text))
    return "\n".join("• " + line[2:] if line.startswith("- ") else line for line in rendered.split("\n"))


def length(rendered: str) -> int:
    """Return the length that counts against a message's limit: UTF-16 units after entities are parsed."""
    return len(html.unescape(re.sub(r"<[^>]+>", "", rendered)).encode("utf-16-le")) // 2


def split_text(text: str, limit: int = MESSAGE_LIMIT) -> tuple[str, ...]:
    """Split source text at paragraph, line, sentence and, at worst, character borders into pieces within `limit`.

    Lengths are UTF-16 units. Works on text before rendering, because rendered tags must not be cut.
    """
    pieces: list[str] = []
    for border in ("\n\n", "\n", None):
        if length(escape(text)) <= limit:
            break
        parts = text.split(border) if border else [part for part in _SENTENCE_END.split(text) if part]
        if len(parts) < 2:
            continue
        current = ""
        for part in parts:
            joined = f"{current}{border or ' '}{part}" if current else part
            if length(escape(joined)) <= limit:
                current = joined
                continue
            if current:
                pieces.append(current)
            current = part
        pieces.append(current)
        return tuple(small for piece in pieces for small in split_text(piece, limit))
    if length(escape(text)) <= limit:
        return (text,)
    step = limit // 2
    return tuple(text[at : at + step] for at in range(0, len(text), step))
