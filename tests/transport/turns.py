"""The turns of an event loop, counted."""

import asyncio


class Turns:
    """Counts the turns of the running loop, each of which runs every callback that was ready when it began."""

    def __init__(self) -> None:
        self.count = 0
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_soon(self._tick)

    def _tick(self) -> None:
        self.count += 1
        self._next = self._loop.call_soon(self._tick)

    def stop(self) -> None:
        self._next.cancel()
