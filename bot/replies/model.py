"""What the bot says, as a value."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

MESSAGE_LIMIT = 4096
"""Characters of one text message after entities are parsed (Telegram)."""
CAPTION_LIMIT = 1024
"""Characters of a picture's caption after entities are parsed (Telegram)."""
BUTTON_DATA_LIMIT = 64
"""Bytes of a button's callback data (Telegram)."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: `data` comes back to the bot (`feature:verb:id`), `url` opens a page.

    `share` lets the reader choose a chat and begins an inline query there with these words.
    """

    label: str
    data: str | None = None
    url: str | None = None
    share: str | None = None


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
