"""What Telegram finds in plain text by itself: commands, mentions, hashtags, addresses, telephone numbers."""

from __future__ import annotations

import re

from bot.sandbox.formatting import Entity, sort_entities, utf16_length

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("url", re.compile(r"(?<![\w@/.])(?:https?://[^\s<>\"'）」、。]+|(?:[a-z0-9-]+\.)+(?:com|org|net|jp|uk|info|me|gov|edu|int)"
                       r"(?![\w.@-])(?:/[^\s<>\"'）」、。]*)?)", re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w.+-])[a-zA-Z0-9._+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/<>])")),
    ("mention", re.compile(r"(?<![\w`/@])@[a-zA-Z0-9_]{4,32}(?![\w])")),
    ("hashtag", re.compile(r"(?<![\w/&#])#(?=\w*[^\W\d])\w{1,256}")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d{1,3}(?:[ -]?\d{1,4}){2,5}(?!\w)")),
)  # fmt: skip
_TRAILING = ".,;:!?)"


def detect_entities(text: str, taken: tuple[Entity, ...] = ()) -> list[Entity]:
    """Return `taken` (entities that the sender set) and those found in the rest of the text, in order.

    A find that overlaps a link, code or another find is left out.
    """
    blocked = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in taken
        if entity["type"] in ("text_link", "text_mention", "code", "pre")
    ]
    found: list[Entity] = list(taken)
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            words = match.group().rstrip(_TRAILING) if kind == "url" else match.group()
            begin = utf16_length(text[: match.start()])
            end = begin + utf16_length(words)
            if any(begin < other_end and other_begin < end for other_begin, other_end in blocked):
                continue
            blocked.append((begin, end))
            found.append({"type": kind, "offset": begin, "length": end - begin})
    return sort_entities(found)
