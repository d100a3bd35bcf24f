"""Which updates were handled, across restarts and replicas: many at once are asked for and written down together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.storage.protocol import Records
from bot.storage.together import Together

_log = logging.getLogger(__name__)


class HandledUpdates:
    """Knows which updates were handled, and never fails: a broken store must not keep an answer from a person.

    What was handled is written down within ``collect_for`` seconds, all of it at once, so that a busy webhook costs the
    database little; until then it is known here. To be asked, the store has ``lookup_timeout`` seconds, and to write,
    for which nobody waits, ``record_timeout``. When it fails or takes longer, that is logged, and who asks it takes an
    update for not handled: it may be handled twice, never not at all. ``clock`` returns the aware time of now.

    With ``above`` this process alone handles updates, and none with a higher number was handled before it began: of
    those it knows by itself, for the last ``remembered`` of them, and the store is asked about the others only.
    """

    def __init__(
        self,
        store: Records,
        clock: Callable[[], datetime],
        *,
        collect_for: float = 0.2,
        lookup_timeout: float = 1.0,
        record_timeout: float = 10.0,
        above: int | None = None,
        remembered: int = 100_000,
    ) -> None:
        self._store, self._clock, self._collect_for = store, clock, collect_for
        self._lookup_timeout, self._record_timeout = lookup_timeout, record_timeout
        self._lookups: Together[int, bool] = Together(self._look_up)
        self._above, self._remembered = above, remembered
        self._own: dict[int, None] = {}
        self._unwritten: set[int] = set()
        self._writing: asyncio.Task[None] | None = None

    async def seen(self, update_id: int) -> bool:
        """Tell whether the update was handled before, here or by another replica."""
        if update_id in self._own:
            return True
        if self._above is not None and update_id > self._above:
            return False
        return await self._lookups.put(update_id)

    def record(self, update_id: int) -> None:
        """Note that the update was handled. It is written down soon; nobody need wait for that."""
        self._own[update_id] = None
        if len(self._own) > self._remembered:
            self._forget(next(iter(self._own)))
        self._unwritten.add(update_id)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_down())

    async def settle(self, within: float = 2.0) -> None:
        """Return when all that was recorded is written down, or ``within`` seconds are over."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=within)
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})

    def _forget(self, update_id: int) -> None:
        del self._own[update_id]
        if self._above is not None:
            self._above = max(self._above, update_id)

    async def _look_up(self, update_ids: Sequence[int]) -> Sequence[bool]:
        try:
            async with asyncio.timeout(self._lookup_timeout):
                found = await self._store.seen_updates(update_ids)
        except Exception as error:  # noqa: BLE001 -- as the class says
            _log.error("update-lookup-failed", extra={"updates": len(update_ids), "error": type(error).__name__})
            return [False] * len(update_ids)
        return [update_id in found for update_id in update_ids]

    async def _write_down(self) -> None:
        try:
            while self._unwritten:
                await asyncio.sleep(self._collect_for)
                taken = list(self._unwritten)
                try:
                    async with asyncio.timeout(self._record_timeout):
                        await self._store.record_updates(taken, self._clock())
                except Exception as error:  # noqa: BLE001 -- as the class says
                    _log.error("update-record-failed", extra={"updates": len(taken), "error": type(error).__name__})
                self._unwritten.difference_update(taken)
        finally:
            self._writing = None
