"""What the coming days will bring: who gets a tip when, and how long the queue gets. Pure: nothing is sent or kept."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from bot.delivery.choose import choose_tip
from bot.delivery.schedule import LATEST, is_late, next_due
from bot.storage.model import Due, Subscription, append_sent
from content.model import Pack
from content.profile import Profile

DAY = 86_400
SECOND = timedelta(seconds=1)


def planned(subscription: Subscription, now: datetime, start: datetime, end: datetime) -> Iterator[Due]:
    """Yield what a subscription will be due from `start` (not before `now`) on and before `end`, the next one first.

    A tip that is overdue now comes now, unless it is too late.
    """
    due, last = subscription.due, subscription.last_date
    choice, seed = subscription.choice, subscription.chat_id
    if due is None:
        return
    if due.at < now:
        due = Due(now, due.local_date) if not is_late(due.at, now) else next_due(choice, now, seed, last)
    if due.at < start:
        due = next_due(choice, start - SECOND, seed, last)
    while due.at < end:
        yield due
        last = max(due.local_date, last or due.local_date)
        due = next_due(choice, due.at, seed, last)


def tips_of(
    subscription: Subscription, profile: Profile, pack: Pack, *, now: datetime, start: datetime, end: datetime
) -> Iterator[tuple[Due, str | None]]:
    """Yield each due tip with its id; None where no tip fits, so that nothing will be sent."""
    sent = subscription.sent
    excluded = subscription.choice.excluded
    # Which tip comes depends on those before it: the days before `start` are gone through too.
    for due in planned(subscription, now, now, end):
        tip = choose_tip(pack, profile, sent=sent, excluded=excluded, day=due.local_date, seed=subscription.chat_id)
        sent = append_sent(sent, tip)
        if due.at >= start:
            yield due, tip


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One day (UTC): how many tips are due, its fullest minute, and the longest wait of a tip in seconds."""

    day: date
    tips: int
    fullest: datetime
    in_fullest: int
    longest_wait: float


@dataclass(slots=True)
class Load:
    """The load of all subscriptions from `start` on for `days` days, as whole seconds since midnight."""

    now: datetime
    start: datetime
    days: int
    seconds: array[int] = field(default_factory=lambda: array("q"))
    zones: Counter[str] = field(default_factory=Counter)
    chats: int = 0

    @property
    def end(self) -> datetime:
        """The first moment that is not rehearsed."""
        return self.start + timedelta(days=self.days)

    @property
    def midnight(self) -> datetime:
        """The beginning of the first day (UTC), from which seconds, hours and days are counted."""
        return self.start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def add(self, subscriptions: Iterable[Subscription]) -> None:
        """Count what these subscriptions will be due."""
        begin = self.midnight.timestamp()
        for subscription in subscriptions:
            self.chats += 1
            before = len(self.seconds)
            self.seconds.extend(
                int(due.at.timestamp() - begin) for due in planned(subscription, self.now, self.start, self.end)
            )
            self.zones[subscription.choice.zone] += len(self.seconds) - before

    def hours(self) -> list[int]:
        """Return the number of tips in each hour since midnight."""
        return [int(number) for number in np.bincount(self._sorted() // 3600, minlength=self.days * 24)]

    def by_day(self, rate: float) -> list[DayLoad]:
        """Return each day with its queue when `rate` messages leave in a second; days without tips are left out."""
        due = self._sorted()
        waits = queue_waits(due, rate)
        found = []
        for number in range(self.days + 1):
            first, last = np.searchsorted(due, (number * DAY, (number + 1) * DAY))
            if first == last:
                continue
            minutes = np.bincount((due[first:last] - number * DAY) // 60)
            fullest = int(minutes.argmax())
            day = self.midnight + timedelta(days=number)
            found.append(
                DayLoad(
                    day.date(),
                    int(last - first),
                    day + timedelta(minutes=fullest),
                    int(minutes[fullest]),
                    float(waits[first:last].max()),
                )
            )
        return found

    def too_late(self, rate: float) -> int:
        """Return how many tips would wait so long that they are skipped."""
        return int((queue_waits(self._sorted(), rate) > LATEST.total_seconds()).sum())

    def _sorted(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.sort(np.asarray(self.seconds, dtype=np.int64))


def queue_waits(
    due: np.ndarray[tuple[int], np.dtype[np.int64]], rate: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how long each tip waits for its turn, in seconds: `due` are rising seconds, `rate` leave in a second."""
    turns = np.arange(len(due)) / rate
    # Each leaves when all before it have left, but not before it is due: the latest of (due + the turns since then).
    return np.maximum.accumulate(due - turns) + turns - due
