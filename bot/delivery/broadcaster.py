"""The loop that sends broadcasts: gather, claim, send, record; and shows how far it is. It never ends by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Protocol

from bot.delivery.alarm import Alarm
from bot.delivery.broadcasting import Progress, canary_size, decide, progress_of, settle
from bot.delivery.dispatcher import RECORD_PAUSES, Limits
from bot.delivery.verdict import Verdict
from bot.storage.broadcast import SENDING, STARTED, Broadcast, BroadcastClaim, BroadcastResult, BroadcastState
from bot.storage.model import DeliveryState, Outcome, StoreError
from bot.storage.protocol import Store
from bot.storage.together import Together
from content.profile import Profile

logger = logging.getLogger(__name__)

GATHERED_AT_ONCE = 2_000
"""Chats that one transaction writes down."""
SHOWN_EVERY = timedelta(seconds=4)
"""How often the progress of a broadcast is shown anew."""


def limits_for(rate: float) -> Limits:
    """Return limits for `rate` messages a second: those of tips, but with about a second's worth claimed at once.

    So pause and stop find little in hand, and the progress is shown in time.
    """
    return replace(Limits.of_rate(rate), batch=max(20, ceil(rate)))


class BroadcastSender(Protocol):
    """Sends to people, and shows administrators how far it is."""

    async def send_broadcast(self, chat_id: int, broadcast: Broadcast, profile: Profile) -> None:
        """Send the message; any exception is handed to `classify`, save LookupError: the pack has nothing to say."""

    async def show_progress(self, broadcast: Broadcast, progress: Progress) -> None:
        """Show its author and its approver how far it is. Raises nothing that matters."""


class Broadcaster:
    """Sends what was approved until it is stopped. Several may run on one store.

    `classify` tells the meaning of an exception of the sender, `clock` the time (aware), `sleep` waits some seconds,
    `worker` names this process and must be unique, `rate` is how many messages a second may leave.
    """

    def __init__(
        self,
        store: Store,
        sender: BroadcastSender,
        classify: Callable[[Exception], Verdict],
        *,
        clock: Callable[[], datetime],
        worker: str,
        rate: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        limits: Limits | None = None,
    ) -> None:
        self._store, self._sender, self._classify = store, sender, classify
        self._clock, self._sleep, self._worker, self._rate = clock, sleep, worker, rate
        self._limits = limits or limits_for(rate)
        self._slots = asyncio.Semaphore(self._limits.concurrency)
        self._alarm = Alarm(sleep)
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._marks: Together[BroadcastClaim, bool] = Together(self._mark_all)
        self._records: Together[BroadcastResult, None] = Together(self._record_all)

    def wake(self) -> None:
        """Look for work now instead of at the end of the interval."""
        self._alarm.ring()

    def stop(self) -> None:
        """End `run` as soon as the sends in flight are finished and written down; the rest is given back."""
        self._stopping = True
        self._alarm.ring()

    async def run(self) -> None:
        """Send until `stop`, as long as the store says that this process is the one that sends.

        A store that fails is tried again after a pause.
        """
        try:
            while not self._stopping:
                try:
                    found = await self._store.lead() and await self.step()
                except StoreError as error:
                    logger.warning("broadcasts-not-worked-on", extra={"reason": str(error)})
                    found = False
                if not found and not self._stopping:
                    await self._alarm.wait(self._limits.interval.total_seconds())
            await self.finish()
        finally:
            for task in self._tasks:
                task.cancel()

    async def step(self) -> bool:
        """Do the next piece of work of every broadcast; say whether there was any. Raises StoreError."""
        found = await self._store.settle_broadcasts(self._clock()) > 0
        for broadcast in await self._store.broadcasts(STARTED):
            if broadcast.state is BroadcastState.GATHERING:
                found |= await self._gather(broadcast)
            elif broadcast.state in SENDING:
                found |= await self._start_batch(broadcast)
        await self._show()
        return found

    async def finish(self) -> None:
        """Wait for the sends in flight, and show where they have brought it."""
        await asyncio.gather(*self._tasks)

    async def _gather(self, broadcast: Broadcast) -> bool:
        now = self._clock()
        if not await self._store.gather(broadcast.broadcast_id, GATHERED_AT_ONCE, now):
            gathered = await self._store.broadcast_of(broadcast.broadcast_id)
            total = gathered.total if gathered else 0
            await self._store.begin_canary(broadcast.broadcast_id, canary_size(total), now)
        return True

    async def _start_batch(self, broadcast: Broadcast) -> bool:
        limits = self._limits
        claims = await self._store.claim_broadcast(
            broadcast.broadcast_id, self._clock(), limits.batch, self._worker, limits.lease
        )
        for position, claim in enumerate(claims):
            await self._slots.acquire()
            if self._stopping:
                self._slots.release()
                await self._give_back(claims[position:])
                break
            task = asyncio.create_task(self._deliver(broadcast, claim))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(claims)

    async def _give_back(self, claims: Sequence[BroadcastClaim]) -> None:
        try:
            await self._store.release_broadcast(claims, self._clock())
        except StoreError as error:
            logger.warning("messages-not-released", extra={"number": len(claims), "reason": str(error)})

    async def _deliver(self, broadcast: Broadcast, claim: BroadcastClaim) -> None:
        try:
            result = decide(broadcast, claim, self._clock())
            if result is None:
                if not await self._marks.put(claim):
                    # Paused, stopped, or somebody else's by now. One that was in doubt stays so until its lease ends.
                    if claim.found is not DeliveryState.SENDING:
                        await self._give_back([claim])
                    return
                result = await self._send(broadcast, claim)
            await self._record(result)
        except StoreError as error:
            logger.warning("message-waits-for-lease", extra={"reason": str(error)})
        except Exception:
            logger.exception("message-not-handled")
        finally:
            self._slots.release()
            self._alarm.ring()

    async def _send(self, broadcast: Broadcast, claim: BroadcastClaim) -> BroadcastResult:
        try:
            await self._sender.send_broadcast(claim.chat_id, broadcast, claim.profile)
        except LookupError:
            logger.warning("broadcast-without-words", extra={"broadcast": broadcast.broadcast_id})
            return BroadcastResult(claim, Outcome.REJECTED)
        except Exception as error:  # noqa: BLE001  (every exception of a send has a meaning)
            verdict = self._classify(error)
        else:
            return BroadcastResult(claim, Outcome.SENT)
        now = self._clock()
        if verdict.outcome is Outcome.MOVED and verdict.new_chat_id is not None:
            await self._store.migrate_chat(claim.chat_id, verdict.new_chat_id)
            return BroadcastResult(replace(claim, chat_id=verdict.new_chat_id), Outcome.LATER, now)
        if verdict.outcome is Outcome.GONE:
            await self._store.deactivate(claim.chat_id, verdict.reason, now)
        return settle(claim, verdict, now)

    async def _record(self, result: BroadcastResult) -> None:
        for pause in RECORD_PAUSES:
            try:
                return await self._records.put(result)
            except StoreError as error:
                logger.warning("outcome-not-written", extra={"reason": str(error)})
                await self._sleep(pause)
        return await self._records.put(result)

    async def _mark_all(self, claims: Sequence[BroadcastClaim]) -> Sequence[bool]:
        return await self._store.mark_broadcast(claims, self._clock(), self._limits.margin)

    async def _record_all(self, results: Sequence[BroadcastResult]) -> Sequence[None]:
        await self._store.record_broadcast(results)
        return [None] * len(results)

    async def _show(self) -> None:
        now = self._clock()
        for broadcast in await self._store.claim_panels(now, now - SHOWN_EVERY):
            held = await self._store.held_back(broadcast.broadcast_id, now)
            try:
                await self._sender.show_progress(broadcast, progress_of(broadcast, held, now, self._rate))
            except Exception as error:  # noqa: BLE001  (a picture of the work must not stop the work)
                logger.warning("progress-not-shown", extra={"error": type(error).__name__})
