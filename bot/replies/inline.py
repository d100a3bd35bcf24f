"""Inline mode: cards to put into any chat, for `@bot sextortion` and for the button "Share" under a topic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.replies.deeplink import DeepLink, deep_link
from bot.replies.emergency import choose_emergency_topic, emergency_reply
from bot.replies.figures import figure_reply
from bot.replies.helplines import helpline_card
from bot.replies.model import Button, Picture, Reply
from bot.replies.render import bold
from bot.replies.topics import has_words, open_topic, topic_title
from bot.replies.wording import Words
from bot.understanding.model import Understanding
from content.model import Need, Pack, Urgency
from content.profile import Profile

MOST_CARDS = 6
_DESCRIPTION = 90
_NEEDS = (Need.EMERGENCY, Need.SUICIDE, Need.SEXTORTION, Need.GENERAL)
_FIRST = ("talking-together", "grooming", "sextortion", "family-rules", "stats-total")
"""What is offered before anything was typed."""


@dataclass(frozen=True, slots=True)
class Card:
    """One result: what the list shows, and the message that is sent. `picture` is sent where it was uploaded before."""

    key: str
    title: str
    description: str
    html: str
    button: Button
    picture: Picture | None = None


def inline_cards(
    pack: Pack, text: str, meaning: Understanding | None, profile: Profile, now: datetime, *, username: str
) -> tuple[Card, ...]:
    """Return the cards for what was typed, best first; `meaning` None means that nothing was.

    An emergency gets whom to call first, in the words for it. A card is read by others than who sends it: it speaks
    to nobody in particular, whoever the sender is, and its button opens a private chat with the bot `username`.
    """
    reader = replace(profile, audience=None, age_band=None)
    desk = _Desk(pack, reader, now, username)
    if text.strip().casefold() in pack.topics:
        names = [text.strip().casefold()]
        return desk.topics([*names, *pack.topics[names[0]].related])
    if meaning is None:
        return (*desk.topics(_FIRST), desk.helplines())
    ranked = [name for name in (meaning.topic, *meaning.also, *(item.topic for item in meaning.ranked)) if name]
    if meaning.urgency is Urgency.EMERGENCY:
        return (desk.emergency(choose_emergency_topic(pack, ranked)), *desk.topics(ranked))
    cards = desk.topics(ranked)
    if meaning.figure is not None:
        cards = (desk.figure(figure_reply(pack, meaning.figure, reader.language), meaning.figure.topic), *cards)
    return (desk.helplines(), *cards) if meaning.urgency is Urgency.CONCERN else (*cards, desk.helplines())


@dataclass(frozen=True, slots=True)
class _Desk:
    pack: Pack
    profile: Profile
    now: datetime
    username: str

    @property
    def words(self) -> Words:
        return Words(self.pack, self.profile.language)

    def topics(self, names: Iterable[str]) -> tuple[Card, ...]:
        known = [n for n in dict.fromkeys(names) if n in self.pack.topics and not n.startswith("bot-")]
        return tuple(self._topic(name) for name in known if has_words(self.pack, name))[:MOST_CARDS]

    def figure(self, reply: Reply, topic: str) -> Card:
        return Card("figure", self.words("inline.figure"), _short(reply.plain), reply.parts[0], self._button(topic))

    def helplines(self) -> Card:
        block = helpline_card(self.pack, self.profile, _NEEDS, self.now, lasting=True)
        return self._help("helplines", f"{bold(self.words('inline.helplines'))}\n\n{block}")

    def emergency(self, topic: str | None) -> Card:
        return self._help("emergency", emergency_reply(self.pack, topic, self.profile, self.now).parts[0])

    def _topic(self, name: str) -> Card:
        reply = open_topic(self.pack, name, self.profile, self.now)
        title = topic_title(self.pack, name, self.profile.language)
        about = _short(reply.plain.partition("\n")[2])
        return Card(name, title, about, reply.parts[0], self._button(name), reply.picture)

    def _help(self, key: str, html: str) -> Card:
        title, about = self.words("inline.helplines"), self.words("inline.helplines-about")
        return Card(key, title, about, html, self._button(None))

    def _button(self, topic: str | None) -> Button:
        return Button(self.words("inline.private"), url=deep_link(self.username, DeepLink(topic)))


def _short(text: str) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= _DESCRIPTION else whole[: _DESCRIPTION - 1].rstrip() + "…"
