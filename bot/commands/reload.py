"""Taking the packs in anew while the bot runs. A pack that cannot be used is refused, and the old one stays."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bot.commands.errors import UsageError
from bot.handlers.services import Services
from bot.replies.emergency import prepare_fallback
from bot.understanding.engine import Engine
from bot.understanding.model import Understander
from content.faults import PackError
from content.model import Pack

logger = logging.getLogger(__name__)

Read = Callable[[], tuple[Pack, Understander]]
"""Reads the packs from disk and makes the understanding that belongs to them. Runs in a thread of its own."""
Fit = Callable[[], Awaitable[bool]]
"""Fits the understanding of the packs on disk and tells whether that worked."""
FITTING_PRIORITY = 10
"""How far the fitting process steps back behind the one that answers people (as `nice` counts)."""


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


async def keep_reloading(services: Services, read: Read, asked: asyncio.Event, fit: Fit | None = None) -> None:
    """Reload each time `asked` is set, one after the other, for ever.

    Where nobody has fitted the understanding of the packs yet, `fit` does so beside, and the result is taken in.
    """
    fitting = _begin_fitting(services, read, fit)
    try:
        while True:
            await asked.wait()
            asked.clear()
            if await reload_packs(services, read):
                await _end(fitting)
                fitting = _begin_fitting(services, read, fit)
    finally:
        await _end(fitting)


def _begin_fitting(services: Services, read: Read, fit: Fit | None) -> asyncio.Task[None] | None:
    behind = isinstance(services.understander, Engine) and services.understander.degraded
    return asyncio.create_task(_fit(services, read, fit)) if fit is not None and behind else None


async def _fit(services: Services, read: Read, fit: Fit) -> None:
    logger.warning("understanding-behind", extra={"pack": services.pack.version, "meanwhile": "the base pack's"})
    if await fit():
        await reload_packs(services, read)
    else:
        logger.error("fitting-failed", extra={"pack": services.pack.version, "kept": "the base pack's"})


async def _end(fitting: asyncio.Task[None] | None) -> None:
    if fitting is not None:
        fitting.cancel()
        await asyncio.gather(fitting, return_exceptions=True)


async def fit_beside(packs: Sequence[Path], cache: Path, encoder: str = "use") -> bool:
    """Fit the understanding of packs in a process of its own, at low priority; tell whether it worked.

    The stages go to the log. The process ends with the task that waits for it.
    """
    folders = [word for folder in packs for word in ("--pack", str(folder))]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.understanding.fit",
        *folders,
        "--cache",
        str(cache),
        "--encoder",
        encoder,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, FITTING_PRIORITY)
        assert process.stderr is not None  # noqa: S101  # we asked for it
        async for line in process.stderr:
            logger.info("fitting", extra={"stage": line.decode("utf-8", "replace").strip()})
        return await process.wait() == 0
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _first(error: Exception) -> str:
    if isinstance(error, PackError):
        more = len(error.faults) - 1
        return f"{error.faults[0]}" + (f" (and {more} more, see `mamori check`)" if more else "")
    return str(error) if isinstance(error, UsageError) else type(error).__name__
