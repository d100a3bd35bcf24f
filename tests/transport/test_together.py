"""The parts as the bot puts them together: a real application on a local Bot API, over HTTP."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, MessageHandler, filters

from bot.transport.pacing import BROADCAST, Pacer
from bot.transport.polling import Poller
from bot.transport.processor import PerChatProcessor
from bot.transport.request import AiohttpRequest
from tests.transport.bot_api import TOKEN, BotApi, bot_api
from tests.transport.updates import raw_message


class Telegram:
    """Hands out updates by offset and takes messages."""

    def __init__(self, api: BotApi, updates: list[dict[str, Any]]) -> None:
        self.updates = updates
        self.sent: list[dict[str, Any]] = []
        self.offsets: list[int] = []
        self.all_confirmed = asyncio.Event()
        self.api = api
        api.behaviour = self.answer

    async def answer(self, request: web.Request) -> web.Response:
        method, asked = request.match_info["method"], self.api.taken[-1]
        if method == "getMe":
            return self.ok({"id": 123, "is_bot": True, "first_name": "Mamori", "username": "mamori_bot"})
        if method == "getWebhookInfo":
            return self.ok({"url": "", "has_custom_certificate": False, "pending_update_count": 0})
        if method == "sendMessage":
            self.sent.append(asked)
            return self.ok({**raw_message(1)["message"], "text": asked["text"]})
        assert method == "getUpdates"
        offset = int(asked.get("offset", 0))
        self.offsets.append(offset)
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates:
            self.all_confirmed.set()
            if asked["timeout"] != "0":
                await self.api.release.wait()
        return self.ok(self.updates[: int(asked["limit"])])

    @staticmethod
    def ok(result: Any) -> web.Response:
        return web.Response(text=json.dumps({"ok": True, "result": result}))


async def calm(_update: Update) -> bool:
    return False


@pytest.mark.parametrize("count", [1, 250])
async def test_every_question_is_answered_once_and_confirmed(count: int) -> None:
    async def echo(update: Update, _context: object) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    async def nothing(_update: Update) -> None: ...

    async with bot_api() as api:
        updates = [raw_message(i, chat_id=i % 50 + 1, text=f"question {i}") for i in range(1, count + 1)]
        telegram = Telegram(api, updates)
        processor = PerChatProcessor(is_urgent=calm, on_overflow=nothing, pending_per_chat=50)
        polling_request = AiohttpRequest(pool_size=4)
        application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder()
            .token(TOKEN)
            .base_url(f"{api.url}/bot")
            .request(AiohttpRequest())
            .get_updates_request(polling_request)
            .rate_limiter(Pacer(burst=10))
            .concurrent_updates(processor)
            .updater(None)
            .build()
        )
        application.add_handler(MessageHandler(filters.TEXT, echo))

        async def process(update: Update) -> None:
            await processor.process_update(update, application.process_update(update))

        async with application:
            await application.start()
            poller = Poller(application.bot, polling_request, process)
            polling = asyncio.create_task(poller.run())
            await telegram.all_confirmed.wait()
            await application.bot.send_message(chat_id=9, text="a tip", rate_limit_args=BROADCAST)
            await poller.stop()
            await polling
            await application.stop()
        texts = [message["text"] for message in telegram.sent]
        assert sorted(texts) == sorted(["a tip", *(f"question {i}" for i in range(1, count + 1))])
        for chat in range(1, 51):
            order = [m["text"] for m in telegram.sent if m["chat_id"] == str(chat) and m["text"] != "a tip"]
            assert order == sorted(order, key=lambda text: int(text.split()[1]))
        assert telegram.offsets == sorted(telegram.offsets)
        assert poller.counts.received == count
