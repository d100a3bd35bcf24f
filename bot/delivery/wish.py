"""A chat's wish in short words that fit into a button: read, changed, and written again to undo. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from enum import StrEnum

from bot.delivery.zones import find_zone
from bot.storage.model import Days, Quiet, SubscriptionChoice

NOTHING = "off"


class Part(StrEnum):
    """The parts of a wish that can be changed one by one."""

    AT = "at"
    ZONE = "zone"
    DAYS = "days"
    QUIET = "quiet"
    PAUSE = "pause"
    PICTURES = "pictures"
    TOPIC = "topic"


_CLOCK = re.compile(r"(\d{1,2})(\d{2})")


def change(choice: SubscriptionChoice, part: Part, value: str) -> SubscriptionChoice:
    """Return the choice with one part changed, whatever the others are.

    `value` is `0730` (AT), a zone's name (ZONE), `daily`, `weekdays` or `1`-`7` from Monday on (DAYS), `2200-0700` or
    `off` (QUIET), the first day that gets a tip again or `off` (PAUSE), `on` or `off` (PICTURES), or the id of a topic
    that is left out, or no longer left out (TOPIC). Raises ValueError for anything else.
    """
    match part:
        case Part.AT:
            wall = _clock(value)
            changed = replace(choice, hour=wall.hour, minute=wall.minute)
        case Part.ZONE:
            changed = replace(choice, zone=find_zone(value) or value)
        case Part.DAYS if value.isdecimal():
            changed = replace(choice, days=Days.WEEKLY, weekday=int(value))
        case Part.DAYS:
            changed = replace(choice, days=Days(value), weekday=None)
        case Part.QUIET:
            start, _, until = value.partition("-")
            changed = replace(choice, quiet=None if value == NOTHING else Quiet(_clock(start), _clock(until)))
        case Part.PAUSE:
            changed = replace(choice, paused_until=None if value == NOTHING else date.fromisoformat(value))
        case Part.PICTURES:
            if value not in {"on", NOTHING}:
                raise ValueError(f"{value[:16]!r} is neither on nor off")
            changed = replace(choice, pictures=value == "on")
        case Part.TOPIC:
            changed = replace(choice, excluded=choice.excluded ^ {value})
    changed.validate()
    return changed


def value_of(choice: SubscriptionChoice, part: Part, topic: str = "") -> str:
    """Return the value that brings a part back to what it is in `choice`; for TOPIC the topic in question."""
    match part:
        case Part.AT:
            return f"{choice.hour:02}{choice.minute:02}"
        case Part.ZONE:
            return choice.zone
        case Part.DAYS:
            return str(choice.weekday) if choice.days is Days.WEEKLY else choice.days.value
        case Part.QUIET:
            quiet = choice.quiet
            return f"{quiet.start:%H%M}-{quiet.until:%H%M}" if quiet else NOTHING
        case Part.PAUSE:
            return choice.paused_until.isoformat() if choice.paused_until else NOTHING
        case Part.PICTURES:
            return "on" if choice.pictures else NOTHING
        case Part.TOPIC:
            return topic


def _clock(text: str) -> time:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:16]!r} is no time of day")
    return time(int(match[1]), int(match[2]))
