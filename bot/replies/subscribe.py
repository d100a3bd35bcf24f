"""The conversation before a subscription stands: which hour, which time zone; and what is said when it ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.replies.model import Button, Reply
from bot.replies.render import escape
from bot.replies.wording import Words
from content.model import Pack
from content.profile import Profile

HOURS = (6, 7, 8, 9, 12, 17, 18, 19, 20, 21)
"""The hours offered as buttons; any other time is set on its page, or taken from `/subscribe 7:30 Tokyo`."""
OWN = "subscribe"
"""How the data of buttons begin that are about the very chat they stand in."""
ELSEWHERE = "far:choose:all"
"""The button that leads to the tips of a group or channel."""
_OFFSETS = range(-11, 15)


def hour_question(
    pack: Pack, language: str, zone: str | None = None, *, door: str = OWN, private: bool = False
) -> Reply:
    """Return the question for the hour; a zone that was chosen before travels with the buttons.

    In a `private` chat there is also the way to a group or channel.
    """
    words = Words(pack, language)
    suffix = f".{zone}" if zone else ""
    buttons = [Button(f"{hour:02}:00", f"{door}:hour:{hour}{suffix}") for hour in HOURS]
    last = [Button(words("cancel"), f"{door}:cancel:all")]
    if private:
        last.insert(0, Button(words("subscribe.elsewhere"), ELSEWHERE))
    return Reply((words.html("subscribe.hour"),), (tuple(buttons[:5]), tuple(buttons[5:]), tuple(last)))


def zone_question(
    pack: Pack,
    language: str,
    hour: str,
    places: Sequence[tuple[str, str]],
    now: datetime,
    *,
    door: str = OWN,
    private: bool = True,
) -> Reply:
    """Return the question for the time zone: each button shows a place and what time it is there now.

    `hour` is `H` or `H:MM` as it will be subscribed; `places` are names with their IANA zones, best first. A location
    can be shared in a private chat only.
    """
    words = Words(pack, language)
    buttons = [
        Button(f"{name} · {now.astimezone(ZoneInfo(zone)):%H:%M}", f"{door}:zone:{hour}.{zone}")
        for name, zone in places
    ]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    ways = [Button(words("subscribe.search-city"), f"{door}:city:{hour}")]
    if private:
        ways.append(Button(words("subscribe.share-place"), f"{door}:place:{hour}"))
    more = (Button(words("subscribe.by-clock"), f"{door}:clock:{hour}"), Button(words("cancel"), f"{door}:cancel:all"))
    return Reply((words.html("subscribe.zone"),), (*rows, tuple(ways), more))


def clock_question(pack: Pack, language: str, hour: str, now: datetime, *, door: str = OWN) -> Reply:
    """Return every whole offset from UTC as what the clock shows there now: who sees their own time taps it."""
    words = Words(pack, language)
    zones = [(offset, f"Etc/GMT{-offset:+d}" if offset else "UTC") for offset in _OFFSETS]
    buttons = [
        Button(f"{now.astimezone(ZoneInfo(zone)):%H:%M} (UTC{offset:+d})", f"{door}:zone:{hour}.{zone}")
        for offset, zone in zones
    ]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    return Reply((words.html("subscribe.clock"),), (*rows, (Button(words("back"), f"{door}:zones:{hour}"),)))


def place_label(zone: str) -> str:
    """Return how a zone is named: by its place, for example `New York`."""
    return zone.rpartition("/")[2].replace("_", " ")


def unsubscribed_reply(pack: Pack, language: str, *, was_active: bool, door: str = OWN) -> Reply:
    """Return the end of a subscription, with the way back in one tap: the same as it was."""
    words = Words(pack, language)
    key = "subscribe.stopped" if was_active else "subscribe.none"
    back = (
        Button(words("undo"), f"{door}:resume:all")
        if was_active
        else Button(words("menu.subscribe"), f"{door}:show:all")
    )
    return Reply((words.html(key),), ((back,),))


def subscribe_pointer(pack: Pack, profile: Profile) -> Reply:
    """Return how to get, change or stop the daily tip: the answer to a question about it."""
    words = Words(pack, profile.language)
    rows = ((Button(words("menu.subscribe"), "subscribe:show:all"), Button(words("stop"), "subscribe:stop:all")),)
    return Reply((words.html("subscribe.how"),), rows)


def bad_time_reply(pack: Pack, language: str, given: str) -> Reply:
    """Return what is said when the words after /subscribe are no time or no place: which one, and an example."""
    words = Words(pack, language)
    return Reply((words.html("subscribe.not-understood", given=given[:40]),), hour_question(pack, language).buttons)


@dataclass(frozen=True, slots=True)
class CityAsked:
    """What a question for a city was about: the time of the tip (`H` or `H:MM`), and which other chat it is for."""

    hour: str
    chat_id: int | None = None


_ASKED = re.compile(r"\((\d{1,2}(?::\d{2})?)(?: #(-\d+))?\)\s*$")


def city_question(pack: Pack, language: str, asked: CityAsked) -> Reply:
    """Return the question that is answered by replying to it. What it is about stands in it, and nowhere else."""
    about = asked.hour if asked.chat_id is None else f"{asked.hour} #{asked.chat_id}"
    return Reply((f"{Words(pack, language).html('subscribe.ask-city').strip()} {escape(f'({about})')}",))


def parse_city_question(pack: Pack, text: str) -> CityAsked | None:
    """Return what a message of the bot asked for when it is a question for a city, in any language; else None."""
    match = _ASKED.search(text)
    asked = any(
        text.startswith(Reply((Words(pack, code).html("subscribe.ask-city"),)).plain.strip()) for code in pack.languages
    )
    if match is None or not asked:
        return None
    return CityAsked(match[1], int(match[2]) if match[2] else None)


def _city_words(pack: Pack, language: str) -> str:
    return Reply((Words(pack, language).html("subscribe.ask-city"),)).plain.strip()


def no_city_reply(pack: Pack, language: str, given: str) -> Reply:
    """Return what is said when the words name no city that is known."""
    words = Words(pack, language)
    return Reply((words.html("subscribe.no-city", given=given[:40]),))
