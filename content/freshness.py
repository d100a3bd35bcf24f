"""How old the last check of a helpline is. Dates warn and reorder; they never hide the last line of a need."""

from __future__ import annotations

from datetime import date
from enum import IntEnum

from content.model import Helpline

AGING_AFTER_MONTHS = 6
"""From here on readers are told when the line was checked, and the operator is warned."""
STALE_AFTER_MONTHS = 24
"""From here on a line stands behind every fresher one."""


class Freshness(IntEnum):
    """Ages of a check, in the order in which lines are shown."""

    FRESH = 0
    AGING = 1
    STALE = 2
    UNDATED = 3


def freshness(line: Helpline, today: date) -> Freshness:
    """Return how fresh the check of a line is on `today`. Emergency numbers do not expire: they are always fresh."""
    if line.kind == "emergency":
        return Freshness.FRESH
    if line.checked is None:
        return Freshness.UNDATED
    if line.checked < months_before(today, STALE_AFTER_MONTHS):
        return Freshness.STALE
    if line.checked < months_before(today, AGING_AFTER_MONTHS):
        return Freshness.AGING
    return Freshness.FRESH


def months_before(day: date, months: int) -> date:
    """Return the same day of the month `months` earlier, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
