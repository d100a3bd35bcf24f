"""Echo throughput, polling and webhook, beside aiogram and the stock library: `python -m tests.bench.echo`.

Each bot answers every message with its text. Ours is the whole machinery (own polling loop or webhook, handled updates
written down in SQLite behind the webhook, per-chat order, pacing, metrics, message ids noted, own transport, replies
sent as all replies are) with an echo in place of the core. All run on uvloop
against the same server in another process, in turns within every round. Webhook updates are posted by that server as
well, 40 at a time.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from aiogram import Bot as AiogramBot
from aiogram import Dispatcher as AiogramDispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, MessageHandler, filters
from telegram.request import HTTPXRequest

from bot.delivery.tally import Tally
from bot.metrics import Metrics
from bot.storage.handled import HandledUpdates
from bot.storage.sql import open_store
from bot.transport.noting import Noting
from bot.transport.observed import ObservedLimiter
from bot.transport.pacing import REPLY, Pacer
from bot.transport.polling import Poller
from bot.transport.processor import PerChatProcessor
from bot.transport.reading import read_update
from bot.transport.request import AiohttpRequest
from bot.transport.sending import send_text
from bot.web.server import serve
from bot.web.webhook import SECRET_HEADER, Webhook
from tests.bench.report import head, show
from tests.bench.telegram import TOKEN, Telegram, message_update, playing_telegram

ROUNDS = 5
UPDATES = 3000
STOCK_UPDATES = 600
"""The stock library gets fewer, or most of the time would go there."""
SECRET = "bench"
GOALS = {"ours": "", "aiogram": "1.5", "stock": "3"}
NAMES = tuple(GOALS)


async def _echo(update: Update, _context: object) -> None:
    message = update.message
    if message is not None and message.text is not None:
        await message.reply_text(message.text)


async def _echo_as_ours(update: Update, context: Any) -> None:
    message = update.message
    if message is not None and message.text is not None:
        await send_text(context.bot, message.chat.id, message.text, lane=REPLY)


async def _calm(_update: Update) -> bool:
    return False


def _now() -> datetime:
    return datetime.now(UTC)


def _ours(root: str, metrics: Metrics) -> Any:
    async def overflow(_update: Update) -> None:
        return

    processor = PerChatProcessor(is_urgent=_calm, on_overflow=overflow)
    limiter = Noting(ObservedLimiter(Pacer(), metrics.sent), Tally(_now).add_message)
    application = (
        Application.builder().token(TOKEN).base_url(f"{root}/bot").request(AiohttpRequest())
        .get_updates_request(AiohttpRequest(pool_size=4)).rate_limiter(limiter).concurrent_updates(processor)
        .updater(None).build()
    )  # fmt: skip
    application.add_handler(MessageHandler(filters.TEXT, _echo_as_ours))
    return application


def _stock(root: str) -> Any:
    application = (
        Application.builder().token(TOKEN).base_url(f"{root}/bot").concurrent_updates(True)  # noqa: FBT003 -- PTB's form
        .request(HTTPXRequest(connection_pool_size=256, pool_timeout=60)).get_updates_request(HTTPXRequest()).build()
    )  # fmt: skip
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    return application


def _aiogram(root: str) -> tuple[AiogramBot, AiogramDispatcher]:
    bot = AiogramBot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(root), limit=256))
    dispatcher = AiogramDispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    return bot, dispatcher


@asynccontextmanager
async def _polling(name: str, root: str) -> AsyncIterator[None]:
    if name == "aiogram":
        bot, dispatcher = _aiogram(root)
        task = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=1))
        yield
        await dispatcher.stop_polling()
        await task
        return
    metrics = Metrics()
    application = _ours(root, metrics) if name == "ours" else _stock(root)
    async with application:
        await application.start()
        if name == "ours":
            requests = application.bot._request[0]

            async def process(update: Update) -> None:
                with metrics.update("message"):
                    await application.update_processor.process_update(update, application.process_update(update))

            poller = Poller(application.bot, requests, process, poll_timeout=1)
            task = asyncio.create_task(poller.run())
            yield
            await poller.stop()
            await task
        else:
            await application.updater.start_polling(timeout=1)
            yield
            await application.updater.stop()
        await application.stop()


@asynccontextmanager
async def _handled() -> AsyncIterator[HandledUpdates]:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{Path(folder) / 'echo.db'}")
        handled = HandledUpdates(store, _now, above=0)
        yield handled
        await handled.settle()
        await store.close()


@asynccontextmanager
async def _webhook(name: str, root: str) -> AsyncIterator[int]:
    if name == "aiogram":
        bot, dispatcher = _aiogram(root)

        async def feed(request: Request) -> Response:
            await dispatcher.feed_raw_update(bot, await request.json())
            return Response()

        async with serve(Starlette(routes=[Route("/", feed, methods=["POST"])]), "127.0.0.1", 0) as port:
            yield port
        await bot.session.close()
        return
    metrics = Metrics()
    application = _ours(root, metrics) if name == "ours" else _stock(root)
    async with AsyncExitStack() as stack, application:
        await application.start()
        if name == "ours":

            def read(data: Any) -> Update:
                return read_update(data, application.bot)

            async def process(update: Update) -> None:
                with metrics.update("message"):
                    await application.update_processor.process_update(update, application.process_update(update))

            handled = await stack.enter_async_context(_handled())
            webhook = Webhook(
                path="/", secret=SECRET, read=read, process=process, seen=handled.seen, record=handled.record,
            )  # fmt: skip
            route = webhook.route()
        else:

            async def queue(request: Request) -> Response:
                await application.update_queue.put(Update.de_json(await request.json(), application.bot))
                return Response()

            route = Route("/", queue, methods=["POST"])
        async with serve(Starlette(routes=[route]), "127.0.0.1", 0) as port:
            yield port
        await application.stop()


async def _arrived(telegram: Telegram, count: int) -> float:
    """Return echoes a second, from the first to the last."""
    arrivals: list[float] = []
    while len(arrivals) < count:
        await asyncio.sleep(0.1)
        arrivals += [at for at, _ in telegram.report()[0]]
    return (count - 1) / (arrivals[-1] - arrivals[0])


async def measure(telegram: Telegram, name: str, *, webhook: bool, first: int) -> float:
    """Return the echoes a second of one bot."""
    count = STOCK_UPDATES if name == "stock" else UPDATES
    updates = [message_update(first + n, "hello", 1_000 + first + n) for n in range(count)]
    telegram.report()
    if webhook:
        async with _webhook(name, telegram.root) as port:
            telegram.post(updates, port, {SECRET_HEADER: SECRET})
            return await _arrived(telegram, count)
    async with _polling(name, telegram.root):
        telegram.feed(updates)
        return await _arrived(telegram, count)


def main() -> None:
    """Measure and print the table."""
    logging.disable(logging.CRITICAL)
    found: dict[tuple[bool, str], list[float]] = {}
    first = 1
    with playing_telegram() as telegram:
        for _ in range(ROUNDS):
            for webhook in (False, True):
                for name in NAMES:
                    rate = uvloop.run(measure(telegram, name, webhook=webhook, first=first))
                    found.setdefault((webhook, name), []).append(rate)
                    first += UPDATES
    head("updates by", "bot", "echoes/s", "ours is faster by", "goal")
    for (webhook, name), rates in found.items():
        # By the turns of one round: the machine is quicker in one than in another, for all alike.
        faster = statistics.median(ours / rate for ours, rate in zip(found[webhook, "ours"], rates, strict=True))
        way = "webhook" if webhook else "polling"
        show(way, name, f"{statistics.median(rates):.0f}", f"{faster:.2f}", GOALS[name])


if __name__ == "__main__":
    main()
