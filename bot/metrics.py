"""What an operator can see of a running bot: numbers for Prometheus, none of which points to a person.

Every label takes its values from one of the closed sets below; what is not in the set is counted as `other`. The one
exception is the version of the pack, which is a hash of files.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from content.freshness import freshness
from content.model import Pack

OTHER = "other"
UPDATE_KINDS = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member", OTHER)
ANSWERS = ("emergency", "topic", "figure", "refusal", "unknown", "fallback", "pause", OTHER)
LANES = ("reply", "broadcast", "urgent", OTHER)
FATES = ("sent", "flood", "gone", "refused", "not-sent", "unknown", OTHER)
TIPS = ("sent", "gone", "moved", "later", "uncertain", "rejected", "skipped", "lost", "failed", OTHER)
RELOADS = ("taken", "refused", OTHER)
FRESHNESS = ("fresh", "soon", "aging", "stale", "undated")
"""`soon`: fresh today, and no more in `SOON` unless somebody checks the line again."""
SOON = timedelta(days=30)

_UPDATE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_TIP_SECONDS = (5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)
_LAG_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Sources:
    """What is read at the moment of a scrape.

    `leads` tells whether this process delivers tips, `silent_for` for how many seconds Telegram has not answered a
    poll (None by webhook), `waiting` how many broadcasts wait for their turn, `refusals` how often Telegram refused
    for flooding, and `asked_to_wait` for how many seconds in all.
    """

    pack: Callable[[], Pack]
    clock: Callable[[], datetime]
    leads: Callable[[], bool]
    waiting: Callable[[], int]
    refusals: Callable[[], int]
    asked_to_wait: Callable[[], float]
    silent_for: Callable[[], float] | None = None


class Metrics:
    """The numbers of one bot, in a registry of their own. `monotonic` gives seconds that never go back."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.registry = registry = CollectorRegistry()
        self._monotonic = monotonic
        self._in_hand: dict[int, float] = {}
        self._numbers = count()
        self._updates = Counter("mamori_updates", "Updates handled, by kind.", ["kind"], registry=registry)
        self._seconds = Histogram(
            "mamori_update_seconds",
            "Seconds from an update's arrival until it was handled, waiting included.",
            ["kind"],
            buckets=_UPDATE_SECONDS,
            registry=registry,
        )
        self._oldest = Gauge("mamori_oldest_update_seconds", "Age of the oldest update in hand.", registry=registry)
        self._oldest.set_function(self._age)
        self._waiting = Gauge("mamori_updates_in_hand", "Updates that are being handled or wait.", registry=registry)
        self._waiting.set_function(lambda: len(self._in_hand))
        self._answers = Counter("mamori_answers", "Answers to what people wrote, by kind.", ["kind"], registry=registry)
        self._errors = Counter("mamori_handler_errors", "Handlers that failed.", registry=registry)
        self._sends = Counter(
            "mamori_sends", "Messages to Telegram, by lane and fate.", ["lane", "fate"], registry=registry
        )
        self._tips = Counter("mamori_tips", "Daily tips, by outcome.", ["outcome"], registry=registry)
        self._late = Histogram(
            "mamori_tip_late_seconds",
            "Seconds between a tip's hour and its end.",
            buckets=_TIP_SECONDS,
            registry=registry,
        )
        self._reloads = Counter(
            "mamori_pack_reloads", "Reloads of the packs, by result.", ["result"], registry=registry
        )
        self._lag = Histogram(
            "mamori_event_loop_lag_seconds",
            "How late the event loop wakes up.",
            buckets=_LAG_SECONDS,
            registry=registry,
        )
        ProcessCollector(registry=self.registry)
        for counter, values in ((self._answers, ANSWERS), (self._reloads, RELOADS)):
            for value in values:
                counter.labels(value)  # a series that begins at 0 shows its first step
        # Looked up once: these two are asked for by every update.
        self._of_kind = {kind: (self._updates.labels(kind), self._seconds.labels(kind)) for kind in UPDATE_KINDS}

    def watch(self, sources: Sources) -> None:
        """Show what the running parts say at each scrape. Once for each bot."""
        self.registry.register(_Live(sources))

    @contextmanager
    def update(self, kind: str) -> Iterator[None]:
        """Count an update and the time it takes inside the block."""
        handled, seconds = self._of_kind[_one_of(kind, UPDATE_KINDS)]
        number, began = next(self._numbers), self._monotonic()
        self._in_hand[number] = began
        try:
            yield
        finally:
            del self._in_hand[number]
            handled.inc()
            seconds.observe(self._monotonic() - began)

    def answered(self, kind: str) -> None:
        """Count an answer by its kind, one of `ANSWERS`."""
        self._answers.labels(_one_of(kind, ANSWERS)).inc()

    def failed(self) -> None:
        """Count a handler that failed."""
        self._errors.inc()

    def sent(self, lane: str, fate: str) -> None:
        """Count what became of a message, by one of `LANES` and one of `FATES`."""
        self._sends.labels(_one_of(lane, LANES), _one_of(fate, FATES)).inc()

    def delivered(self, outcome: str, late: timedelta) -> None:
        """Count how a daily tip ended, one of `TIPS`, and how long after its hour."""
        self._tips.labels(_one_of(outcome, TIPS)).inc()
        self._late.observe(max(0.0, late.total_seconds()))

    def reloaded(self, result: str) -> None:
        """Count a reload of the packs, one of `RELOADS`."""
        self._reloads.labels(_one_of(result, RELOADS)).inc()

    def lagged(self, seconds: float) -> None:
        """Note how late the event loop woke up."""
        self._lag.observe(max(0.0, seconds))

    def render(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _age(self) -> float:
        return self._monotonic() - min(self._in_hand.values()) if self._in_hand else 0.0


class _Live(Collector):
    """Reads the running parts whenever somebody asks."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """Yield one family after the other."""
        sources = self._sources
        pack = sources.pack()
        info = GaugeMetricFamily("mamori_pack_info", "The pack in use; the value is always 1.", labels=["version"])
        info.add_metric([pack.version], 1)
        yield info
        lines = GaugeMetricFamily("mamori_helplines", "Helplines by the age of their last check.", labels=["freshness"])
        for name, number in helplines_by_freshness(pack, sources.clock().date()).items():
            lines.add_metric([name], number)
        yield lines
        yield GaugeMetricFamily(
            "mamori_dispatcher_lead", "1 where this process delivers tips.", value=float(sources.leads())
        )
        yield GaugeMetricFamily(
            "mamori_broadcasts_waiting", "Broadcasts that wait for their turn.", value=sources.waiting()
        )
        yield CounterMetricFamily(
            "mamori_flood_refusals", "Refusals by Telegram for flooding (429).", value=sources.refusals()
        )
        yield CounterMetricFamily(
            "mamori_flood_wait_seconds",
            "Seconds that Telegram asked to wait, added up over its refusals.",
            value=sources.asked_to_wait(),
        )
        if sources.silent_for is not None:
            yield GaugeMetricFamily(
                "mamori_poll_silence_seconds", "Seconds since Telegram answered a poll.", value=sources.silent_for()
            )


def helplines_by_freshness(pack: Pack, today: date) -> dict[str, int]:
    """Count the pack's helplines by how fresh their check is today, and which are fresh no more in 30 days."""
    counted = dict.fromkeys(FRESHNESS, 0)
    for line in (line for lines in pack.helplines.values() for line in lines.values()):
        now, then = freshness(line, today).name.lower(), freshness(line, today + SOON).name.lower()
        counted["soon" if now == "fresh" and then != "fresh" else now] += 1
    return counted


async def watch_lag(
    observe: Callable[[float], None],
    *,
    every: float = 1.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Tell once a second how many seconds late the event loop woke this task up, for ever."""
    while True:
        began = monotonic()
        await sleep(every)
        observe(monotonic() - began - every)


def _one_of(value: str, values: tuple[str, ...]) -> str:
    return value if value in values else OTHER
