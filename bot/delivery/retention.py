"""Deletes what has outlived its purpose, once an hour."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.storage.model import StoreError
from bot.storage.protocol import Store

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)


async def keep_retention(
    store: Store,
    clock: Callable[[], datetime],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    every: timedelta = EVERY,
) -> None:
    """Purge the store now and every hour, for ever. A store that fails is tried again the next time."""
    while True:
        try:
            receipt = await store.purge(clock())
            if receipt.total:
                logger.info("purged", extra={"rows": receipt.total})
        except StoreError as error:
            logger.warning("purge-failed", extra={"error": str(error)})
        await sleep(every.total_seconds())
