"""A store that fails while tips are on their way: nothing comes twice, and the rest comes when it works again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.dispatcher import Limits
from bot.storage import engine
from bot.storage.model import DeliveryState, StoreError
from bot.storage.protocol import Store
from bot.storage.sql import open_store
from tests.delivery.house import House, settle

CHATS = range(1, 31)
AFTER_THE_LEASE = Limits().lease + timedelta(seconds=1)


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    # A locked database is waited for: here it is not.
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    opened = await open_store(f"sqlite:///{tmp_path}/mamori.db")
    yield opened
    await opened.close()


@pytest.fixture
async def house(store: Store) -> House:
    house = House(store)
    await house.subscribe(*CHATS)
    house.clock.move(hours=1, minutes=5)
    return house


def received(house: House) -> Counter[int]:
    return Counter(chat for chat, _, _ in house.mailbox.sent)


async def test_a_database_locked_by_another_process_delays_the_outcome_and_doubles_nothing(
    house: House, tmp_path: Path
) -> None:
    house.mailbox.gate = asyncio.Event()
    working = asyncio.create_task(house.dispatcher.run_once())
    async with asyncio.timeout(30):
        while house.mailbox.busy < len(CHATS):  # noqa: ASYNC110  (a thread is waited for)
            await asyncio.sleep(0.01)
    with closing(sqlite3.connect(tmp_path / "mamori.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        house.mailbox.gate.set()
        async with asyncio.timeout(30):
            while len(house.clock.slept) < len(CHATS):  # noqa: ASYNC110  (each outcome could not be written once)
                await asyncio.sleep(0.01)
        other.rollback()
    house.clock.move(seconds=1)
    assert await working == {"sent": len(CHATS)}
    house.clock.move(minutes=30)
    assert await house.dispatcher.run_once() == {}
    assert set(received(house).values()) == {1}


async def test_a_database_locked_when_tips_are_due_delays_them(house: House, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "mamori.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            await house.dispatcher.run_once()
    assert await house.dispatcher.run_once() == {"sent": len(CHATS)}


async def limit_pages(store: Store, pages: int) -> None:
    """Make the disk full: no connection may let the file grow beyond so many pages."""
    database = store.database  # type: ignore[attr-defined]  # only the SQL store has one
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


async def fill(house: House) -> None:
    for number in range(1, 100_000):
        await house.store.record_messages([(1, number)], house.clock())


async def test_a_full_disk_stops_sending_and_afterwards_nothing_comes_twice(house: House) -> None:
    house.clock.move(hours=-1)
    await house.subscribe(*range(100, 500))  # more than the half-empty pages have room for
    house.clock.move(hours=1)
    await limit_pages(house.store, 1)  # SQLite takes the present size when it is larger
    with pytest.raises(StoreError, match="full"):
        await fill(house)
    with pytest.raises(StoreError, match="full"):
        await house.dispatcher.run_once()
    assert house.mailbox.sent == [], "what cannot be written down is not sent"
    await limit_pages(house.store, 1_000_000)
    for expected in (200, 200, 30):
        assert await house.dispatcher.run_once() == {"sent": expected}
    house.clock.move(minutes=30)
    assert await house.dispatcher.run_once() == {}
    assert set(received(house).values()) == {1}


async def test_a_database_file_that_is_removed_is_noticed_and_nothing_comes_twice(house: House, tmp_path: Path) -> None:
    assert await house.dispatcher.run_once() == {"sent": len(CHATS)}
    (tmp_path / "mamori.db").unlink()
    with pytest.raises(StoreError, match="removed or exchanged"):
        await house.store.ping()
    house.clock.move(minutes=30)
    assert await house.dispatcher.run_once() == {}
    assert set(received(house).values()) == {1}


async def test_a_crash_between_the_send_and_its_outcome_is_not_repeated(house: House) -> None:
    (claim, *rest) = await house.store.claim_due(house.clock(), 100, "dead", Limits().lease)
    await house.store.mark_sending([(claim, "tip-1")], house.clock(), Limits().margin)
    await settle()
    house.clock.now += AFTER_THE_LEASE
    assert await house.dispatcher.run_once() == {"sent": len(rest), "uncertain": 1}
    assert claim.chat_id not in received(house)
    (row,) = await house.store.deliveries_of(claim.chat_id)
    assert row.state is DeliveryState.DONE
