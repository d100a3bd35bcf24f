"""A broadcast as people see it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from bot.replies.model import MESSAGE_LIMIT, Button, Reply
from bot.replies.render import bold, length, render_text
from bot.replies.tips import tip_reply
from bot.replies.topics import has_words, topic_button, topic_reply
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.model import Pack
from content.profile import Profile


def message_reply(
    pack: Pack,
    profile: Profile,
    now: datetime,
    *,
    correction: bool,
    item: str | None,
    texts: Mapping[str, str],
    about: str | None = None,
) -> Reply:
    """Return what one reader of a broadcast gets: a topic or tip of the pack (`topic:ID`, `tip:ID`), or the text.

    It begins with a bland line, because a notification may be seen by anybody who looks at the phone. A text is taken
    in the reader's language, else in English, else in any. `about` is the item that a correction corrects: a button
    leads there. Raises KeyError when the pack does not have the item, or there is no text.
    """
    words = Words(pack, profile.language)
    head = bold(words("broadcast.correction-head" if correction else "broadcast.head"))
    kind, _, name = (item or "").partition(":")
    stop = (Button(words("menu.settings"), "subscribe:show:all"), Button(words("stop"), "subscribe:stop:all"))
    if kind == "topic":
        reply = topic_reply(pack, name, profile, now)
        text = f"{head}\n\n{reply.parts[0]}"
        return replace(reply, parts=(text if length(text) <= MESSAGE_LIMIT else reply.parts[0],))
    if kind == "tip":
        reply = tip_reply(pack, name, profile, daily=True)
        return replace(reply, parts=(f"{head}\n\n{reply.parts[0]}",)) if correction else reply
    kind, _, topic = (about or "").partition(":")
    rows: list[tuple[Button, ...]] = []
    if correction and kind in {"topic", "stats"} and has_words(pack, topic):
        rows.append((topic_button(pack, topic, profile.language),))
    text = texts[spoken(profile.language, texts)]
    return Reply((f"{head}\n\n{render_text(text)}",), (*rows, stop))


def spoken(language: str, texts: Collection[str]) -> str:
    """Return the language in which a reader gets a text. Raises KeyError when there is none at all."""
    for code in (language, FALLBACK_LANGUAGE, *sorted(texts)):
        if code in texts:
            return code
    raise KeyError(language)


def fits(reply: Reply) -> bool:
    """Tell whether Telegram takes every part of a reply."""
    return all(length(part) <= MESSAGE_LIMIT for part in reply.parts)


def parse_texts(text: str, languages: Collection[str]) -> dict[str, str]:
    """Return the texts of a message such as `en: Hello` or, with each on a line of its own, of several languages.

    Empty when the first line names no language of the bot.
    """
    codes = "|".join(re.escape(code) for code in sorted(languages))
    parts = re.split(rf"(?m)^[ \t]*({codes})[ \t]*[:：]", text)
    if parts[0].strip():
        return {}
    found = {code: words.strip() for code, words in zip(parts[1::2], parts[2::2], strict=True)}
    return {code: words for code, words in found.items() if words}
