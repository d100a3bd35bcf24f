"""A tip as a message."""

from __future__ import annotations

from bot.replies.credits import publishers
from bot.replies.model import Button, Reply
from bot.replies.render import bold, italic, render_text
from bot.replies.tongues import other_language
from bot.replies.topics import has_words, topic_button, topic_title
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.model import Pack
from content.profile import Profile

_MOST_RENDERED = 4096
"""Replies kept, of about 2 kB each."""


def tip_text(pack: Pack, tip: str, language: str) -> str:
    """Return the plain words of a tip in the language, else in the fall-back language.

    Raises KeyError when no language has it.
    """
    return _found(pack, tip, language)[1]


def _found(pack: Pack, tip: str, language: str) -> tuple[str, str]:
    """Return the language in which a tip is told to a reader, and its words. Raises KeyError when it has none."""
    for code in (language, FALLBACK_LANGUAGE, *pack.languages):
        words = pack.languages.get(code)
        if words is not None and tip in words.tips:
            return code, words.tips[tip]
    raise KeyError(tip)


def tip_source(pack: Pack, tip: str, language: str) -> str:
    """Return the line that says where a tip comes from, and when it was reviewed."""
    entry = pack.tips[tip]
    sources = publishers(pack, entry.sources)
    return Words(pack, language)("tips.source", sources=sources, reviewed=entry.reviewed.isoformat())


def tip_reply(pack: Pack, tip: str, profile: Profile, *, daily: bool = False, link: str | None = None) -> Reply:
    """Return one tip with its source and the way to its topic.

    A daily tip begins with a bland line, because a notification may be seen by anybody who looks at the phone. In a
    group or channel `link` is the address of the private chat (up to the parameter): there a button must not change
    the message that everybody reads, nor show who wants to know more.
    """
    words = Words(pack, profile.language)
    entry = pack.tips[tip]
    head = words("tips.daily-head") if daily else words("tips.head")
    source = italic(tip_source(pack, tip, profile.language))
    language, told = _found(pack, tip, profile.language)
    # The bland line stays first: it is what a notification shows.
    note = other_language(pack, language, profile.language)
    text = "\n\n".join((bold(head), *note, render_text(told), source))
    rows: list[tuple[Button, ...]] = []
    if has_words(pack, entry.topic):
        button = topic_button(pack, entry.topic, profile.language, profile.audience)
        rows.append((button if link is None else Button(button.label, url=f"{link}t_{entry.topic}"),))
    if daily and link is None:
        rows.append((Button(words("menu.settings"), "subscribe:show:all"), Button(words("stop"), "subscribe:stop:all")))
    elif not daily:
        rows.append((Button(words("tips.next"), "tips:next:all"), Button(words("tips.other-topic"), "tips:topics:all")))
    return Reply((text,), tuple(rows), shows=(f"tip:{tip}",))


class TipReplies:
    """Tips as replies, each rendered once for a kind of reader: everybody gets the same few hundred."""

    def __init__(self) -> None:
        self._rendered: dict[tuple[object, ...], Reply] = {}

    def of(self, pack: Pack, tip: str, profile: Profile, *, daily: bool = False, link: str | None = None) -> Reply:
        """Return what `tip_reply` returns. Raises KeyError as that does."""
        # The pack is named by the hash of its files; of a reader, a tip knows language and audience.
        key = (pack.version, tip, profile.language, profile.audience, daily, link)
        reply = self._rendered.get(key)
        if reply is None:
            if len(self._rendered) >= _MOST_RENDERED:
                self._rendered.clear()
            reply = self._rendered[key] = tip_reply(pack, tip, profile, daily=daily, link=link)
        return reply


def tip_topics_menu(pack: Pack, profile: Profile) -> Reply:
    """Return the topics that have tips, as buttons."""
    words = Words(pack, profile.language)
    have = {tip.topic for tip in pack.tips.values()}
    names = [name for name in pack.topics if name in have and has_words(pack, name)]
    buttons = [
        Button(topic_title(pack, name, profile.language, profile.audience), f"tips:topic:{name}") for name in names
    ]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, min(len(buttons), 60), 2)]
    return Reply((words.html("tips.choose-topic"),), tuple(rows))


def no_tip_reply(pack: Pack, profile: Profile) -> Reply:
    """Return what is said when no tip fits: honestly, with the topics."""
    words = Words(pack, profile.language)
    return Reply((words.html("tips.none"),), ((Button(words("menu.topics"), "topics:menu:all"),),))
