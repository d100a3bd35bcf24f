"""Deep links: the short words behind `?start=` that open a topic or the helplines, made and read in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.replies.topics import has_words
from content.model import Pack

_HELPLINES = "h"
_ANY_LANGUAGE = "t"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """Where a link lands: a topic, or the helplines (`topic` None); `language` None leaves the reader's."""

    topic: str | None
    language: str | None = None


def parse_deep_link(pack: Pack, payload: str) -> DeepLink | None:
    """Return where a payload leads, None when it leads nowhere: then the normal start is shown."""
    if payload == _HELPLINES:
        return DeepLink(None)
    language, between, target = payload.partition("_")
    if not between or (language != _ANY_LANGUAGE and language not in pack.languages):
        return None
    spoken = None if language == _ANY_LANGUAGE else language
    if target == _HELPLINES:
        return DeepLink(None, spoken)
    known = target in pack.topics and not target.startswith("bot-") and has_words(pack, target)
    return DeepLink(target, spoken) if known else None


def deep_link(username: str, link: DeepLink) -> str:
    """Return the address that opens a private chat with the bot of this user name, and lands there."""
    target = link.topic or _HELPLINES
    payload = f"{link.language or _ANY_LANGUAGE}_{target}" if link.topic or link.language else target
    return f"https://t.me/{username}?start={payload}"
