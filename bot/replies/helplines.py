"""Whom to call or message: the card under an answer, the one line under a worry, and the list of a country.

Helplines always stand in the open, never under a spoiler.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.replies.helpline_choice import choose_helplines, country_lines, emergency_numbers, world_lines
from bot.replies.helpline_text import emergency_row, line_block, line_row
from bot.replies.model import MESSAGE_LIMIT, Button, Reply
from bot.replies.render import bold, escape, length
from bot.replies.wording import Words
from content.freshness import Freshness, freshness
from content.hours import OpenState, open_state
from content.model import Audience, Helpline, Need, Pack
from content.profile import Profile

__all__ = [
    "CARD_LIMIT",
    "OpenState",
    "brief_card",
    "choose_helplines",
    "country_name",
    "country_rows",
    "helpline_card",
    "helpline_line",
    "helplines_reply",
    "open_state",
]

CARD_LIMIT = 900
"""Characters of a card with four lines: about one screen of a phone."""
_BRIEF = 3
_COUNTRIES_PER_ROW = 3
_LIST_BUTTONS = "helplines:country"


def helpline_card(
    pack: Pack, profile: Profile, needs: Sequence[Need], now: datetime, *, limit: int = 4, lasting: bool = False
) -> str:
    """Return the helplines for the needs as an HTML block of at most `limit` lines, never empty.

    Emergency numbers share one line. A reader without a country is told to call the local emergency number, and
    gets the worldwide services. Notes are left out when the block would be longer than CARD_LIMIT. A `lasting` card
    may be kept and shown at any hour: it says nothing that changes with the time of day.
    """
    words = Words(pack, profile.language)
    found = choose_helplines(pack, profile, needs, now, limit, lasting=lasting)
    lines = [line for line in found if line.kind != "emergency"]
    head = _emergency_head(pack, profile, needs, words)
    for notes in (True, False):
        blocks = [line_block(line, words, profile.audience, now, notes=notes, lasting=lasting) for line in lines]
        card = "\n\n".join([*head, *blocks])
        if length(card) <= CARD_LIMIT:
            break
    return card or words.html("helpline.local-emergency")


def brief_card(pack: Pack, profile: Profile, needs: Sequence[Need], now: datetime) -> str:
    """Return whom to call now, as short as it can be said: the emergency number and at most three lines.

    Lines with a number to dial come first, since that is fastest; remarks stand in the long card, one button away.
    No blank line parts them: all of it is to be seen at once.
    """
    words = Words(pack, profile.language)
    lines = [line for line in choose_helplines(pack, profile, needs, now, _BRIEF + 1) if line.kind != "emergency"]
    lines.sort(key=lambda line: not line.phones)
    blocks = [line_block(line, words, profile.audience, now, brief=True) for line in lines[:_BRIEF]]
    card = "\n".join([*_emergency_head(pack, profile, needs, words), *blocks])
    return card or words.html("helpline.local-emergency")


def helpline_line(pack: Pack, profile: Profile, needs: Sequence[Need], now: datetime) -> str:
    """Return the best helpline for the needs as one HTML line, behind the emergency number when that is needed."""
    words = Words(pack, profile.language)
    calm = [need for need in needs if need is not Need.EMERGENCY] or [Need.GENERAL]
    rows = [line_row(line, words, profile.audience, now) for line in choose_helplines(pack, profile, calm, now, 1)]
    head = _emergency_head(pack, profile, needs, words) if Need.EMERGENCY in needs or not rows else []
    return " — ".join([*head, *rows]) or words.html("helpline.local-emergency")


def helplines_reply(pack: Pack, profile: Profile, now: datetime) -> Reply:
    """Return all helplines of the reader's country by kind, the worldwide services, and the countries as buttons."""
    words = Words(pack, profile.language)
    national = country_lines(pack, profile.country)
    place = country_name(words, profile.country or "") if national else words("helpline.everywhere")
    title = [bold(words("helpline.title", country=place))]
    sections = [title, _emergency_head(pack, profile, (Need.EMERGENCY,), words)]
    for kind in ("line", "reporting"):
        lines = [line for line in national if line.kind == kind]
        sections.append(_section("helpline.kind-" + kind, lines, words, profile, now))
    sections.append(_section("helpline.kind-world", world_lines(pack, profile.country), words, profile, now))
    sections.append([escape(words("helpline.other-country" if national else "helpline.choose-country"))])
    shows = (f"helplines:{profile.country}",) if national else ()
    return Reply(tuple(_parts(sections)), country_rows(pack, profile.language, _LIST_BUTTONS), shows=shows)


def country_rows(pack: Pack, language: str, prefix: str, first: Sequence[str] = ()) -> tuple[tuple[Button, ...], ...]:
    """Return a button for every country with helplines, `first` before the others, which are ordered by name.

    The data of a button is `prefix:CODE`.
    """
    words = Words(pack, language)
    ahead = [code for code in dict.fromkeys(first) if code in pack.countries]
    others = sorted(set(pack.countries) - set(ahead), key=lambda code: country_name(words, code).casefold())
    buttons = [Button(country_name(words, code), f"{prefix}:{code}") for code in (*ahead, *others)]
    return tuple(tuple(buttons[at : at + _COUNTRIES_PER_ROW]) for at in range(0, len(buttons), _COUNTRIES_PER_ROW))


def country_name(words: Words, code: str) -> str:
    """Return what the country is called; a country that an overlay brings without a name keeps its code."""
    try:
        return words(f"country.{code}")
    except KeyError:
        return code


def _emergency_head(pack: Pack, profile: Profile, needs: Sequence[Need], words: Words) -> list[str]:
    """Return the line with the emergency numbers, the sentence that stands for them, or nothing."""
    national = country_lines(pack, profile.country)
    numbers = emergency_numbers(national, needs)
    if numbers:
        return [emergency_row(numbers, words)]
    if not national or Need.EMERGENCY in needs:
        return [words.html("helpline.local-emergency")]
    return []


def _section(key: str, lines: Iterable[Helpline], words: Words, profile: Profile, now: datetime) -> list[str]:
    def order(line: Helpline) -> tuple[int, bool]:
        unfit = {Audience.YOUNG: "parent", Audience.PARENT: "child"}.get(profile.audience or Audience.TEACHER)
        return (max(Freshness.AGING, freshness(line, now.date())), line.for_ == unfit)

    rows = [f"• {line_row(line, words, profile.audience, now)}" for line in sorted(lines, key=order)]
    return [bold(words(key)), *rows] if rows else []


def _parts(sections: Iterable[Sequence[str]]) -> list[str]:
    """Join sections to messages within the limit; one that is too long is cut between its lines."""
    parts = [""]
    for section in sections:
        gap = "\n\n"
        for row in section:
            joined = f"{parts[-1]}{gap}{row}" if parts[-1] else row
            if length(joined) <= MESSAGE_LIMIT:
                parts[-1] = joined
            else:
                parts.append(row)
            gap = "\n"
    return parts
