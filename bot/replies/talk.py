"""Conversation starters: three open questions for the child's age, and the way to others."""

from __future__ import annotations

from bot.replies.model import Button, Reply
from bot.replies.render import escape
from bot.replies.tongues import other_language
from bot.replies.topics import has_words, topic_button
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.model import AgeBand, Audience, Pack
from content.profile import Profile

SHOWN = 3
"""Starters of one message: enough to choose from, few enough to read."""
_TOPIC = "talking-together"


def parse_starters(text: str) -> tuple[AgeBand, int]:
    """Return the age and the number of the first starter that the data of a button tell. Raises ValueError."""
    band, _, first = text.partition(".")
    if not (first.isascii() and first.isdigit()):
        raise ValueError("no number of a starter")
    return AgeBand(band), int(first)


def starters_reply(pack: Pack, band: AgeBand, first: int, profile: Profile) -> Reply:
    """Return three starters for an age, from number `first` on; after the last comes the first again."""
    words = Words(pack, profile.language)
    written_in, texts = _starters(pack, band, profile.language)
    if not texts:
        return Reply((words.html("talk.none"),), ((Button(words("menu.topics"), "topics:menu:all"),),))
    first %= len(texts)
    shown = [texts[(first + at) % len(texts)] for at in range(min(SHOWN, len(texts)))]
    head = words.html("talk.head", age=words(f"age.{band}"))
    how = words.html("talk.how-young" if profile.audience is Audience.YOUNG else "talk.how")
    following = (first + SHOWN) % len(texts)
    rows: list[tuple[Button, ...]] = [
        (
            Button(words("talk.other"), f"talk:show:{band}.{following}"),
            Button(words("talk.other-age"), "talk:ages:all"),
        )
    ]
    if has_words(pack, _TOPIC):
        rows.append((topic_button(pack, _TOPIC, profile.language, profile.audience),))
    note = other_language(pack, written_in, profile.language)
    return Reply(("\n\n".join((*note, head, *(f"💬 {escape(text)}" for text in shown), how)),), tuple(rows))


def ages_reply(pack: Pack, profile: Profile) -> Reply:
    """Return the question how old the child is. The answer is used for this message alone, and not kept."""
    words = Words(pack, profile.language)
    bands = [Button(words(f"age.{band}"), f"talk:age:{band}") for band in AgeBand]
    return Reply((words.html("talk.choose-age"),), (tuple(bands[:2]), tuple(bands[2:])))


def _starters(pack: Pack, band: AgeBand, language: str) -> tuple[str, tuple[str, ...]]:
    """Return the language of the starters that a reader gets, and these."""
    for code in (language, FALLBACK_LANGUAGE, *pack.languages):
        words = pack.languages.get(code)
        if words is not None and words.starters.get(band):
            return code, words.starters[band]
    return language, ()
