"""A pause that ends early when there is work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Alarm:
    """Rings when there may be work, so that nobody waits for the end of an interval. `sleep` waits some seconds."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the pause that is under way, or else the next one."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Wait that long, or until it rings."""
        waits = {asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._rung.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        self._rung.clear()
