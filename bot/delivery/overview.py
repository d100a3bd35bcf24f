"""Gathers what administrators may see, and sends it weekly to those who want it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.replies.overview import Overview
from bot.storage.model import Count, Crowd, StoreError
from bot.storage.protocol import Store
from content.entries import Confidence
from content.freshness import Freshness, freshness
from content.model import Pack

logger = logging.getLogger(__name__)

DAYS = 28
"""The days that an overview covers."""
CHECK_AHEAD = timedelta(days=30)
"""A helpline that grows old within this time wants a check."""
SUMMARY_HOUR = time(8)
"""When on Monday a summary is sent, UTC."""
EVERY = timedelta(minutes=1)


async def gather_overview(store: Store, pack: Pack, now: datetime, language: str, days: int = DAYS) -> Overview:
    """Return the overview of the last `days` days; helplines are named in `language`. Raises StoreError."""
    today = now.date()
    counts = await store.counts(today - timedelta(days=days - 1))
    return build_overview(await store.crowds(), counts, checks_due(pack, today, language), today, days)


def build_overview(
    crowds: Iterable[Crowd],
    counts: Iterable[Count],
    checks: Sequence[tuple[str, str, date | None]],
    today: date,
    days: int,
) -> Overview:
    """Add up the counters. Pure."""
    languages: dict[str, tuple[int, int]] = {}
    countries: dict[str, tuple[int, int]] = {}
    for crowd in crowds:
        for sums, key in ((languages, crowd.language), (countries, crowd.country or "")):
            chats, subscribed = sums.get(key, (0, 0))
            sums[key] = (chats + crowd.chats, subscribed + crowd.subscribed)
    by_kind: dict[str, Counter[str]] = {}
    unknown: Counter[tuple[str, str]] = Counter()
    for count in counts:
        by_kind.setdefault(count.kind, Counter())[count.key] += count.number
        if count.kind == "unknown":
            unknown[count.key, count.language] += count.number
    votes = by_kind.get("vote", Counter())
    return Overview(
        days=days,
        until=today,
        languages=languages,
        countries=countries,
        deliveries=by_kind.get("delivery", {}),
        questions=by_kind.get("question", {}),
        unknown=unknown,
        emergencies=sum(by_kind.get("emergency", {}).values()),
        refusals=sum(by_kind.get("refusal", {}).values()),
        degraded=sum(by_kind.get("degraded", {}).values()),
        # A vote may name its topic behind the answer: `yes:grooming`.
        votes={said: sum(n for key, n in votes.items() if key.partition(":")[0] == said) for said in ("yes", "no")},
        checks=checks,
    )


def checks_due(pack: Pack, today: date, language: str) -> list[tuple[str, str, date | None]]:
    """Return the helplines that are old, or grow old within 30 days: country, name and last check, oldest first."""
    due = [
        (country, line.name.get(language) or line.name.get("en") or next(iter(line.name.values())), line.checked)
        for country, lines in pack.helplines.items()
        for line in lines.values()
        if line.confidence is not Confidence.MEMORY and freshness(line, today + CHECK_AHEAD) is not Freshness.FRESH
    ]
    return sorted(due, key=lambda check: (check[2] or date.min, check[0], check[1]))


def next_summary(now: datetime) -> datetime:
    """Return the next Monday at SUMMARY_HOUR (UTC), later than now."""
    monday = now.astimezone(UTC).date() - timedelta(days=now.astimezone(UTC).weekday())
    at = datetime.combine(monday, SUMMARY_HOUR, UTC)
    return at if at > now else at + timedelta(weeks=1)


async def keep_summaries(
    store: Store,
    clock: Callable[[], datetime],
    send: Callable[[int], Awaitable[None]],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    every: timedelta = EVERY,
) -> None:
    """Send the summaries that are due, for ever. Of several processes one sends each; what fails waits a week."""
    while True:
        try:
            now = clock()
            due = await store.claim_summaries(now, next_summary(now))
        except StoreError as error:
            logger.warning("summaries-not-claimed", extra={"error": str(error)})
            due = ()
        for chat_id in due:
            try:
                await send(chat_id)
            except Exception:  # the others still get theirs
                logger.exception("summary-not-sent")
        await sleep(every.total_seconds())
