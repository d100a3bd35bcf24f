"""A broadcast whose process is killed with SIGKILL: nobody is left out, and only what was in flight comes twice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.storage.broadcast import Broadcast, BroadcastState
from bot.storage.model import Due, Outcome, SubscriptionChoice
from bot.storage.protocol import Store
from bot.storage.sql import open_store
from tests.faults.telegram import Telegram, running_telegram
from tests.faults.worker import LEASE, LIMITS

PEOPLE = 300
KILLS = (40, 130, 220)
"""After so many messages the process is killed."""


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_telegram() as running:
        yield running


async def start_broadcast(store: Store) -> None:
    now = datetime.now(UTC)
    for chat_id in range(1, PEOPLE + 1):
        due = Due(now + timedelta(days=9), now.date())
        await store.subscribe(chat_id, SubscriptionChoice(hour=9), due, now)
    await store.create_broadcast(Broadcast("b1", 900, now, texts={"en": "Hello"}, urgent=True))
    end = now + timedelta(days=3)
    move = store.move_broadcast
    await move("b1", [BroadcastState.DRAFT], BroadcastState.WAITING, now)
    await move("b1", [BroadcastState.WAITING], BroadcastState.GATHERING, now, approver=901, ends_at=end)
    while await store.gather("b1", 100, now):
        pass
    await store.begin_canary("b1", 1, now)
    await move("b1", [BroadcastState.CANARY], BroadcastState.RUNNING, now)


async def start_worker(address: str, telegram: Telegram, ahead: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.broadcast_worker", address, telegram.url, str(ahead)
    )


async def test_a_broadcast_that_is_killed_again_and_again_reaches_everybody_and_doubles_only_what_was_in_flight(
    telegram: Telegram, tmp_path: Path
) -> None:
    address = f"sqlite:///{tmp_path}/mamori.db"
    store = await open_store(address)
    await start_broadcast(store)
    ahead = 0.0
    for moment in KILLS:
        reached = asyncio.Event()
        telegram.on_taken = partial(set_at, moment, reached)
        worker = await start_worker(address, telegram, ahead)
        async with asyncio.timeout(60):
            await reached.wait()
        worker.kill()
        await worker.wait()
        ahead += 2 * LEASE.total_seconds()
    telegram.on_taken = lambda _: None
    found = await store.broadcast_of("b1")
    # One run does it; on a slow machine a lease may end under it, and the next run takes the rest.
    for _ in range(5):
        if found is not None and found.state is BroadcastState.DONE:
            break
        last = await start_worker(address, telegram, ahead)
        async with asyncio.timeout(60):
            assert await last.wait() == 0
        found = await store.broadcast_of("b1")
        ahead += 2 * LEASE.total_seconds()
    await store.close()
    assert found is not None
    assert (found.state, found.tally) == (BroadcastState.DONE, {Outcome.SENT: PEOPLE})
    assert len(telegram.taken) == PEOPLE
    assert telegram.taken.total() - PEOPLE <= len(KILLS) * LIMITS.concurrency
    assert max(telegram.taken.values()) <= 1 + len(KILLS)


def set_at(moment: int, reached: asyncio.Event, number: int) -> None:
    if number >= moment:
        reached.set()
