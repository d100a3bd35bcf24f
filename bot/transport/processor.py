"""Which update is handled when: in order within a chat, chats side by side, an emergency before all."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.transport.turnstile import Turnstile

_log = logging.getLogger(__name__)

# The base class takes one of its slots before it asks us, so an update waiting for its chat would hold one: its
# limit is set out of reach, and the slots that count are taken here, when an update's turn has come.
_OUT_OF_REACH = 1_000_000

Notice = Callable[[Update], Awaitable[None]]


class PerChatProcessor(BaseUpdateProcessor):
    """Runs updates of one chat one after the other and those of different chats side by side.

    - ``is_urgent(update)`` is awaited first, in order of arrival, for every update that would have to wait
      (judging costs, and what runs at once needs no judge). It must answer in the order in which it was asked, or
      the order within a chat is lost. What it calls urgent is
      never dropped and stands in a line of its own: it waits neither for the chat's other updates nor for a slot,
      only for earlier urgent ones of the same chat. If the judge fails, the update counts as urgent.
    - At most ``pending_per_chat`` updates of a chat are running or waiting. One more is not handled; instead
      ``on_overflow(update)`` is awaited for the first of a burst, which ends when the chat has nothing pending.
      Notices about membership are exempt: nobody types them.
    - At most ``slots`` ordinary updates run at the same time; those that wait for their chat hold none.
    - A handler still running after ``handler_timeout`` seconds is cancelled and ``on_timeout(update)`` is awaited, when
      given, still in the chat's turn.

    Updates that arrive at once begin in one turn of the event loop each (`Turnstile`).

    Failing or hanging notices (``on_overflow``, ``on_timeout``) are logged by type and cut after ``handler_timeout``.
    Updates without chat and user run at once in any free slot. Inline queries have a line apart from the chat's.
    """

    __slots__ = (
        "_cap",
        "_handler_timeout",
        "_is_urgent",
        "_lines",
        "_on_overflow",
        "_on_timeout",
        "_slots",
        "_turnstile",
    )

    def __init__(
        self,
        *,
        is_urgent: Callable[[Update], Awaitable[bool]],
        on_overflow: Notice,
        on_timeout: Notice | None = None,
        pending_per_chat: int = 5,
        slots: int = 256,
        handler_timeout: float = 10.0,
    ) -> None:
        if pending_per_chat < 1 or slots < 1 or handler_timeout <= 0:
            raise ValueError("pending_per_chat, slots and handler_timeout must be positive")
        super().__init__(_OUT_OF_REACH)
        self._is_urgent = is_urgent
        self._on_overflow = on_overflow
        self._on_timeout = on_timeout
        self._cap = pending_per_chat
        self._handler_timeout = handler_timeout
        self._slots = asyncio.Semaphore(slots)
        self._lines: dict[Hashable, _Line] = {}
        self._turnstile = Turnstile()

    @property
    def chats_in_hand(self) -> int:
        """How many chats have an update running or waiting now."""
        return len(self._lines)

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: whoever handed an update in also waits for it."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await the coroutine when the update's turn has come; called by ``process_update`` only.

        Raises whatever the coroutine raises, except that a time-out is logged and ends here.
        """
        try:
            if isinstance(update, Update):
                await self._in_line(update, coroutine)
            else:
                await coroutine
        finally:
            if inspect.iscoroutine(coroutine):
                coroutine.close()  # dropped, or cancelled while waiting: never started, and never will be

    async def _in_line(self, update: Update, coroutine: Awaitable[Any]) -> None:
        key = _line_of(update)
        if key is None:
            async with self._slots:
                await self._run(update, coroutine)
            return
        line = self._lines.setdefault(key, _Line())
        # Where nothing is in the way, every update runs at once, and nobody need judge which may not wait.
        waits = bool(line.users or self._slots.locked())
        line.users += 1
        try:
            if waits and await self._judge(update):
                async with line.urgent:
                    await self._run(update, coroutine)
            elif line.pending >= self._cap and update.my_chat_member is None:
                if not line.told:
                    line.told = True
                    await self._notify(self._on_overflow, update)
            else:
                line.pending += 1
                try:
                    async with line.ordinary, self._slots:
                        await self._run(update, coroutine)
                finally:
                    line.pending -= 1
                    line.told = line.told and line.pending > 0
        finally:
            line.users -= 1
            if not line.users:
                del self._lines[key]

    async def _judge(self, update: Update) -> bool:
        try:
            return await self._is_urgent(update)
        except Exception as error:  # noqa: BLE001 -- whatever breaks the judge, a cry for help must pass
            _log.error("judging-failed", extra={"update": update.update_id, "error": type(error).__name__})
            return True

    async def _run(self, update: Update, coroutine: Awaitable[Any]) -> None:
        try:
            await self._turnstile.go_through()
            async with asyncio.timeout(self._handler_timeout) as limit:
                await coroutine
        except TimeoutError:
            if not limit.expired():
                raise
            _log.error("handler-timeout", extra={"update": update.update_id, "seconds": self._handler_timeout})
            if self._on_timeout is not None:
                await self._notify(self._on_timeout, update)

    async def _notify(self, notice: Notice, update: Update) -> None:
        try:
            async with asyncio.timeout(self._handler_timeout):
                await notice(update)
        except Exception as error:  # noqa: BLE001 -- a failing notice must not stall the chat
            _log.error("notice-failed", extra={"update": update.update_id, "error": type(error).__name__})


@dataclass(slots=True)
class _Line:
    """One chat's two lines. It exists only while somebody stands in it."""

    ordinary: asyncio.Lock = field(default_factory=asyncio.Lock)
    urgent: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    pending: int = 0
    told: bool = False


def _line_of(update: Update) -> Hashable | None:
    if update.effective_chat is not None:
        return update.effective_chat.id
    if update.effective_user is not None:
        return "user", update.effective_user.id
    return None
