"""Faults on order: what Telegram and the network do on a bad day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

REFUSALS = {
    "429": "Too Many Requests",
    "403": "Forbidden: bot was blocked by the user",
    "400": "Bad Request: chat not found",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
}
KINDS = (*REFUSALS, "hang", "hang_after", "cut_before", "cut_after", "malformed_update")
ENDLESS = -1


@dataclass(slots=True)
class Fault:
    """One order.

    `method`: a Bot API method, or "*" for all but getUpdates. `kind`: an HTTP code (429 with `retry_after` in seconds
    or without), "hang" (no answer, nothing taken), "hang_after" (taken, no answer), "cut_before" and "cut_after" (the
    connection is cut before or after the message was taken), "malformed_update" (a broken update comes in the next
    batch).
    `count`: how often (-1: for ever), `skip`: so many requests pass first, `every`: only each n-th one is hit,
    `chat_id`: only requests for this chat, `description`: other words for a refusal.
    """

    kind: str
    method: str = "*"
    count: int = 1
    skip: int = 0
    every: int = 1
    chat_id: int | None = None
    retry_after: int | None = None
    description: str | None = None
    seen: int = 0

    def matches(self, method: str, chat_id: int | None) -> bool:
        """Return whether this request is one that the order speaks of."""
        named = self.method == method or (self.method == "*" and method != "getUpdates")
        return self.count != 0 and named and self.chat_id in (None, chat_id)


def parse_fault(given: object) -> Fault:
    """Return the order that some JSON describes. Raises ValueError or TypeError naming what does not fit."""
    if not isinstance(given, Mapping):
        raise TypeError("a fault is a JSON object")
    fields = dict(given)
    unknown = set(fields) - {"kind", "method", "count", "skip", "every", "chat_id", "retry_after", "description"}
    if unknown:
        raise ValueError(f"a fault has no field {sorted(unknown)[0]!r}")
    fields["kind"] = str(fields.get("kind", ""))
    if fields["kind"] not in KINDS:
        raise ValueError(f"a fault's kind is one of {', '.join(KINDS)}")
    for name in ("count", "skip", "every", "chat_id", "retry_after"):
        if not isinstance(fields.get(name, 0), int | None):
            raise TypeError(f"a fault's {name} is a whole number")
    if fields.get("every", 1) < 1:
        raise ValueError("a fault's every is at least 1")
    return Fault(**fields)


class Faults:
    """The orders in force, in the order they were given."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put an order in force."""
        self._orders.append(fault)

    def clear(self) -> None:
        """Drop all orders."""
        self._orders.clear()

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the order that hits this request, and count it; None when the request passes."""
        for fault in self._orders:
            if not fault.matches(method, chat_id):
                continue
            fault.seen += 1
            if fault.seen <= fault.skip or (fault.seen - fault.skip) % fault.every:
                continue
            if fault.count > 0:
                fault.count -= 1
            return fault
        return None

    def describe(self) -> list[dict[str, Any]]:
        """Return the orders as JSON, those used up included (their count is 0)."""
        return [asdict(fault) for fault in self._orders]
