"""Processes that die or freeze: no tip comes twice, and none is lost but those in flight."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.model import Outcome
from tests.faults.killing import report, run_with_kills, start_worker, subscribe_many
from tests.faults.telegram import Telegram, running_telegram
from tests.storage.conftest import make_postgres_database, postgres
from tests.storage.postgres import missing

__all__ = ["postgres"]
PATIENCE = 60


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_telegram() as running:
        yield running


async def test_a_process_killed_at_random_moments_loses_only_what_was_in_flight_and_doubles_nothing(
    telegram: Telegram, tmp_path: Path
) -> None:
    found = await run_with_kills(f"sqlite:///{tmp_path}/mamori.db", telegram, tips=400, kills=4, seed=1)
    assert max(found.received) == 1
    assert found.lost <= found.most_lost
    assert found.lost_without_doubt == 0
    assert set(found.outcomes) <= {Outcome.SENT.value, Outcome.UNCERTAIN.value}
    assert found.outcomes.total() == 400


async def test_a_replica_that_freezes_and_wakes_up_doubles_nothing(
    telegram: Telegram, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgres")
    if isinstance(server, Exception):
        missing(server)
    address = await make_postgres_database(server)
    await subscribe_many(address, 300)
    some = asyncio.Event()

    def close_the_gate(number: int) -> None:
        if number == 60:
            telegram.gate.clear()
            some.set()

    telegram.on_taken = close_the_gate
    workers = [await start_worker(address, telegram, 0, "always")]
    try:
        async with asyncio.timeout(PATIENCE):
            await some.wait()
            workers[0].send_signal(signal.SIGSTOP)
            telegram.gate.set()
            workers.append(await start_worker(address, telegram, 0, "always"))
            await until_settled(address, telegram, 300)
            workers[0].send_signal(signal.SIGCONT)
            workers[1].kill()
            # The one that woke up works through what it still believed to be its own before it takes anything new.
            await subscribe_many(address, 301)
            while not telegram.taken[301]:  # noqa: ASYNC110  (another process is waited for)
                await asyncio.sleep(0.05)
    finally:
        for worker in workers:
            if worker.returncode is None:
                worker.kill()
            await worker.wait()
    assert max(telegram.taken.values()) == 1
    assert len(telegram.taken) == 301


async def until_settled(address: str, telegram: Telegram, tips: int) -> None:
    """Wait until the ledger says of every tip how it ended."""
    while True:
        found = await report(address, telegram, 0)
        if found.outcomes.total() == tips and "None" not in found.outcomes:
            assert found.lost_without_doubt == 0
            return
        await asyncio.sleep(0.1)
