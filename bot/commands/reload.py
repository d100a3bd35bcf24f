"""Taking the packs in anew while the bot runs. A pack that cannot be used is refused, and the old one stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.commands.errors import UsageError
from bot.handlers.services import Services
from bot.replies.emergency import prepare_fallback
from bot.understanding.model import Understander
from content.faults import PackError
from content.model import Pack

logger = logging.getLogger(__name__)

Read = Callable[[], tuple[Pack, Understander]]
"""Reads the packs from disk and makes the understanding that belongs to them. Runs in a thread of its own."""


async def reload_packs(services: Services, read: Read) -> bool:
    """Replace pack, understanding and fall-back cards together, or keep all three and say in one line why."""
    try:
        pack, understander = await asyncio.to_thread(read)
        fallback = prepare_fallback(pack, services.clock())
    except Exception as error:  # noqa: BLE001  # whatever is wrong with the new pack, the bot goes on with the old
        services.metrics.reloaded("refused")
        logger.error("pack-refused", extra={"kept": services.pack.version, "reason": _first(error)})  # noqa: TRY400
        return False
    before = services.pack.version
    services.use(pack, understander, fallback)
    services.metrics.reloaded("taken")
    logger.info("pack-taken", extra={"pack": pack.version, "before": before})
    return True


async def keep_reloading(services: Services, read: Read, asked: asyncio.Event) -> None:
    """Reload each time `asked` is set, one after the other, for ever."""
    while True:
        await asked.wait()
        asked.clear()
        await reload_packs(services, read)


def _first(error: Exception) -> str:
    if isinstance(error, PackError):
        more = len(error.faults) - 1
        return f"{error.faults[0]}" + (f" (and {more} more, see `mamori check`)" if more else "")
    return str(error) if isinstance(error, UsageError) else type(error).__name__
