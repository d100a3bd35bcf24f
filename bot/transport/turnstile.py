"""Lets what arrives at once begin one after the other, so that nothing else has to wait for all of it."""

import asyncio
from collections import deque


class Turnstile:
    """Lets one task through in each turn of the event loop; the others pass in the next turns, in order of arrival.

    A hundred updates that begin in the same turn also wait for the database and for Telegram together, come back
    together, and hold the loop for as long as all of them compute. Staggered, they take as long as before, while
    timers, health checks and tips come in between. Who comes alone passes without waiting.
    """

    __slots__ = ("_closed", "_queue")

    def __init__(self) -> None:
        self._closed = False
        self._queue: deque[asyncio.Future[None]] = deque()

    async def go_through(self) -> None:
        """Return in this turn of the loop, or, when somebody has already passed in it, in one of the next."""
        loop = asyncio.get_running_loop()
        if not self._closed:
            self._closed = True
            loop.call_soon(self._open, loop)
            return
        turn = loop.create_future()
        self._queue.append(turn)
        await turn  # who is cancelled stays in the queue, done; `_open` goes past them

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                loop.call_soon(self._open, loop)
                return
        self._closed = False
