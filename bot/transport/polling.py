"""Asking Telegram for updates, and confirming each only after it was handled."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter  # RequestData has no other ingredient

from bot.transport.fate import retry_seconds
from bot.transport.reading import read_update

_log = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
"""What the bot asks Telegram for, by polling and by webhook alike."""

_MOST = 100
"""Updates that Telegram gives at a time, at most."""
_FEW = 20
"""When so few of a full batch are still in hand, the next one is asked for, so that no moment is lost."""
_AT_A_TIME = 20
"""Updates read in one turn of the event loop."""
_LONGEST_RECHECK = 0.5
_LONGEST_PAUSE = 30.0
_FAREWELL_TIMEOUT = 3.0


class WebhookIsSetError(RuntimeError):
    """Telegram delivers this bot's updates to a webhook; polling would not work, or would switch it off."""


@dataclass(slots=True)
class PollCounts:
    """What a poller has met since it was made; repeats are deliveries of an update that is still in hand."""

    received: int = 0
    malformed: int = 0
    repeated: int = 0
    failed: int = 0
    abandoned: int = 0
    errors: int = 0


class Poller:
    """Fetches updates by long polling and hands each to ``process``, all at the same time, in order of arrival.

    Telegram forgets every update below the offset of a request. The offset is the first update not yet handled, so
    that a killed process gets it again: twice at worst, never not at all. While an update takes long, or the last few
    of a full batch are in hand, polling goes on: Telegram then repeats what is unconfirmed, which is recognised by its
    id, and adds what is new, up to 100 unconfirmed ones. ``process`` keeps order and time-outs; an update that it holds
    for ``give_up_after`` seconds all the same is cancelled, counted and let go.

    An update that cannot be parsed is counted, logged by its id and skipped. Errors of the network are tried again
    after a pause that doubles from 1 to 30 s, times a factor between 0.5 and 1 drawn with ``jitter`` (a number
    from 0 to 1). ``request`` is the bot's request for updates; ``poll_timeout`` is in seconds, as is ``clock``, a
    monotonic one. Whoever calls initializes bot and request.
    """

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        process: Callable[[Update], Awaitable[None]],
        *,
        allowed_updates: Sequence[str] = ALLOWED_UPDATES,
        poll_timeout: int = 25,
        recheck: float = 0.1,
        give_up_after: float = 120.0,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.counts = PollCounts()
        self._bot, self._request, self._process = bot, request, process
        self._allowed_updates = list(allowed_updates)
        self._poll_timeout, self._recheck, self._give_up_after = poll_timeout, recheck, give_up_after
        self._jitter, self._clock, self._sleep = jitter, clock, sleep
        self._last_heard = clock()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._handled: set[int] = set()  # handled, but behind an earlier one that is not
        self._after_last: int | None = None
        self._stopping, self._stopped = asyncio.Event(), asyncio.Event()
        self._awaited, self._few_left = 0, asyncio.Event()
        self._stop_within = 0.0
        self._started = False
        self._wait = recheck

    @property
    def in_hand(self) -> int:
        """How many updates are being handled now."""
        return len(self._running)

    def silent_for(self) -> float:
        """Tell for how many seconds Telegram has not answered a poll; before the first answer, since the start."""
        return self._clock() - self._last_heard

    async def run(self) -> None:
        """Poll until ``stop``.

        Raises ``WebhookIsSetError`` when a webhook is set, before or while polling, and ``InvalidToken``. When
        cancelled, what is in hand is cancelled too and stays unconfirmed.
        """
        failures, checked = 0, False
        self._started = True
        self._last_heard = self._clock()
        try:
            while not self._stopping.is_set():
                try:
                    if not checked:
                        await self._refuse_webhook()
                        checked = True
                    asked = self._clock()
                    batch = await self._or_stop(self._get_updates(self._poll_timeout, _MOST))
                except InvalidToken:
                    raise
                except TelegramError as error:
                    failures += 1
                    checked = checked and not isinstance(error, Conflict)
                    await self._pause(error, failures)
                else:
                    failures = 0
                    if batch is not None:
                        news = await self._take(batch)
                        if not self._running and not news and self._clock() - asked < self._recheck:
                            # A server that does not wait, or repeats what no id can confirm, is not asked in a spin.
                            await self._or_stop(self._sleep(self._recheck))
            await self._finish()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            self._stopped.set()

    async def stop(self, within: float = 8.0) -> None:
        """Stop polling: finish what is in hand within so many seconds, confirm it to Telegram, and return.

        What is not finished by then is cancelled and stays unconfirmed. ``run`` returns at the same time.
        """
        self._stop_within = within
        self._stopping.set()
        if self._started:
            await self._stopped.wait()

    async def _take(self, batch: Sequence[object]) -> bool:
        """Start what is new in a batch, wait until it is time to look again; tell if any was new."""
        self._last_heard = self._clock()
        ids = [update_id for item in batch if (update_id := _update_id(item)) is not None]
        self._handled.intersection_update(ids)  # what Telegram repeats no more is confirmed
        news = False
        for number, item in enumerate(batch):
            if number and number % _AT_A_TIME == 0:
                await asyncio.sleep(0)
            update_id = _update_id(item)
            if update_id is None:
                self.counts.malformed += 1
                _log.warning("update-without-id")
            elif update_id in self._running or update_id in self._handled:
                self.counts.repeated += 1
            else:
                news = True
                self._start(update_id, item)
        if ids:
            self._after_last = max(ids) + 1
        if self._running:
            self._wait = self._recheck if news else min(self._wait * 2, _LONGEST_RECHECK)
            more = news and len(batch) >= _MOST
            await self._or_stop(self._wait_until(_FEW if more else 0, self._wait))
        return news

    async def _wait_until(self, left: int, seconds: float) -> None:
        """Return when no more than so many updates are in hand, or after so many seconds."""
        self._awaited = left
        self._few_left.clear()
        if len(self._running) > left:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._few_left.wait()

    def _start(self, update_id: int, item: Any) -> None:  # noqa: ANN401 -- whatever stood in Telegram's answer
        self.counts.received += 1
        try:
            update = read_update(item, self._bot)
        except Exception as error:  # noqa: BLE001 -- a broken update can break the parser in any way
            self.counts.malformed += 1
            self._handled.add(update_id)
            _log.warning("update-unreadable", extra={"update": update_id, "error": type(error).__name__})
            return
        self._running[update_id] = asyncio.create_task(self._handle(update_id, update))

    async def _handle(self, update_id: int, update: Update) -> None:
        try:
            async with asyncio.timeout(self._give_up_after) as limit:
                await self._process(update)
        except Exception as error:  # noqa: BLE001 -- one update must not end the polling
            if limit.expired():
                self.counts.abandoned += 1
            else:
                self.counts.failed += 1
            _log.error("update-failed", extra={"update": update_id, "error": type(error).__name__})
        finally:
            del self._running[update_id]
            if len(self._running) <= self._awaited:
                self._few_left.set()
        self._handled.add(update_id)

    async def _get_updates(self, timeout: int, limit: int) -> Sequence[object]:  # noqa: ASYNC109 -- Telegram's own parameter
        # Past the bot's own method, which parses a batch as a whole (one broken update stalls it for good) and
        # logs every word of it at DEBUG.
        offset = min(self._running, default=self._after_last)
        parameters = [
            RequestParameter(name, value, None)
            for name, value in (
                ("offset", offset),
                ("limit", limit),
                ("timeout", timeout),
                ("allowed_updates", self._allowed_updates),
            )
            if value is not None
        ]
        answer = await self._request.post(
            f"{self._bot.base_url}/getUpdates",
            RequestData(parameters),
            read_timeout=(self._request.read_timeout or _FAREWELL_TIMEOUT) + timeout,
        )
        return answer if isinstance(answer, list) else []

    async def _refuse_webhook(self) -> None:
        info = await self._bot.get_webhook_info()
        if info.url:
            raise WebhookIsSetError(
                f"Telegram delivers this bot's updates to a webhook at {urlsplit(info.url).hostname}: "
                "remove the webhook before polling, or run with the webhook"
            )

    async def _pause(self, error: TelegramError, failures: int) -> None:
        self.counts.errors += 1
        pause = min(2.0 ** min(failures - 1, 10), _LONGEST_PAUSE) * (0.5 + 0.5 * self._jitter())
        if isinstance(error, RetryAfter):
            pause = max(pause, retry_seconds(error))
        if isinstance(error, Conflict):
            _log.error("another-process-polls-for-this-bot", extra={"next_try_in": round(pause, 1)})
        else:
            _log.warning(
                "polling-failed",
                extra={"error": type(error).__name__, "reason": str(error), "next_try_in": round(pause, 1)},
            )
        await self._or_stop(self._sleep(pause))

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(tuple(self._running.values()), timeout=self._stop_within)
        if self._running:
            _log.warning("updates-left-for-the-next-start", extra={"number": len(self._running)})
        if self._after_last is None:
            return
        try:
            async with asyncio.timeout(_FAREWELL_TIMEOUT):
                await self._get_updates(0, 1)  # what it returns is not confirmed, and comes again
        except (TelegramError, TimeoutError) as error:
            _log.warning("last-updates-not-confirmed", extra={"error": type(error).__name__})

    async def _or_stop(self, awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401 -- passes through what it awaits
        """Await, but cancel and give None as soon as the poller is to stop."""
        work, stop = asyncio.ensure_future(awaitable), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else None
        finally:
            for task in (work, stop):
                task.cancel()
            await asyncio.gather(work, stop, return_exceptions=True)


def _update_id(item: object) -> int | None:
    update_id = item.get("update_id") if isinstance(item, dict) else None
    return update_id if isinstance(update_id, int) and not isinstance(update_id, bool) else None
