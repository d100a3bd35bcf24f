"""Makes one call of many: whoever asks while a call is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AT_A_TIME = 16
"""Answers given in one turn of the event loop: whoever gets one goes on computing in that same turn."""


class Together(Generic[Item, Answer]):
    """Collects items that come in at the same time and handles them in one call of `act`.

    The first item goes at once, and those that come meanwhile go together after it. `act` answers every item, in
    order; what it raises, everyone in that call gets. Answers are given a few at a time, so that those who waited do
    not hold the event loop together.
    """

    def __init__(self, act: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]], largest: int = 500) -> None:
        self._act = act
        self._largest = largest
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._runner: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Answer:
        """Return the answer to one item."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
                try:
                    answers = await self._act([item for item, _ in taken])
                except Exception as error:  # noqa: BLE001  (handed to everyone who waits for it)
                    for _, future in taken:
                        if not future.done():
                            future.set_exception(error)
                else:
                    for number, ((_, future), answer) in enumerate(zip(taken, answers, strict=True), 1):
                        if not future.done():
                            future.set_result(answer)
                        if number % AT_A_TIME == 0:
                            await asyncio.sleep(0)
        finally:
            self._runner = None
