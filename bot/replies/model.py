"""What the bot says, as a value."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

MESSAGE_LIMIT = 4096
"""Characters of one text message after entities are parsed (Telegram)."""
CAPTION_LIMIT = 1024
"""Characters of a picture's caption after entities are parsed (Telegram)."""
BUTTON_DATA_LIMIT = 64
"""Bytes of a button's callback data (Telegram)."""
LABEL_ROOM = 22
"""Latin letters that half the width of a phone shows of a button; Telegram cuts off the rest."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: `data` comes back to the bot (`feature:verb:id`), `url` opens a page.

    `share` lets the reader choose a chat and begins an inline query there with these words.
    """

    label: str
    data: str | None = None
    url: str | None = None
    share: str | None = None


def rows_that_fit(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Return rows of two where both labels can be read on a phone, else of one, in the order given."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and _is_short(rows[-1][0].label) and _is_short(button.label):
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return tuple(rows)


def _is_short(label: str) -> bool:
    wide = 0 if label.isascii() else sum(east_asian_width(char) in "WF" for char in label)
    return len(label) + wide <= LABEL_ROOM


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart to draw or to send again: `chart` is its id, `language` the language of its words."""

    chart: str
    language: str


@dataclass(frozen=True, slots=True)
class Reply:
    """HTML parts of at most MESSAGE_LIMIT characters each, rows of buttons under the last part, maybe a picture.

    With a picture the first part is its caption (at most CAPTION_LIMIT) and carries the buttons.
    `emergency` replies are sent again when their fate is unknown, and never wait behind anything. `shows` names the
    items of the pack that the reader sees, see `content.versions`.
    """

    parts: tuple[str, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    picture: Picture | None = None
    emergency: bool = False
    shows: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The words without markup, parts joined by a blank line."""
        return "\n\n".join(html.unescape(re.sub(r"<[^>]+>", "", part)) for part in self.parts)
