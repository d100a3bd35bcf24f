"""Is a line open, until when, and when does it open? Pure: data and an instant in, a state out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from content.model import Helpline, OpenHours

PUBLIC_HOLIDAYS = "public-holidays"
"""The closure whose days are not known: it is told to the reader, it does not count."""

_LOOK_AHEAD_DAYS = 370
"""A line that does not open within this time has no next opening."""
_WEEK = timedelta(days=7)


class OpenKind(StrEnum):
    """What is known about a line at one instant."""

    ALWAYS = "always"
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OpenState:
    """Whether a line is open. Times are in the line's own zone.

    `until` is set while it is OPEN; `opens` while it is CLOSED, or None when no opening lies ahead.
    """

    kind: OpenKind
    until: datetime | None = None
    opens: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True only when the line is known to be open."""
        return self.kind in {OpenKind.ALWAYS, OpenKind.OPEN}


def open_state(line: Helpline, now: datetime) -> OpenState:
    """Say whether a line is open at `now` (aware; raises ValueError if it is not).

    Unknown hours, or a zone that does not exist, are UNKNOWN: nobody is sent to a closed door. Public holidays
    are not known and do not count.
    """
    if now.tzinfo is None:
        raise ValueError("'now' must have a time zone")
    if line.always:
        return OpenState(OpenKind.ALWAYS)
    zone = find_zone(line.zone)
    if zone is None or not line.hours:
        return OpenState(OpenKind.UNKNOWN)
    until: datetime | None = None
    for start, end in _openings(line, now.astimezone(zone).date() - timedelta(days=2), zone):
        if until is not None and start > until:
            break
        if until is None and start > now:
            return OpenState(OpenKind.CLOSED, opens=start.astimezone(zone))
        if end > now:
            until = max(until or end, end)
            if until - now > _WEEK:
                return OpenState(OpenKind.ALWAYS)
    if until is None:
        return OpenState(OpenKind.CLOSED)
    return OpenState(OpenKind.OPEN, until=until.astimezone(zone))


def find_zone(name: str) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_closed_on(closures: tuple[str, ...], day: date) -> bool:
    """Return whether one of the closures (`MM-DD`, `MM-DD..MM-DD`, both ends included) covers the day."""
    here = f"{day:%m-%d}"
    for closure in closures:
        if closure == PUBLIC_HOLIDAYS:
            continue
        first, _, last = closure.partition("..")
        last = last or first
        covered = first <= here <= last if first <= last else here >= first or here <= last
        if covered:
            return True
    return False


def _openings(line: Helpline, first: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the line's openings as UTC instants, in order of their start."""
    for offset in range(_LOOK_AHEAD_DAYS + 2):
        day = first + timedelta(days=offset)
        if is_closed_on(line.closed, day):
            continue
        today = [_opening(hours, day, zone) for hours in line.hours or () if day.isoweekday() in hours.days]
        # An opening that a clock change swallows whole (it ends before it starts) is none.
        yield from sorted((start, end) for start, end in today if start < end)


def _opening(hours: OpenHours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last = day if hours.until > hours.start else day + timedelta(days=1)
    return _instant(day, hours.start, zone), _instant(last, hours.until, zone)


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
