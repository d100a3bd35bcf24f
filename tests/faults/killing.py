"""A run of many tips whose process is killed again and again, and what became of each tip."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from bot.storage.engine import Database, parse_url
from bot.storage.model import Due, SubscriptionChoice
from bot.storage.schema import deliveries
from bot.storage.sql import open_store
from tests.faults.telegram import Telegram
from tests.faults.worker import LEASE, LIMITS

LONGEST_DELAY = 0.03
"""Seconds that may pass between a message and the kill, so that the process is hit in whatever it does then."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the tips of a run: how many chats got how many, and how the ledger says that it ended."""

    kills: int
    received: Counter[int]
    outcomes: Counter[str]
    lost: int
    lost_without_doubt: int

    @property
    def most_lost(self) -> int:
        """How many may be lost: the sends that were in flight when the process was killed."""
        return self.kills * LIMITS.concurrency


async def subscribe_many(address: str, tips: int) -> None:
    """Make so many subscriptions that are due now, unless they are there."""
    store = await open_store(address)
    now = datetime.now(UTC) - timedelta(seconds=5)
    known = await store.subscriptions(None, tips)
    for chat_id in range(len(known) + 1, tips + 1):
        await store.subscribe(chat_id, SubscriptionChoice(hour=now.hour), Due(now, now.date()), now)
    await store.close()


async def start_worker(address: str, telegram: Telegram, ahead: float, how_long: str) -> asyncio.subprocess.Process:
    """Start a replica that delivers."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.worker", address, telegram.url, str(ahead), how_long
    )


async def run_with_kills(address: str, telegram: Telegram, *, tips: int, kills: int, seed: int) -> Report:
    """Deliver `tips` while the process is killed with SIGKILL at `kills` moments drawn by `seed`, and report."""
    chance = random.Random(seed)  # noqa: S311  (a repeatable choice of moments)
    await subscribe_many(address, tips)
    moments = sorted(chance.sample(range(1, tips - LIMITS.concurrency * 2), kills))
    ahead = 0.0
    for moment in moments:
        reached = asyncio.Event()
        telegram.on_taken = partial(_set_at, moment, reached)
        worker = await start_worker(address, telegram, ahead, "once")
        ended = asyncio.create_task(worker.wait())
        waiting = asyncio.create_task(reached.wait())
        await asyncio.wait({ended, waiting}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(chance.uniform(0, LONGEST_DELAY))
        if worker.returncode is None:
            worker.kill()
        await ended
        waiting.cancel()
        ahead += 2 * LEASE.total_seconds()
    telegram.on_taken = lambda _: None
    worker = await start_worker(address, telegram, ahead, "once")
    if await worker.wait() != 0:
        raise RuntimeError("the last worker failed")
    return await report(address, telegram, kills)


def _set_at(moment: int, reached: asyncio.Event, number: int) -> None:
    if number >= moment:
        reached.set()


async def report(address: str, telegram: Telegram, kills: int) -> Report:
    """Compare what Telegram took with the ledger."""
    database = Database(parse_url(address))
    async with database.reading() as connection:
        rows = (await connection.execute(sa.select(deliveries.c.chat_id, deliveries.c.outcome))).all()
    await database.close()
    outcomes = {chat_id: str(outcome) for chat_id, outcome in rows}
    lost = [chat_id for chat_id in outcomes if not telegram.taken[chat_id]]
    return Report(
        kills,
        Counter(telegram.taken[chat_id] for chat_id in outcomes),
        Counter(outcomes.values()),
        len(lost),
        sum(outcomes[chat_id] != "uncertain" for chat_id in lost),
    )
