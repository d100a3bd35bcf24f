"""The loop that delivers: claim, choose, send, record. It never ends by itself."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.delivery.alarm import Alarm
from bot.delivery.plan import Send, decide, finish, postpone
from bot.delivery.verdict import Verdict
from bot.storage.model import DueDelivery, Outcome, Result, StoreError
from bot.storage.protocol import Store
from bot.storage.together import Together
from content.model import Pack
from content.profile import Profile

logger = logging.getLogger(__name__)

LOST = "lost"
"""Counted for a claim that somebody else took, or whose chat unsubscribed, before it was sent."""
FAILED = "failed"
"""Counted for a claim that could not be handled; its lease ends, and it is taken again."""
RECORD_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries to write down an outcome: what is not written counts as uncertain later."""


class Sender(Protocol):
    """Sends one tip to one chat."""

    async def send_tip(self, chat_id: int, tip_id: str, profile: Profile, *, picture: bool = False) -> int:
        """Send, with `picture` under a picture of its words, and return the id of the message.

        Any exception is handed to `classify`.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """How the loop paces itself.

    `batch` rows are claimed at a time, at most `concurrency` sends run at once, and an idle loop looks again after
    `interval`. `lease` is how long a claim is held; nothing is sent in its last `margin`, which must be longer than
    the longest send.
    """

    batch: int = 200
    concurrency: int = 32
    interval: timedelta = timedelta(seconds=5)
    lease: timedelta = timedelta(minutes=10)
    margin: timedelta = timedelta(minutes=2)
    longest_back_off: timedelta = timedelta(minutes=1)

    @classmethod
    def of_rate(cls, rate: float) -> Limits:
        """Return limits for `rate` sends a second.

        Half a second's worth of sends may be in the air: enough for a slow answer of Telegram and for outcomes that
        are written down many at a time, and no more, since a killed process leaves so many in doubt. At a high rate as
        much is claimed at a time: many rows cost a database less each, but reading them holds the event loop.
        """
        half = math.ceil(rate / 2)
        return cls(batch=min(max(half, 200), 500), concurrency=min(max(half, 16), 400))


class Dispatcher:
    """Delivers what is due until it is stopped.

    `pack` gives the current content pack, `classify` the meaning of an exception of the sender, `clock` the time
    (aware), `sleep` waits some seconds, `worker` names this process and must be unique among all that run. `observe`
    is told how each tip ended (an outcome, LOST or FAILED) and how long after its hour.
    """

    def __init__(
        self,
        store: Store,
        pack: Callable[[], Pack],
        sender: Sender,
        classify: Callable[[Exception], Verdict],
        *,
        clock: Callable[[], datetime],
        worker: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        limits: Limits | None = None,
        observe: Callable[[str, timedelta], None] = lambda _outcome, _late: None,
    ) -> None:
        self._store, self._pack, self._sender, self._classify = store, pack, sender, classify
        self._clock, self._sleep, self._worker = clock, sleep, worker
        self._limits = limits or Limits()
        self._slots = asyncio.Semaphore(self._limits.concurrency)
        self._alarm = Alarm(sleep)
        self._observe = observe
        self.leads = False
        """Whether this process was the one that dispatches when it last asked."""
        self._stopping = False
        self._tasks: set[asyncio.Task[Counter[str]]] = set()
        self._marks: Together[tuple[DueDelivery, str], bool] = Together(self._mark_all)
        self._records: Together[Result, None] = Together(self._record_all)

    def wake(self) -> None:
        """Look for due tips now instead of at the end of the interval."""
        self._alarm.ring()

    def stop(self) -> None:
        """End `run` as soon as the sends in flight are finished and written down; the rest is given back."""
        self._stopping = True
        self._alarm.ring()

    async def run(self) -> None:
        """Deliver until `stop`, as long as the store says that this process is the one that dispatches.

        A store that fails is tried again, after a pause that doubles up to a minute.
        """
        failures = 0
        try:
            while not self._stopping:
                try:
                    self.leads = await self._store.lead()
                    found = self.leads and await self._start_batch() is not None
                    failures = 0
                except StoreError as error:
                    failures += 1
                    self.leads = False
                    logger.warning("tips-not-claimed", extra={"reason": str(error)})
                    found = False
                if not found and not self._stopping:
                    await self._idle(failures)
            await asyncio.gather(*self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()

    async def run_once(self) -> Counter[str]:
        """Claim one batch, deliver it, and return how often each outcome came.

        Raises StoreError when nothing could be claimed.
        """
        batch = await self._start_batch()
        return Counter() if batch is None else await batch

    async def _idle(self, failures: int) -> None:
        pause = self._limits.interval
        if failures:
            pause = min(timedelta(seconds=1) * 2 ** min(failures - 1, 10), self._limits.longest_back_off)
        await self._alarm.wait(pause.total_seconds())

    async def _start_batch(self) -> asyncio.Task[Counter[str]] | None:
        """Claim a batch and begin all its deliveries; the returned task ends with the last of them."""
        claims = await self._store.claim_due(self._clock(), self._limits.batch, self._worker, self._limits.lease)
        if not claims:
            return None
        deliveries: list[asyncio.Task[str]] = []
        for position, claim in enumerate(claims):
            await self._slots.acquire()
            if self._stopping:
                self._slots.release()
                await self._give_back(claims[position:])
                break
            deliveries.append(asyncio.create_task(self._deliver(claim)))
        task = asyncio.create_task(self._finish_batch(deliveries))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _give_back(self, claims: Sequence[DueDelivery]) -> None:
        try:
            await self._store.release(claims, self._clock())
        except StoreError as error:
            logger.warning("claims-not-given-back", extra={"number": len(claims), "reason": str(error)})

    async def _finish_batch(self, deliveries: Sequence[asyncio.Task[str]]) -> Counter[str]:
        try:
            tally = Counter(await asyncio.gather(*deliveries))
        finally:
            for delivery in deliveries:
                delivery.cancel()
        logger.info("tips", extra={f"tips_{name}": number for name, number in sorted(tally.items())})
        try:
            for name, number in tally.items():
                await self._store.count(self._clock().date(), "delivery", name, "", number)
        except StoreError as error:
            logger.warning("batch-not-counted", extra={"reason": str(error)})
        return tally

    async def _deliver(self, claim: DueDelivery) -> str:
        name = await self._attempt(claim)
        self._observe(name, self._clock() - claim.due.at)
        return name

    async def _attempt(self, claim: DueDelivery) -> str:
        try:
            return await self._handle(claim)
        except StoreError as error:
            logger.warning("tip-waits-for-its-lease", extra={"reason": str(error)})
        except Exception:
            logger.exception("tip-not-handled")
        finally:
            self._slots.release()
        return FAILED

    async def _handle(self, claim: DueDelivery) -> str:
        decision = decide(claim, self._pack(), self._clock())
        if isinstance(decision, Send):
            if not await self._marks.put((claim, decision.tip_id)):
                return LOST
            decision = await self._send(decision)
        await self._record(decision)
        return decision.outcome.value if decision.outcome else LOST

    async def _send(self, send: Send) -> Result:
        claim = send.claim
        try:
            message_id = await self._sender.send_tip(
                claim.chat_id, send.tip_id, claim.profile, picture=claim.choice.pictures
            )
        except Exception as error:  # noqa: BLE001  (every exception of a send has a meaning)
            return await self._settle(send, self._classify(error), error)
        return finish(claim, Outcome.SENT, self._clock(), send.tip_id, message_id)

    async def _settle(self, send: Send, verdict: Verdict, error: Exception) -> Result:
        claim, now = send.claim, self._clock()
        # A stop sends what waits for its turn back to its row: that is how it ends, and no trouble.
        usual = verdict.outcome is Outcome.GONE or (self._stopping and verdict.outcome is Outcome.LATER)
        # The words of an exception can quote the message; its type and our reason cannot.
        logger.log(
            logging.DEBUG if usual else logging.WARNING,
            "tip-not-sent",
            extra={"outcome": verdict.outcome.value, "reason": verdict.reason, "error": type(error).__name__},
        )
        if verdict.outcome is Outcome.MOVED and verdict.new_chat_id is not None:
            await self._store.migrate_chat(claim.chat_id, verdict.new_chat_id)
            return Result(replace(claim, chat_id=verdict.new_chat_id), Outcome.LATER, retry_at=now)
        if verdict.outcome is Outcome.LATER:
            return postpone(claim, verdict, now)
        if verdict.outcome is Outcome.GONE:
            await self._store.deactivate(claim.chat_id, verdict.reason, now)
        return finish(claim, verdict.outcome, now, send.tip_id)

    async def _record(self, result: Result) -> None:
        for pause in RECORD_PAUSES:
            try:
                return await self._records.put(result)
            except StoreError as error:
                logger.warning("outcome-not-written", extra={"reason": str(error), "next_try_in": pause})
                await self._sleep(pause)
        return await self._records.put(result)

    async def _mark_all(self, tips: Sequence[tuple[DueDelivery, str]]) -> Sequence[bool]:
        return await self._store.mark_sending(tips, self._clock(), self._limits.margin)

    async def _record_all(self, results: Sequence[Result]) -> Sequence[None]:
        await self._store.record(results, self._clock())
        return [None] * len(results)
