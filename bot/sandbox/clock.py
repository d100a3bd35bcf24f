"""A clock that can be moved, so that tomorrow's tip can be seen today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Moved = Callable[[datetime], None]
"""Called with the new time after the clock was moved by hand."""


class MovableClock:
    """Tells the time, and can be pushed forwards or backwards.

    `start` is the first moment shown (aware; default: the machine's time). A ticking clock runs on from there, one that
    does not tick stands still until it is moved, which is what a test wants.
    Raises ValueError when `start` has no time zone.
    """

    def __init__(self, start: datetime | None = None, *, ticking: bool = True) -> None:
        origin = datetime.now(UTC)
        shown = origin if start is None else _aware(start)
        self._shift = shown - origin
        self._standing: datetime | None = None if ticking else shown
        self._listeners: list[Moved] = []

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        if self._standing is not None:
            return self._standing
        return datetime.now(UTC) + self._shift

    def advance(self, delta: timedelta) -> None:
        """Move the clock by `delta` (negative: backwards) and tell the listeners."""
        if self._standing is not None:
            self._standing += delta
        else:
            self._shift += delta
        moment = self.now()
        for listener in tuple(self._listeners):
            listener(moment)

    def set(self, moment: datetime) -> None:
        """Move the clock to `moment` (aware) and tell the listeners. Raises ValueError without a time zone."""
        self.advance(_aware(moment) - self.now())

    def on_move(self, listener: Moved) -> Callable[[], None]:
        """Call `listener` after every move by hand; returns the way to stop that."""
        self._listeners.append(listener)

        def forget() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return forget


def next_morning(now: datetime, zone: str, *, hour: int = 7, minute: int = 5) -> datetime:
    """Return the next morning in `zone` (an IANA name), at `hour:minute` local time, as aware UTC.

    Before `hour` o'clock that is today's: whoever is awake at three waits for the morning of the same day. A few
    minutes past the hour, because a bot that spreads a popular hour sends its messages a little later.
    """
    local = now.astimezone(ZoneInfo(zone))
    morning = local.date() if local.hour < hour else local.date() + timedelta(days=1)
    return datetime.combine(morning, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)
