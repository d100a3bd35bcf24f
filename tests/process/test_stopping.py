"""The process ends within ten seconds of being asked to, whatever waits, and loses and doubles nothing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.model import Outcome
from tests.faults.killing import report, start_worker, subscribe_many
from tests.faults.telegram import TOKEN, Telegram, running_telegram
from tests.process.conftest import Start, free_port
from tests.process.test_operation import event

TIPS = 100
ENDS_WITHIN = 10
LATER = 120.0
"""Seconds that the clock of the next process is ahead: later than any pause that was asked for."""


@pytest.fixture
async def busy() -> AsyncIterator[Telegram]:
    async with running_telegram() as running:
        yield running


@pytest.mark.parametrize("held", [True, False], ids=["during a pause that was asked for", "at the cap"])
async def test_a_process_with_many_due_tips_ends_in_time_and_the_next_one_sends_the_rest(
    start: Start, busy: Telegram, tmp_path: Path, *, held: bool
) -> None:
    address = f"sqlite:///{tmp_path}/mamori.db"
    await subscribe_many(address, TIPS)
    some = asyncio.Event()
    busy.on_taken = lambda number: some.set() if number == 10 else None
    if held:
        busy.order("429", skip=10, retry_after=28)
    bot = await start(
        "run",
        BOT_TOKEN=TOKEN,
        BOT_API_URL=busy.url,
        BOT_DATABASE_URL=address,
        BOT_LISTEN=f"127.0.0.1:{free_port()}",
        BOT_LOG_FORMAT="json",
    )
    await event(bot, "flood-bot" if held else "bot-started")
    await some.wait()
    bot.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(ENDS_WITHIN):
        assert await bot.process.wait() == 0
    sent = len(busy.taken)
    assert 10 <= sent < TIPS, "there was still something to send"
    found = await report(address, busy, 0)
    assert found.outcomes[Outcome.SENT.value] == sent
    assert Outcome.UNCERTAIN.value not in found.outcomes
    worker = await start_worker(address, busy, LATER, "once")
    assert await worker.wait() == 0
    assert len(busy.taken) == TIPS
    assert max(busy.taken.values()) == 1
