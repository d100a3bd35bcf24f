"""Keeping below Telegram's flood limits without letting a person wait behind a broadcast."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.transport.fate import retry_seconds
from bot.transport.paces import ChatId, ChatPace, LanePace
from bot.transport.turnstile import Turnstile

_log = logging.getLogger(__name__)

REPLY: Final = "reply"
"""The lane of answers to a person, and the default: paced by chat only."""
BROADCAST: Final = "broadcast"
"""The lane of what nobody is waiting for: paced overall as well, and gives way to replies."""
URGENT: Final = "urgent"
"""The lane of emergency replies: never waits, whatever Telegram refused before."""

_PACED: Final = ("send", "copy", "forward", "edit")
_SIGNS: Final = frozenset({"sendChatAction"})
_SEVERAL_CHATS_WITHIN = 5.0

Answer = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(slots=True)
class PaceCounts:
    """What a pacer has met since it was made; `asked_to_wait` is in seconds, over all refusals."""

    replies: int = 0
    broadcasts: int = 0
    refusals: int = 0
    general_refusals: int = 0
    asked_to_wait: float = 0.0


class Pacer(BaseRateLimiter[str]):
    """Paces what the bot sends, in lanes.

    ``rate_limit_args`` chooses the lane: ``REPLY`` (default), ``BROADCAST`` or ``URGENT``.
    Paced are messages, copies and edits. Answers to buttons, typing signs, getters and deletions go at once.

    - Broadcasts leave evenly, ``rate`` a second at most, first come, first served, see ``LanePace``. What may catch up
      leaves in one turn of the event loop each.
    - A reply waits for its own chat only (1 a second after a burst of ``burst``; groups 20 a minute), and for
      that ``reply_patience`` seconds at most: then it goes, and Telegram decides.
    - A refusal for flooding (429) that concerns one chat holds that chat; one that concerns the bot holds the broadcast
      lane, for as long as Telegram asked. It concerns the bot when it meets a broadcast to a chat that was not
      written to lately, or when several chats are refused within 5 s.
    - A refused reply is tried once more if Telegram asks for ``reply_patience`` seconds or less. A broadcast is not: it
      raises ``RetryAfter``, and so does one whose turn is further away than ``broadcast_patience`` seconds, and a reply
      to a chat held for longer than its patience. ``RetryAfter`` always means: not sent.
    - After ``let_go`` no broadcast waits any more.

    All times are in seconds of ``clock``, a monotonic one.
    """

    def __init__(
        self,
        *,
        rate: float = 29.0,
        burst: int = 4,
        group_per_minute: int = 20,
        reply_patience: float = 5.0,
        broadcast_patience: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.counts = PaceCounts()
        self.rate = rate
        self._chats = ChatPace(burst=burst, group_per_minute=group_per_minute)
        self._lane = LanePace(rate)
        self._reply_patience, self._broadcast_patience = reply_patience, broadcast_patience
        self._clock, self._sleep = clock, sleep
        self._turn = asyncio.Lock()
        self._turnstile = Turnstile()
        self._waiting = 0
        self._rests: set[asyncio.Timeout] = set()
        self._letting_go = False
        self._refused: dict[ChatId, float] = {}

    @property
    def waiting_broadcasts(self) -> int:
        """How many broadcasts wait for their turn."""
        return self._waiting

    def let_go(self) -> None:
        """Have every broadcast that waits, or would, raise ``RetryAfter``: the process ends, and another time will do.

        What has left is not touched, and replies go on as before.
        """
        if self._letting_go:
            return
        self._letting_go = True
        for rest in self._rests:
            rest.reschedule(asyncio.get_running_loop().time())

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: whoever waits here ends with the task that sends."""

    async def process_request(  # noqa: PLR0917 -- the base class dictates the signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,  # noqa: ANN401 -- passed through
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        """Make the request when it may go; called by python-telegram-bot only.

        Raises ``RetryAfter`` as the class says, ``ValueError`` for an unknown lane, and whatever the request raises.
        """
        lane = REPLY if rate_limit_args is None else rate_limit_args
        if lane not in {REPLY, BROADCAST, URGENT}:
            raise ValueError(f"unknown lane {lane!r}: it must be {REPLY!r}, {BROADCAST!r} or {URGENT!r}")

        async def send() -> Answer:
            return await callback(*args, **kwargs)

        if not is_paced(endpoint):
            return await send()
        chat_id = _chat_id(data)
        if lane == BROADCAST:
            return await self._broadcast(chat_id, send)
        return await self._reply(chat_id, send, urgent=lane == URGENT)

    async def _reply(self, chat_id: ChatId | None, send: Callable[[], Awaitable[Answer]], *, urgent: bool) -> Answer:
        if chat_id is not None:
            booked = self._chats.book(chat_id, self._clock()) - self._clock()
            if not urgent:
                if booked > 0:
                    await self._sleep(min(booked, self._reply_patience))
                await self._sit_out(chat_id, self._reply_patience)
        try:
            return await self._send_reply(send)
        except RetryAfter as refusal:
            pause = retry_seconds(refusal)
            self._note_refusal(chat_id, pause, whole_bot=False)
            if pause > self._reply_patience:
                raise
        await self._sleep(pause)
        try:
            return await self._send_reply(send)
        except RetryAfter as refusal:
            self._note_refusal(chat_id, retry_seconds(refusal), whole_bot=False)
            raise

    async def _send_reply(self, send: Callable[[], Awaitable[Answer]]) -> Answer:
        left = self._clock()
        self._lane.note_reply(left)
        self.counts.replies += 1
        return await self._told(left, send)

    async def _told(self, left: float, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """Send what left at that moment, and tell the lane when that has ended."""
        try:
            return await send()
        finally:
            self._lane.note_answer(left, self._clock())

    async def _broadcast(self, chat_id: ChatId | None, send: Callable[[], Awaitable[Answer]]) -> Answer:
        quiet = True
        if chat_id is not None:
            now = self._clock()
            quiet = self._chats.is_quiet(chat_id, now)
            booked = self._chats.book(chat_id, now, broadcast=True) - now
            if booked > self._broadcast_patience:
                raise _later(booked)
            if booked > 0:
                await self._rest(booked)
        self._waiting += 1
        try:
            async with self._turn:
                await self._turnstile.go_through()
                if chat_id is not None:
                    await self._sit_out(chat_id, 0.0)
                left = await self._await_turn()
        finally:
            self._waiting -= 1
        self.counts.broadcasts += 1
        try:
            return await self._told(left, send)
        except RetryAfter as refusal:
            self._note_refusal(chat_id, retry_seconds(refusal), whole_bot=quiet)
            raise

    async def _await_turn(self) -> float:
        """Wait for the lane, with the turn in hand, count the broadcast, and return the moment."""
        while (wait := self._lane.wait(now := self._clock())) > 0:
            if (held := self._lane.held_for(now)) > self._broadcast_patience:
                raise _later(held)
            await self._rest(wait)
        if self._letting_go:
            raise _later(1.0)
        self._lane.note_broadcast(now)
        return now

    async def _rest(self, seconds: float) -> None:
        """Sleep before a broadcast; raise when it is let go."""
        if self._letting_go:
            raise _later(seconds)
        try:
            async with asyncio.timeout(None) as rest:
                self._rests.add(rest)
                try:
                    await self._sleep(seconds)
                finally:
                    self._rests.discard(rest)
        except TimeoutError:
            raise _later(seconds) from None

    async def _sit_out(self, chat_id: ChatId, patience: float) -> None:
        """Wait while Telegram wants the chat left alone, or raise when that is longer than the patience."""
        while (held := self._chats.held_for(chat_id, self._clock())) > 0:
            if held > patience:
                raise _later(held)
            await self._sleep(held)

    def _note_refusal(self, chat_id: ChatId | None, pause: float, *, whole_bot: bool) -> None:
        now = self._clock()
        self.counts.refusals += 1
        self.counts.asked_to_wait += pause
        if chat_id is not None:
            self._refused = {key: at for key, at in self._refused.items() if at + _SEVERAL_CHATS_WITHIN > now}
            self._refused[chat_id] = now
        if whole_bot or len(self._refused) > 1:
            self.counts.general_refusals += 1
            _log.warning("flood-bot", extra={"broadcasts_pause_for": pause})
            self._lane.hold(now + pause)
        elif chat_id is not None:
            _log.warning("flood-chat", extra={"chat_left_alone_for": pause})
            self._chats.hold(chat_id, now + pause)


def is_paced(endpoint: str) -> bool:
    """Tell whether a method of the Bot API sends or changes a message, as against signs, getters and deletions."""
    return endpoint.startswith(_PACED) and endpoint not in _SIGNS


def _later(seconds: float) -> RetryAfter:
    return RetryAfter(timedelta(seconds=math.ceil(seconds)))


def _chat_id(data: dict[str, Any]) -> ChatId | None:
    chat_id = data.get("chat_id")
    if isinstance(chat_id, str):
        try:
            return int(chat_id)
        except ValueError:
            return chat_id  # the name of a channel or public group
    return chat_id if isinstance(chat_id, int) else None
