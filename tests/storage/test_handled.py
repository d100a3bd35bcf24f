from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.handled import HandledUpdates
from bot.storage.memory import MemoryStore
from bot.storage.protocol import Store
from bot.storage.sql import open_store

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def now() -> datetime:
    return NOW


class Ailing(MemoryStore):
    """A store in memory that fails, or hangs until it is let go, and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.lookups: list[list[int]] = []
        self.records: list[list[int]] = []

    async def _ail(self) -> None:
        self.asked.set()
        await self.gate.wait()
        if self.fails:
            raise OSError("disk full")

    async def seen_updates(self, update_ids: Collection[int]) -> AbstractSet[int]:
        self.lookups.append(sorted(update_ids))
        await self._ail()
        return await super().seen_updates(update_ids)

    async def record_updates(self, update_ids: Collection[int], now: datetime) -> None:
        self.records.append(sorted(update_ids))
        await self._ail()
        await super().record_updates(update_ids, now)


async def test_what_was_recorded_is_known_again_on_every_store(store: Store) -> None:
    first, second = (HandledUpdates(store, now, collect_for=0) for _ in range(2))
    assert await first.seen(2**40) is False
    first.record(2**40)
    first.record(2**40)
    assert await first.seen(2**40) is True
    await first.settle()
    assert await first.seen(2**40) is True
    assert await second.seen(2**40) is True
    assert await second.seen(2**40 + 1) is False


async def test_what_comes_together_is_asked_for_and_written_down_together() -> None:
    store = Ailing()
    handled = HandledUpdates(store, now, collect_for=0)
    store.gate.clear()
    first = asyncio.create_task(handled.seen(1))
    await store.asked.wait()
    others = [asyncio.create_task(handled.seen(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    store.gate.set()
    assert await asyncio.gather(first, *others) == [False] * 4
    for number in (1, 2, 3, 4):
        handled.record(number)
    await handled.settle()
    assert store.lookups == [[1], [2, 3, 4]]
    assert store.records == [[1, 2, 3, 4]]


async def test_an_update_that_is_still_being_written_down_is_known_without_asking() -> None:
    store = Ailing()
    handled = HandledUpdates(store, now, collect_for=0)
    store.gate.clear()
    handled.record(1)
    await store.asked.wait()
    handled.record(2)
    assert await handled.seen(1) is True
    assert await handled.seen(2) is True
    assert store.lookups == []
    store.gate.set()
    await handled.settle()
    assert store.records == [[1], [2]]
    assert await store.seen_updates([1, 2]) == {1, 2}


async def test_who_handles_alone_asks_the_store_only_about_what_came_before_or_was_long_ago() -> None:
    store = Ailing()
    await store.record_updates([4, 7], NOW)
    assert await store.newest_update() == 7
    handled = HandledUpdates(store, now, collect_for=0, above=7, remembered=2)
    assert [await handled.seen(number) for number in (8, 9, 4, 5)] == [False, False, True, False]
    assert store.lookups == [[4], [5]]
    for number in (8, 10, 9):
        handled.record(number)
    await handled.settle()
    assert [await handled.seen(number) for number in (9, 10, 11)] == [True, True, False]
    assert store.lookups == [[4], [5]]
    assert await handled.seen(8) is True, "it was put out of mind, and is asked for"
    assert store.lookups == [[4], [5], [8]]


async def test_a_store_that_fails_leaves_an_update_unseen_and_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    store = Ailing()
    handled = HandledUpdates(store, now, collect_for=0)
    store.fails = True
    assert await handled.seen(1) is False
    handled.record(1)
    await handled.settle()
    assert [record.message for record in caplog.records] == ["update-lookup-failed", "update-record-failed"]
    assert {vars(record)["error"] for record in caplog.records} == {"OSError"}
    store.fails = False
    assert await handled.seen(1) is True
    assert await HandledUpdates(store, now).seen(1) is False


async def test_a_store_that_hangs_holds_nobody_up_for_long(caplog: pytest.LogCaptureFixture) -> None:
    store = Ailing()
    handled = HandledUpdates(store, now, collect_for=0, lookup_timeout=0.001, record_timeout=0.001)
    store.gate.clear()
    handled.record(1)
    assert await handled.seen(2) is False
    await handled.settle()
    assert {vars(record)["error"] for record in caplog.records} == {"TimeoutError"}


async def test_a_store_that_hangs_does_not_hold_the_end_up() -> None:
    store = Ailing()
    handled = HandledUpdates(store, now, collect_for=0)
    store.gate.clear()
    handled.record(1)
    await store.asked.wait()
    async with asyncio.timeout(10):
        await handled.settle(within=0)
    assert await handled.seen(1) is True


async def test_what_is_still_being_collected_is_written_down_at_the_end(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'mamori.db'}"
    store = await open_store(address)
    handled = HandledUpdates(store, now, collect_for=0.001)
    handled.record(7)
    await handled.settle()
    await store.close()
    store = await open_store(address)
    assert await store.seen_updates([7]) == {7}
    await store.close()
