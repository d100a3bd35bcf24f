"""Whom to call or message: the card under an answer, the one line under a worry, and the list of a country.

Helplines always stand in the open, never under a spoiler.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.replies.helpline_choice import choose_helplines, country_lines, emergency_numbers, world_lines
from bot.replies.helpline_text import brief_line, emergency_row, line_block, line_row
from bot.replies.model import MESSAGE_LIMIT, Button, Reply
from bot.replies.render import bold, escape, length
from bot.replies.screen import LINE, ROOM, height, text_height, text_lines
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
    "countries_reply",
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
_BRIEF_LINES = 8
"""Lines of a phone that a brief card should not exceed, so that there is room for the words above it."""
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
    No blank line parts them: all of it is to be seen at once. Where that would still be long, what a call costs and
    names in the language of the country stand in the long card only.
    """
    words = Words(pack, profile.language)
    lines = [line for line in choose_helplines(pack, profile, needs, now, _BRIEF + 1) if line.kind != "emergency"]
    lines.sort(key=lambda line: not line.phones)
    head = _emergency_head(pack, profile, needs, words)
    for cost in (True, False):
        rows = [brief_line(line, words, profile.audience, now, cost=cost) for line in lines[:_BRIEF]]
        card = "\n".join([*head, *rows])
        if text_lines(card) <= _BRIEF_LINES:
            break
    return card or words.html("helpline.local-emergency")


def helpline_line(pack: Pack, profile: Profile, needs: Sequence[Need], now: datetime) -> str:
    """Return the best helpline for the needs as one HTML line, behind the emergency number when that is needed."""
    words = Words(pack, profile.language)
    calm = [need for need in needs if need is not Need.EMERGENCY] or [Need.GENERAL]
    found = choose_helplines(pack, profile, calm, now, 1)
    rows = [brief_line(line, words, profile.audience, now, cost=False) for line in found]
    head = _emergency_head(pack, profile, needs, words) if Need.EMERGENCY in needs or not rows else []
    return " — ".join([*head, *rows]) or words.html("helpline.local-emergency")


def helplines_reply(pack: Pack, profile: Profile, now: datetime) -> Reply:
    """Return all helplines of the reader's country by kind, and the worldwide services.

    As many lines stand open as a phone shows at once; the others are one tap away in folded quotes of the same
    message. A reader without a country gets the countries as buttons, any other one button that leads to them.
    """
    words = Words(pack, profile.language)
    national = country_lines(pack, profile.country)
    place = country_name(words, profile.country or "") if national else words("helpline.everywhere")
    kinds = {kind: [line for line in national if line.kind == kind] for kind in ("line", "reporting")}
    kinds["world"] = list(world_lines(pack, profile.country))
    head = [bold(words("helpline.title", country=place)), *_emergency_head(pack, profile, (Need.EMERGENCY,), words)]
    sections = [_section(f"helpline.kind-{kind}", lines, words, profile, now) for kind, lines in kinds.items()]
    sections = [head, *(section for section in sections if section)]
    if national:
        buttons: tuple[tuple[Button, ...], ...] = ((Button(words("emergency.other-country"), "helplines:others:all"),),)
    else:
        sections.append([escape(words("helpline.choose-country"))])
        buttons = country_rows(pack, profile.language, _LIST_BUTTONS)
    parts = tuple(_parts(sections))
    if len(parts) == 1:
        parts = (_folded(sections, buttons),)
    return Reply(parts, buttons, shows=(f"helplines:{profile.country}",) if national else ())


def countries_reply(pack: Pack, profile: Profile) -> Reply:
    """Return the countries to choose from, and the way back to one's own."""
    words = Words(pack, profile.language)
    rows = country_rows(pack, profile.language, _LIST_BUTTONS)
    return Reply((words.html("helpline.choose-country"),), (*rows, (Button(words("back"), "helplines:show:all"),)))


def _folded(sections: Sequence[Sequence[str]], buttons: tuple[tuple[Button, ...], ...]) -> str:
    """Join sections to one message: rows stand open from the top while there is room, the rest of a section folded."""
    head, *others = sections
    blocks = ["\n".join(head), *(_fold(section, 1) for section in others)]
    for at, section in enumerate(others, start=1):
        # A line is kept free: below another end of the text, the time of day may need one of its own.
        room = ROOM - LINE - height(Reply(("\n".join(blocks),), buttons)) + text_height(blocks[at])
        for shown in range(2, len(section) + 1):
            if text_height("\n".join(section[:shown])) > room:
                break
            if text_height(block := _fold(section, shown)) <= room:
                blocks[at] = block
    return "\n".join(blocks)


def _fold(section: Sequence[str], shown: int) -> str:
    """Return the first rows of a section as they are, and the others in a quote that a tap unfolds."""
    rest = "\n".join(section[shown:])
    return "\n".join([*section[:shown], *([f"<blockquote expandable>{rest}</blockquote>"] if rest else [])])


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
