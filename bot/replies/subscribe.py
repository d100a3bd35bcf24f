"""The conversation about the daily tip: which hour, which time zone, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.replies.model import Button, Reply
from bot.replies.wording import Words
from content.model import Pack
from content.profile import Profile

HOURS = (6, 7, 8, 9, 12, 17, 18, 19, 20, 21)
"""The hours offered as buttons; any other is taken from `/subscribe 7:30 Tokyo`."""


def hour_question(pack: Pack, profile: Profile, zone: str | None = None) -> Reply:
    """Return the question for the hour; a zone that was chosen before travels with the buttons."""
    words = Words(pack, profile.language)
    suffix = f".{zone}" if zone else ""
    buttons = [Button(f"{hour:02}:00", f"subscribe:hour:{hour}{suffix}") for hour in HOURS]
    rows = (tuple(buttons[:5]), tuple(buttons[5:]), (Button(words("cancel"), "subscribe:cancel:all"),))
    return Reply((words.html("subscribe.hour"),), rows)


def zone_question(pack: Pack, profile: Profile, hour: str, zones: Sequence[str], now: datetime) -> Reply:
    """Return the question for the time zone: each button shows a place and what time it is there now.

    `hour` is `H` or `H:MM` as it will be subscribed; `zones` are the IANA zones to offer, best first.
    """
    words = Words(pack, profile.language)
    buttons = [Button(zone_label(zone, now), f"subscribe:zone:{hour}.{zone}") for zone in zones]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return Reply((words.html("subscribe.zone"),), (*rows, (Button(words("cancel"), "subscribe:cancel:all"),)))


def zone_label(zone: str, now: datetime) -> str:
    """Return how a zone is shown: its place and the time there, for example `Tokyo · 21:05`."""
    place = zone.rpartition("/")[2].replace("_", " ")
    return f"{place} · {now.astimezone(ZoneInfo(zone)):%H:%M}"


def subscribed_reply(pack: Pack, profile: Profile, *, hour: int, minute: int, zone: str, due: datetime | None) -> Reply:
    """Return the state of a subscription with the ways to change and end it; `due` is the instant of the next tip."""
    words = Words(pack, profile.language)
    local = due.astimezone(ZoneInfo(zone)) if due else None
    text = words.html(
        "subscribe.state",
        time=f"{hour:02}:{minute:02}",
        zone=zone.replace("_", " "),
        next=f"{local:%Y-%m-%d %H:%M}" if local else words("subscribe.no-next"),
    )
    rows = (
        (
            Button(words("subscribe.change-hour"), f"subscribe:hours:{zone}"),
            Button(words("subscribe.change-zone"), f"subscribe:zones:{hour}:{minute:02}"),
        ),
        (Button(words("stop"), "subscribe:stop:all"),),
    )
    return Reply((text,), rows)


def unsubscribed_reply(pack: Pack, profile: Profile, *, was_active: bool) -> Reply:
    """Return the end of a subscription, with the way back in one tap."""
    words = Words(pack, profile.language)
    key = "subscribe.stopped" if was_active else "subscribe.none"
    return Reply((words.html(key),), ((Button(words("menu.subscribe"), "subscribe:show:all"),),))


def subscribe_pointer(pack: Pack, profile: Profile) -> Reply:
    """Return how to get, change or stop the daily tip: the answer to a question about it."""
    words = Words(pack, profile.language)
    rows = ((Button(words("menu.subscribe"), "subscribe:show:all"), Button(words("stop"), "subscribe:stop:all")),)
    return Reply((words.html("subscribe.how"),), rows)


def bad_time_reply(pack: Pack, profile: Profile, given: str) -> Reply:
    """Return what is said when the words after /subscribe are no time or no place: which one, and an example."""
    words = Words(pack, profile.language)
    return Reply((words.html("subscribe.not-understood", given=given[:40]),), hour_question(pack, profile).buttons)
