"""All that one sandbox knows, in one place that is handed to everything that works on it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.clock import MovableClock
from bot.sandbox.events import EventBus
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.files import FileStore
from bot.sandbox.flood import FloodGate, FloodLimits
from bot.sandbox.profile import Profile
from bot.sandbox.updates import UpdateQueue
from bot.sandbox.webhook import WebhookSender
from bot.sandbox.world import Chat, Json, Message, World

_CALLS_KEPT = 10_000


@dataclass(slots=True)
class Question:
    """A pressed button or an inline query that waits for the bot's answer."""

    person_id: int
    asked: datetime
    chat_id: int | None = None
    message_id: int | None = None
    query: str = ""
    offset: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the Bot API: its method, chat, HTTP status (0: no answer), and the time."""

    method: str
    chat_id: int | None
    status: int
    at: datetime


class Sandbox:
    """One sandbox: its world, mail, faults and limits. Nothing of it is shared between two of them."""

    def __init__(
        self, token: str, clock: MovableClock, bot_username: str, *, limits: FloodLimits, webhook_pause: float
    ) -> None:
        self.token = token
        self.clock = clock
        self.world = World(
            {
                "id": _bot_id(token),
                "is_bot": True,
                "first_name": bot_username.removesuffix("_bot").removesuffix("bot").capitalize() or bot_username,
                "username": bot_username,
            }
        )
        self.files = FileStore()
        self.profile = Profile()
        self.queue = UpdateQueue()
        self.webhook = WebhookSender(self.queue, clock, pause=webhook_pause)
        self.events = EventBus()
        self.faults = Faults()
        self.flood = FloodGate(limits)
        self.pressed: dict[str, Question] = {}
        self.inline_queries: dict[str, Question] = {}
        self.inline_cache: dict[tuple[str, str, int], tuple[datetime, Json]] = {}
        self.calls: deque[Call] = deque(maxlen=_CALLS_KEPT)
        self.closing = asyncio.Event()
        self._last_question = 0
        clock.on_move(self._clock_moved)

    def timestamp(self) -> int:
        """Return the clock's time in seconds, as the Bot API writes dates."""
        return int(self.clock.now().timestamp())

    def next_question_id(self) -> str:
        """Return a fresh id for a callback or inline query."""
        self._last_question += 1
        return str(4_200_000_000_000 + self._last_question)

    def post(self, chat: Chat, raw: Json, author: int, *, incoming: bool) -> Message:
        """Put a message into a chat and show it."""
        message = Message(raw, author, incoming)
        chat.messages[raw["message_id"]] = message
        self.show(chat, message)
        return message

    def show(self, chat: Chat, message: Message) -> None:
        """Tell the page about a new or changed message."""
        self.events.tell("message", chat=chat.id, message=describe(message))

    def order_fault(self, fault: Fault) -> None:
        """Put a fault in force; a malformed update is queued at once."""
        if fault.kind != "malformed_update":
            self.faults.add(fault)
            return
        for _ in range(max(fault.count, 1)):
            self.queue.put_raw({"message": {"message_id": "not a number", "text": 7}})

    def limit(self, limits: FloodLimits) -> None:
        """Set the flood limits and forget what was counted."""
        self.flood = FloodGate(limits)

    async def close(self) -> None:
        """End every wait and stream, stop deliveries."""
        self.closing.set()
        self.queue.close()
        self.events.close()
        await self.webhook.close()

    def _clock_moved(self, now: datetime) -> None:
        self.events.tell("clock", now=now.isoformat())


def describe(message: Message) -> Json:
    """Return a message as the page reads it: the Bot API's fields and whether a person wrote it."""
    return {**message.raw, "incoming": message.incoming}


def _bot_id(token: str) -> int:
    head: Any = token.split(":", 1)[0]
    if not head.isascii() or not head.isdigit() or ":" not in token:
        raise ValueError("a token looks like 123456:letters")
    return int(head)
