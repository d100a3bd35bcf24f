"""When a chat's next tip is due, in its own zone. Pure: the same choice and moment give the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.storage.model import Days, Due, SubscriptionChoice

JITTER = timedelta(minutes=4)
"""The load of a popular minute is spread over this time; each chat has its own fixed place in it."""
LATEST = timedelta(hours=3)
"""A tip later than this is skipped, not sent at night."""
PUNCTUAL = timedelta(minutes=15)
"""A tip up to this late still counts as sent at the hour that the chat chose, also when quiet hours have begun."""
LONGEST_SEARCH = 400
"""Days that are looked at beyond the first possible one; every choice has a day within two weeks of it."""


def next_due(choice: SubscriptionChoice, after: datetime, seed: int, last: date | None = None) -> Due:
    """Return the first tip that is due later than `after` (aware).

    The tip belongs to a chosen local day; a local time that the clock skips moves to the next one that exists, a
    doubled hour counts once, and a day that a zone leaves out has no tip. A time within the quiet hours moves to
    their end. `seed` (the chat id) fixes the chat's few minutes of jitter. `last` is the last local day that had
    its tip: no day up to it is due again, whatever zone the chat moves to.
    """
    zone = zone_of(choice.zone)
    first = after.astimezone(zone).date() - timedelta(days=2)  # quiet hours can move yesterday's tip into today
    if last is not None:
        first = max(first, last + timedelta(days=1))
    if choice.paused_until is not None:
        first = max(first, choice.paused_until)
    for day in _chosen_days(choice, first):
        at = _instant_of(choice, day, zone, seed)
        if at is not None and at > after:
            return Due(at, day)
    raise ValueError(f"no day within {LONGEST_SEARCH} days of {first} fits the choice")


def is_late(due: datetime, now: datetime) -> bool:
    """Tell whether a tip that was due at `due` comes too late to be sent."""
    return now - due > LATEST


def quiet_until(choice: SubscriptionChoice, due: datetime, now: datetime) -> datetime | None:
    """Return when the quiet hours end that hold back a late tip now; None when it may be sent."""
    if choice.quiet is None or now - due <= PUNCTUAL:
        return None
    zone = zone_of(choice.zone)
    local = now.astimezone(zone)
    if not choice.quiet.covers(local.time()):
        return None
    ends = first_instant(local.date(), choice.quiet.until, zone)
    return ends if ends > now else first_instant(local.date() + timedelta(days=1), choice.quiet.until, zone)


def jitter_of(seed: int) -> timedelta:
    """Return the fixed delay of a chat: whole seconds from none up to JITTER."""
    digest = blake2b(str(seed).encode(), digest_size=8, person=b"jitter").digest()
    return timedelta(seconds=int.from_bytes(digest) % (JITTER // timedelta(seconds=1)))


def zone_of(name: str) -> ZoneInfo:
    """Return the zone; UTC for a name that the zone data no longer knows, so that one row cannot stop the others."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=8192)  # everybody of a zone who chose the same hour asks the same
def first_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which the clocks of `zone` show `wall` on `day`, or have jumped over it."""
    local = datetime.combine(day, wall)
    before = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) == local:
        return before
    # The clock jumps over it. Read with the offsets of both sides, it lies after and before the jump: close in on that.
    early = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = before
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < local:
            early = middle
        else:
            late = middle
    return late


def _chosen_days(choice: SubscriptionChoice, first: date) -> Iterator[date]:
    for offset in range(LONGEST_SEARCH):
        day = first + timedelta(days=offset)
        weekday = day.isoweekday()
        if choice.days is Days.WEEKDAYS and weekday > 5:
            continue
        if choice.days is Days.WEEKLY and weekday != choice.weekday:
            continue
        yield day


def _instant_of(choice: SubscriptionChoice, day: date, zone: ZoneInfo, seed: int) -> datetime | None:
    """Return when the tip of one chosen day is due; None when the zone has no such day (it crossed the date line)."""
    if first_instant(day, time.min, zone).astimezone(zone).date() > day:
        return None
    wall = time(choice.hour, choice.minute)
    moved_to, quiet = day, choice.quiet
    if quiet is not None and quiet.covers(wall):
        moved_to = day if wall < quiet.until else day + timedelta(days=1)
        wall = quiet.until
    at = first_instant(moved_to, wall, zone)
    jittered = at + jitter_of(seed)
    if quiet is not None and quiet.covers(jittered.astimezone(zone).time()):
        return at
    return jittered
