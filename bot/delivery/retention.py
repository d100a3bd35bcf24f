"""What has to be put in order now and then, once an hour: rows that outlived their purpose, plans of a wrong clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.delivery.schedule import next_due
from bot.storage.model import StoreError
from bot.storage.protocol import Store

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
PLANNED_AT_ONCE = 500


async def keep_retention(
    store: Store,
    clock: Callable[[], datetime],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    every: timedelta = EVERY,
) -> None:
    """Purge and realign the store now and every hour, for ever. A store that fails is tried again the next time."""
    while True:
        now = clock()
        try:
            receipt = await store.purge(now)
            if receipt.total:
                logger.info("purged", extra={"rows": receipt.total})
            moved = await realign(store, now)
            if moved:
                logger.warning("plans-of-a-wrong-clock", extra={"moved": moved})
        except StoreError as error:
            logger.warning("purge-failed", extra={"error": str(error)})
        await sleep(every.total_seconds())


async def realign(store: Store, now: datetime) -> int:
    """Plan anew what a clock that had jumped ahead planned too far away; return how many plans moved.

    Without this, a chat would get nothing until the day that the clock had shown. Raises StoreError.
    """
    moved = 0
    while adrift := await store.adrift(now, PLANNED_AT_ONCE):
        before = moved
        for one in adrift:
            moved += await store.replan(one.chat_id, next_due(one.choice, now, one.chat_id), now)
        if moved == before:
            break  # somebody else is at it
    return moved
