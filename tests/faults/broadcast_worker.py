"""One process that sends a broadcast: the real store, broadcaster, pacer and transport, and it can be killed.

`python -m tests.faults.broadcast_worker DATABASE BOT_API SECONDS`: the clock is SECONDS ahead; it ends when there is
nothing left to send.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

from telegram.ext import ExtBot

from bot.delivery.broadcaster import Broadcaster
from bot.delivery.broadcasting import Progress
from bot.delivery.outcome import classify
from bot.storage.broadcast import Broadcast
from bot.storage.sql import open_store
from bot.transport.pacing import BROADCAST, Pacer
from bot.transport.request import AiohttpRequest
from bot.transport.sending import send_text
from content.profile import Profile
from tests.faults.telegram import TOKEN
from tests.faults.worker import LIMITS


class Sender:
    """Sends the text of a broadcast, and shows its progress to nobody."""

    def __init__(self, bot: ExtBot[str]) -> None:
        self.bot = bot

    async def send_broadcast(self, chat_id: int, broadcast: Broadcast, profile: Profile) -> None:
        """Send the text in the reader's language."""
        await send_text(self.bot, chat_id, broadcast.texts[profile.language], lane=BROADCAST)

    async def show_progress(self, broadcast: Broadcast, progress: Progress) -> None:
        """Do nothing: the test looks into the store."""


async def main(address: str, api: str, ahead: float) -> None:
    """Send what is to be sent."""
    store = await open_store(address)
    request = AiohttpRequest()
    bot = ExtBot(
        TOKEN, base_url=f"{api}/bot", request=request, get_updates_request=request, rate_limiter=Pacer(rate=1000)
    )
    await bot.initialize()
    broadcaster = Broadcaster(
        store,
        Sender(bot),
        classify,
        clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead),
        worker=str(os.getpid()),
        rate=1000,
        limits=LIMITS,
    )
    while await broadcaster.step():
        await broadcaster.finish()
    await bot.shutdown()
    await store.close()


if __name__ == "__main__":
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
