from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.retention import PLANNED_AT_ONCE, keep_retention
from bot.storage.memory import MemoryStore
from bot.storage.model import ChatKind, Due, Receipt, StoreError, SubscriptionChoice
from content.profile import Profile

START = datetime(2026, 3, 2, tzinfo=UTC)


class Stop(Exception):  # noqa: N818  # ends a loop that has no end
    pass


class FailsOnce(MemoryStore):
    failed = False

    async def purge(self, now: datetime) -> Receipt:
        if not self.failed:
            self.failed = True
            raise StoreError("locked")
        return await super().purge(now)


async def test_a_chat_that_blocked_the_bot_is_deleted_after_30_days_also_when_one_purge_fails() -> None:
    store = FailsOnce()
    await store.save_profile(1, Profile(), ChatKind.PRIVATE, START)
    await store.deactivate(1, "blocked", START)
    moments = iter([START, START + timedelta(days=29), START + timedelta(days=31)])
    seen: list[bool] = []

    async def sleep(_: float) -> None:
        await asyncio.sleep(0)
        seen.append(await store.chat_of(1) is not None)
        if len(seen) == 3:
            raise Stop

    with pytest.raises(Stop):
        await keep_retention(store, lambda: next(moments), sleep=sleep)
    assert seen == [True, True, False]


async def test_the_plans_of_a_wrong_clock_are_made_anew_at_the_start_already() -> None:
    store = MemoryStore()
    far = START + timedelta(days=365)
    for chat_id in range(PLANNED_AT_ONCE + 1):
        await store.subscribe(chat_id, SubscriptionChoice(hour=9), Due(far, far.date()), START)

    async def sleep(_: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        await keep_retention(store, lambda: START, sleep=sleep)
    plans = {one.due.local_date for one in await store.subscriptions(None, 1000) if one.due}
    assert plans == {START.date()}
