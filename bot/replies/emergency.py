"""The emergency reply: short, calm, the one thing to do now, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.replies.helplines import brief_card, country_rows, helpline_card
from bot.replies.model import Button, Reply
from bot.replies.render import bold, render_text
from bot.replies.topics import choose_voice, topic_title
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.model import WORLD, Audience, Need, Pack, Urgency
from content.profile import Profile

_CARD_LINES = 4
LIKELY_COUNTRIES = {
    "en": ("US", "GB"),
    "ja": ("JP",),
    "ko": ("KR",),
    "zh": ("CN", "TW"),
    "es": ("ES", "MX"),
    "pt": ("BR", "PT"),
}
"""Countries that are proposed first by reply language. A proposal only: the person still taps it."""
_CALM_NEEDS = (Need.EMERGENCY, Need.SUICIDE, Need.SEXTORTION, Need.GENERAL)


def emergency_topics(pack: Pack) -> tuple[str, ...]:
    """Return the topics that are emergencies, in the order of the list."""
    return tuple(name for name, topic in pack.topics.items() if topic.urgency is Urgency.EMERGENCY)


def choose_emergency_topic(pack: Pack, ranked: Iterable[str]) -> str | None:
    """Choose what to say first.

    The best-ranked topic if it needs the emergency number, else the best-ranked emergency topic, else None:
    then only the helplines and the first calm words are shown.
    """
    names = list(ranked)
    for name in names[:1]:
        if name in pack.topics and Need.EMERGENCY in pack.topics[name].needs:
            return name
    return next((name for name in names if name in emergency_topics(pack)), None)


def emergency_reply(
    pack: Pack, topic: str | None, profile: Profile, now: datetime, *, all_countries: bool = False
) -> Reply:
    """Return the reply to an emergency, in the reader's voice, neutral when unknown.

    The helplines stand in the same message as the words, never under a spoiler, never in a second message that
    could be lost. The buttons ask whom it happens to, and offer the likeliest countries while the country is
    unknown, or all of them with `all_countries`.
    """
    words = Words(pack, profile.language)
    needs = pack.topics[topic].needs if topic else _CALM_NEEDS
    needs = needs if Need.EMERGENCY in needs else (Need.EMERGENCY, *needs)
    card = brief_card(pack, profile, needs, now)
    found = pack.topic_text(topic, profile.language) if topic else None
    if topic and found:
        text = choose_voice(found[0], profile.audience).first
        lines = [render_text(text), card]
    else:
        lines = [bold(words("emergency.head")), words.html("emergency.calm"), card]
    return Reply(
        ("\n\n".join(lines),),
        _buttons(pack, topic, profile, words, all_countries=all_countries),
        emergency=True,
        shows=(f"helplines:{profile.country}",) if profile.country else (),
    )


def _buttons(
    pack: Pack, topic: str | None, profile: Profile, words: Words, *, all_countries: bool
) -> tuple[tuple[Button, ...], ...]:
    name = topic or "none"
    rows: list[tuple[Button, ...]] = []
    if profile.audience is None:
        rows.append(
            (
                Button(words("emergency.me"), f"emergency:me:{name}"),
                Button(words("emergency.child"), f"emergency:child:{name}"),
            )
        )
    elif topic and pack.topic_text(topic, profile.language):
        # Who did not say for whom it is, is asked that first: what to do now is told in the voice of the answer.
        rows.append(
            (Button(words("part.now"), f"topic:now:{topic}"), Button(words("part.help"), f"topic:help:{topic}"))
        )
    rows.append(
        (
            Button(words("emergency.unsure"), f"emergency:unsure:{name}"),
            Button(words("emergency.not-this"), f"emergency:not:{name}"),
        )
    )
    if profile.country is None:
        prefix = f"emergency-country:{name}"
        if all_countries:
            return (*country_rows(pack, profile.language, prefix), *rows)
        likely = [code for code in LIKELY_COUNTRIES.get(profile.language, ()) if code in pack.countries]
        buttons = [Button(words(f"country.{code}"), f"{prefix}:{code}") for code in likely]
        buttons.append(Button(words("emergency.other-country"), f"{prefix}:all"))
        rows.insert(0, tuple(buttons))
    return tuple(rows)


def not_this_reply(pack: Pack, profile: Profile) -> Reply:
    """Return what is said when the reader answers "not this": the emergencies to choose from, and the way out."""
    words = Words(pack, profile.language)
    rows = [
        (Button(topic_title(pack, name, profile.language, profile.audience), f"emergency:topic:{name}"),)
        for name in emergency_topics(pack)
    ]
    return Reply((words.html("emergency.which"),), (*rows, (Button(words("emergency.calm-now"), "topics:menu:all"),)))


@dataclass(frozen=True, slots=True)
class FallbackCards:
    """Emergency words and helplines, rendered once at start, for the case that everything behind them breaks.

    Plain strings in memory: showing one needs no pack, no database, no encoder and no clock.
    """

    cards: Mapping[tuple[str, str], str]

    def card(self, language: str | None, country: str | None) -> str:
        """Return the card for a language and country; unknown ones get the neutral card. Never raises."""
        for key in ((language, country), (language, WORLD), (FALLBACK_LANGUAGE, WORLD)):
            if key in self.cards:
                return self.cards[key]  # type: ignore[index]  # a key found in the mapping has its type
        return next(iter(self.cards.values()), LAST_RESORT)


LAST_RESORT = (
    "If someone is in danger, call your local emergency number now.\n"
    "いま危険があるときは、すぐに緊急の番号（日本では110・119）へ電話してください。\n"
    "https://findahelpline.com"
)
"""Shown only when not even a pack could be rendered; the one text that stands in code, so that it cannot be missing."""


def prepare_fallback(pack: Pack, now: datetime, languages: Sequence[str] = ()) -> FallbackCards:
    """Render the fall-back card of every language and country of the pack."""
    cards: dict[tuple[str, str], str] = {}
    for language in languages or tuple(pack.languages):
        words = Words(pack, language)
        for country in (WORLD, *pack.countries):
            profile = Profile(language=language, country=None if country == WORLD else country)
            card = helpline_card(pack, profile, _CALM_NEEDS, now, limit=_CARD_LINES, lasting=True)
            cards[language, country] = "\n\n".join((bold(words("emergency.head")), words.html("emergency.calm"), card))
    return FallbackCards(cards)


def audience_of_answer(answer: str) -> Audience | None:
    """Return whom the reader named by a button: themselves (young), their child (parent), or nobody."""
    return {"me": Audience.YOUNG, "child": Audience.PARENT}.get(answer)
