"""Several processes on one database: nobody's claim is anybody else's."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from bot.storage.model import Due, Outcome, Result, SubscriptionChoice
from bot.storage.protocol import Store
from bot.storage.sql import open_store

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
LEASE = timedelta(minutes=10)
MARGIN = timedelta(minutes=1)
CHATS = 120
TOMORROW = Due(NOW + timedelta(days=1), NOW.date() + timedelta(days=1))


async def test_stores_on_one_database_never_claim_the_same_row(address: str) -> None:
    stores = [await open_store(address) for _ in range(3)]
    for chat_id in range(CHATS):
        await stores[0].subscribe(chat_id + 1, SubscriptionChoice(hour=9), Due(NOW, NOW.date()), NOW)

    async def work(store: Store, worker: str) -> list[int]:
        mine = []
        while claims := await store.claim_due(NOW, 7, worker, LEASE):
            marked = await store.mark_sending([(claim, "tip") for claim in claims], NOW, MARGIN)
            assert all(marked)
            mine += [claim.chat_id for claim in claims]
            await store.record([Result(claim, Outcome.SENT, TOMORROW, "tip", 1) for claim in claims], NOW)
        return mine

    found = await asyncio.gather(*(work(store, f"w{number}") for number, store in enumerate(stores)))
    claimed = Counter(chat_id for part in found for chat_id in part)
    assert sorted(claimed) == list(range(1, CHATS + 1))
    assert set(claimed.values()) == {1}
    for store in stores:
        await store.close()


async def test_counters_of_several_processes_add_up(address: str) -> None:
    stores = [await open_store(address) for _ in range(3)]
    await asyncio.gather(*(store.count(NOW.date(), "topic", "grooming", "en") for store in stores for _ in range(10)))
    (counted,) = await stores[0].counts(NOW.date())
    assert counted.number == 30
    for store in stores:
        await store.close()


async def test_a_frozen_worker_that_wakes_up_can_neither_send_nor_record(address: str) -> None:
    frozen, awake = await open_store(address), await open_store(address)
    await frozen.subscribe(5, SubscriptionChoice(hour=9), Due(NOW, NOW.date()), NOW)
    (old,) = await frozen.claim_due(NOW, 1, "frozen", LEASE)
    later = NOW + LEASE
    (new,) = await awake.claim_due(later, 1, "awake", LEASE)
    assert await frozen.mark_sending([(old, "a")], later, MARGIN) == [False]
    assert await awake.mark_sending([(new, "b")], later, MARGIN) == [True]
    await frozen.record([Result(old, Outcome.SKIPPED, None)], later)
    await awake.record([Result(new, Outcome.SENT, TOMORROW, "b", 3)], later)
    (row,) = await awake.deliveries_of(5)
    assert (row.outcome, row.tip_id, row.message_id) == (Outcome.SENT, "b", 3)
    subscription = await awake.subscription_of(5)
    assert subscription is not None
    assert subscription.due == TOMORROW
    await frozen.close()
    await awake.close()
