"""Telegram's flood limits, as a strict sliding window or as a bucket that allows bursts."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MODES = ("off", "strict", "bucket")
_PRUNE_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How much is let through: messages a second overall and to one chat, and messages a minute to a group.

    `mode`: "off", "strict" (no window of that length ever holds more, and whoever was refused is refused until the time
    asked for has passed), "bucket" (the same rates, unused allowance can be spent at once; `chat_burst` for one chat).
    """

    mode: str = "off"
    overall: int = 30
    chat: int = 1
    group: int = 20
    chat_burst: int = 3


def parse_limits(current: FloodLimits, given: object) -> FloodLimits:
    """Return `current` with what some JSON changes. Raises ValueError or TypeError naming what does not fit."""
    if not isinstance(given, dict):
        raise TypeError("limits are a JSON object")
    for name, value in given.items():
        if name == "mode":
            if value not in MODES:
                raise ValueError(f"the mode is one of {', '.join(MODES)}")
        elif name not in ("overall", "chat", "group", "chat_burst"):
            raise ValueError(f"limits have no field {name!r}")
        elif not isinstance(value, int) or value < 1:
            raise ValueError(f"the limit {name} is a whole number above 0")
    return replace(current, **given)


class _Window:
    """At most `most` in any `seconds`; a refusal holds until the time it named."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._times: deque[datetime] = deque()
        self._held_until: datetime | None = None

    def wait(self, now: datetime) -> float:
        span = timedelta(seconds=self._seconds)
        while self._times and not now - span < self._times[0] <= now:
            self._times.popleft()
        if self._held_until is not None and now < self._held_until:
            return min((self._held_until - now).total_seconds(), self._seconds)
        if len(self._times) < self._most:
            return 0.0
        wait = max(1, math.ceil((self._times[0] + span - now).total_seconds()))
        self._held_until = now + timedelta(seconds=wait)
        return float(wait)

    def spend(self, now: datetime) -> None:
        self._times.append(now)

    def idle(self, now: datetime) -> bool:
        return self.wait(now) == 0.0 and not self._times


class _Bucket:
    """Holds `size` and fills up by `rate` a second."""

    def __init__(self, size: int, rate: float) -> None:
        self._size = size
        self._rate = rate
        self._level = float(size)
        self._seen: datetime | None = None

    def wait(self, now: datetime) -> float:
        passed = 0.0 if self._seen is None else max(0.0, (now - self._seen).total_seconds())
        self._seen = now
        self._level = min(float(self._size), self._level + passed * self._rate)
        return 0.0 if self._level >= 1.0 - 1e-9 else (1.0 - self._level) / self._rate

    def spend(self, now: datetime) -> None:
        self.wait(now)
        self._level -= 1.0

    def idle(self, now: datetime) -> bool:
        return self.wait(now) == 0.0 and self._level >= self._size - 1e-9


class FloodGate:
    """Counts what is sent and says how long to wait. `refused` counts the refusals."""

    def __init__(self, limits: FloodLimits) -> None:
        self.refused = 0
        self.limits = limits
        self._overall = self._make(limits.overall, 1.0, limits.overall)
        self._chats: dict[int, _Window | _Bucket] = {}
        self._groups: dict[int, _Window | _Bucket] = {}

    def check(self, chat_id: int, now: datetime) -> int | None:
        """Count one message, or say how many whole seconds to wait (nothing is counted then).

        None means that it may pass.
        """
        if self.limits.mode == "off":
            return None
        gates = [self._overall, *self._gates_of(chat_id, now)]
        wait = max(gate.wait(now) for gate in gates)
        if wait > 0:
            self.refused += 1
            return max(1, math.ceil(wait))
        for gate in gates:
            gate.spend(now)
        return None

    def _gates_of(self, chat_id: int, now: datetime) -> list[_Window | _Bucket]:
        limits = self.limits
        chat = self._gate(self._chats, chat_id, now, lambda: self._make(limits.chat, 1.0, limits.chat_burst))
        if chat_id > 0:
            return [chat]
        return [chat, self._gate(self._groups, chat_id, now, lambda: self._make(limits.group, 60.0, limits.group))]

    def _gate(
        self, gates: dict[int, _Window | _Bucket], chat_id: int, now: datetime, make: Callable[[], _Window | _Bucket]
    ) -> _Window | _Bucket:
        if chat_id not in gates:
            if len(gates) > _PRUNE_ABOVE:
                for idle in [known for known, gate in gates.items() if gate.idle(now)]:
                    del gates[idle]
            gates[chat_id] = make()
        return gates[chat_id]

    def _make(self, most: int, seconds: float, burst: int) -> _Window | _Bucket:
        if self.limits.mode == "bucket":
            return _Bucket(burst, most / seconds)
        return _Window(most, seconds)
