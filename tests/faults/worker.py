"""One replica that delivers: the real store, dispatcher, pacer and transport, in a process that can be killed.

`python -m tests.faults.worker DATABASE BOT_API SECONDS once|always`: the clock is SECONDS ahead; `once` ends when
nothing is due any more, `always` goes on until it is ended.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

from telegram.ext import ExtBot

from bot.delivery.dispatcher import Dispatcher, Limits
from bot.delivery.outcome import classify
from bot.storage import engine, lead
from bot.storage.protocol import Store
from bot.storage.sql import open_store
from bot.transport.pacing import BROADCAST, Pacer
from bot.transport.request import AiohttpRequest
from content.profile import Profile
from tests.delivery.house import PACK
from tests.faults.telegram import TOKEN

LEASE = timedelta(seconds=6)
"""How long claims are held here; a killed worker's successor has a clock that is further ahead than that."""
LIMITS = Limits(batch=100, concurrency=32, interval=timedelta(seconds=0.2), lease=LEASE, margin=LEASE / 3)


class Sender:
    """Sends a tip's name in the lane of broadcasts."""

    def __init__(self, bot: ExtBot[str]) -> None:
        self.bot = bot

    async def send_tip(self, chat_id: int, tip_id: str, profile: Profile, *, picture: bool = False) -> int:
        """Send and return the id of the message."""
        words = f"{tip_id} {profile.language} {picture}"
        message = await self.bot.send_message(chat_id, words, rate_limit_args=BROADCAST)
        return message.message_id


async def something_is_due(store: Store, ahead: float) -> bool:
    """Tell whether any tip still waits, perhaps for the end of a claim that came to nothing."""
    now = datetime.now(UTC) + timedelta(seconds=ahead)
    return any(entry.next_due and entry.next_due <= now for entry in await store.subscriptions(None, 20_000))


async def main(address: str, api: str, ahead: float, how_long: str) -> None:
    """Deliver what is due."""
    # What is waited for when a process froze is waited for here too, but not for long.
    lead.LAPSE, lead.BEAT, engine.IDLE_SECONDS = timedelta(seconds=2), timedelta(seconds=0.5), 2
    store = await open_store(address)
    request = AiohttpRequest()
    bot = ExtBot(
        TOKEN, base_url=f"{api}/bot", request=request, get_updates_request=request, rate_limiter=Pacer(rate=1000)
    )
    await bot.initialize()
    dispatcher = Dispatcher(
        store,
        lambda: PACK,
        Sender(bot),
        classify,
        clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead),
        worker=str(os.getpid()),
        limits=LIMITS,
    )
    if how_long == "always":
        await dispatcher.run()
    while await dispatcher.run_once() or await something_is_due(store, ahead):  # noqa: ASYNC110  (leases run out)
        await asyncio.sleep(0.05)
    await bot.shutdown()
    await store.close()


if __name__ == "__main__":
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]))
