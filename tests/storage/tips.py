"""Chats with subscriptions and their tips on the way: what the tests of the stores begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.storage.model import ChatKind, Days, Due, DueDelivery, Outcome, Quiet, Result, SubscriptionChoice
from bot.storage.protocol import Store
from content.model import AgeBand, Audience
from content.profile import Profile

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = NOW.date()
LEASE = timedelta(minutes=10)
MARGIN = timedelta(minutes=1)
PARENT = Profile(language="ja", country="JP", audience=Audience.PARENT, age_band=AgeBand.FROM_10)
CHOICE = SubscriptionChoice(hour=18, zone="Asia/Tokyo")
FULL = SubscriptionChoice(
    hour=7,
    minute=45,
    zone="America/St_Johns",
    days=Days.WEEKLY,
    weekday=5,
    quiet=Quiet(time(22), time(6, 30)),
    paused_until=date(2026, 4, 1),
    pictures=False,
    excluded=frozenset({"grooming", "sextortion"}),
)
DUE = Due(NOW, TODAY)
TOMORROW = Due(NOW + timedelta(days=1), TODAY + timedelta(days=1))


async def subscribed(store: Store, *chat_ids: int, due: Due = DUE) -> None:
    for chat_id in chat_ids:
        await store.save_profile(chat_id, PARENT, ChatKind.PRIVATE, NOW)
        await store.subscribe(chat_id, CHOICE, due, NOW)


async def claim(store: Store, now: datetime = NOW, worker: str = "w1", limit: int = 10) -> Sequence[DueDelivery]:
    return await store.claim_due(now, limit, worker, LEASE)


async def claim_one(store: Store, now: datetime = NOW, worker: str = "w1") -> DueDelivery:
    (only,) = await claim(store, now, worker)
    return only


async def deliver(store: Store, tip: str, outcome: Outcome = Outcome.SENT, due: Due = TOMORROW) -> DueDelivery:
    found = await claim_one(store)
    assert await store.mark_sending([(found, tip)], NOW, MARGIN) == [True]
    await store.record([Result(found, outcome, due, tip, 77)], NOW)
    return found
