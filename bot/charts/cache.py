"""Charts as pictures, each drawn at most once, in a process of their own.

The drawing library costs more memory than the rest of the bot together, and holds the interpreter for hundreds of
milliseconds. So it never enters the bot's process: a worker (`python -m bot.charts`) is started for the first chart,
draws those that are asked for, and ends when nothing was asked for a while. Then its memory is the system's again.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

from bot.charts.wire import Card, Job, read_answer, write_job
from content.model import Pack
from content.panels import Sheet, build_sheet, chart_text

IDLE = 3.0
"""Seconds after the last chart until the worker ends."""
PATIENCE = 60.0
"""Seconds for one chart, the start of the worker included."""
WAIT = 8.0
"""Seconds that an answer waits for its chart: less than a handler has, so that the numbers still go out as text."""
WORKER = (sys.executable, "-m", "bot.charts")

__all__ = ["ChartCache", "ChartError", "chart_text"]


class ChartError(Exception):
    """A chart could not be drawn. The numbers are still there as text."""


class ChartCache(AbstractAsyncContextManager["ChartCache"]):
    """Draws charts off the event loop and keeps the pictures of the newest version of the pack.

    Use it as an async context manager, or call `close` at the end.
    """

    def __init__(
        self, *, idle: float = IDLE, patience: float = PATIENCE, wait: float = WAIT, worker: Sequence[str] = WORKER
    ) -> None:
        self._idle = idle
        self._patience = patience
        self._wait = wait
        self._command = tuple(worker)
        self._version = ""
        self._pictures: dict[tuple[str, str], asyncio.Task[bytes]] = {}
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def png(self, pack: Pack, chart: str, language: str) -> bytes:
        """Return a chart as PNG, drawn on the first call only; calls at the same time wait for the same drawing.

        Raises KeyError for a chart that the pack does not have, ChartError when it cannot be drawn (a later call
        tries again) or is not drawn within `wait` seconds (the drawing goes on, and a later call gets it).
        """
        if pack.version != self._version:
            self._version = pack.version
            self._pictures = {}
        key = chart, language
        task = self._pictures.get(key)
        if task is None:
            job = Job(language, build_sheet(pack, chart, language))
            task = self._pictures[key] = asyncio.create_task(self._draw(job))
            task.add_done_callback(partial(_drop_failed, self._pictures, key))
        try:
            async with asyncio.timeout(self._wait):
                return await asyncio.shield(task)
        except TimeoutError:
            raise ChartError("the chart is not drawn yet") from None

    async def draw(self, sheet: Sheet | Card, language: str) -> bytes:
        """Return a picture that is not of the pack as PNG; it is not kept. Raises ChartError."""
        return await self._draw(Job(language, sheet))

    @property
    def is_working(self) -> bool:
        """Tell whether a worker process is alive."""
        return self._process is not None and self._process.returncode is None

    async def __aexit__(self, *_: object) -> None:
        """End the worker."""
        await self.close()

    async def close(self) -> None:
        """End the worker and forget the pictures. The cache can be used again afterwards."""
        tasks = [task for task in self._pictures.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._pictures = {}
        await self._end()
        await asyncio.gather(*self._ending)

    async def _draw(self, job: Job) -> bytes:
        async with self._turn:
            if self._rest is not None:
                self._rest.cancel()
            try:
                async with asyncio.timeout(self._patience):
                    process = await self._started()
                    write_job(process, job)
                    return await read_answer(process)
            except (TimeoutError, EOFError, OSError) as error:
                await self._end()
                raise ChartError("the worker that draws charts gave no picture") from error
            except asyncio.CancelledError:
                await self._end()
                raise
            finally:
                self._rest = asyncio.get_running_loop().call_later(self._idle, self._retire)

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        return self._process

    def _retire(self) -> None:
        if not self._turn.locked():
            task = asyncio.get_running_loop().create_task(self._end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _end(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def _drop_failed(
    pictures: dict[tuple[str, str], asyncio.Task[bytes]], key: tuple[str, str], task: asyncio.Task[bytes]
) -> None:
    """Make room for another try, also when nobody waits for this one any more."""
    if (task.cancelled() or task.exception() is not None) and pictures.get(key) is task:
        del pictures[key]
