"""The whole bot in one process: real Application and handlers, the local Bot API as its strict Telegram."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from bot.app import process
from bot.charts.cache import ChartCache
from bot.handlers import BotApplication
from bot.handlers.services import Services
from bot.sandbox.clock import MovableClock
from bot.sandbox.people import People
from bot.sandbox.pictures import fake_photo
from bot.sandbox.state import Sandbox
from bot.transport.reading import read_update
from content.model import Pack

TOKEN = "123456:the-token-of-the-tests"
MOTHER, YOUNG, TEACHER, GROUP = 71001, 71002, 71003, -71100


class Painted(ChartCache):
    """Gives each chart a picture of its own, without the process that draws: that has its own tests."""

    async def png(self, pack: Pack, chart: str, language: str) -> bytes:
        return fake_photo(60 + list(pack.charts).index(chart), 60 + list(pack.languages).index(language))


@dataclass(repr=False)  # every async fixture is shown once in words that nobody reads: those of the whole pack
class Rig:
    """Acts for people and shows what the bot answered."""

    sandbox: Sandbox
    people: People
    application: BotApplication
    services: Services
    clock: MovableClock
    seen: dict[int, int] = field(default_factory=dict)

    async def deliver(self) -> None:
        """Hand every waiting update to the bot, in order, each through the processor."""
        pending = dict(self.sandbox.queue.pending)
        self.sandbox.queue.pending.clear()
        tasks = [self.hand_in(raw) for raw in pending.values()]
        await asyncio.gather(*tasks)

    async def hand_in(self, raw: dict[str, Any]) -> None:
        """Hand one raw update to the bot."""
        update = read_update(raw, self.application.bot)
        await process(self.application, update)

    async def says(self, text: str, person: int = MOTHER, chat: int | None = None) -> list[dict[str, Any]]:
        """Let a person write, and return the messages that the bot sent in answer."""
        before = set(self.messages(chat or person))
        self.people.say(person, text, chat_id=chat)
        await self.deliver()
        return [raw for number, raw in self.messages(chat or person).items() if number not in before and _by_bot(raw)]

    async def presses(self, data: str, message: dict[str, Any], person: int = MOTHER) -> list[dict[str, Any]]:
        """Let a person press the button with this data, and return the messages that are new."""
        before = set(self.messages(message["chat"]["id"]))
        self.people.press(person, message["message_id"], data, chat_id=message["chat"]["id"])
        await self.deliver()
        now = self.messages(message["chat"]["id"])
        return [raw for number, raw in now.items() if number not in before]

    def messages(self, chat: int) -> dict[int, dict[str, Any]]:
        """Return all messages of a chat by id."""
        return {number: message.raw for number, message in self.sandbox.world.chats[chat].messages.items()}

    def last(self, chat: int = MOTHER) -> dict[str, Any]:
        """Return the last message that the bot sent to a chat."""
        return [raw for raw in self.messages(chat).values() if _by_bot(raw)][-1]


def _by_bot(raw: dict[str, Any]) -> bool:
    return bool(raw.get("from", {}).get("is_bot"))


def text_of(message: dict[str, Any]) -> str:
    """Return the words of a message, caption or text."""
    return str(message.get("text") or message.get("caption") or "")


def buttons_of(message: dict[str, Any]) -> list[str]:
    """Return the callback data (or addresses) of the buttons under a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button.get("callback_data") or button.get("url", "") for row in rows for button in row]


def has_number(text: str) -> bool:
    """Tell whether a text shows anything that can be dialled or opened."""
    return bool(re.search(r"☎|🌐|📞|\d{3}", text))
