"""What an update costs, from raw dict to sent reply: `python -m tests.bench.handlers`.

The whole bot (SQLite store, pacing, processor) beside a bare python-telegram-bot application with one handler that
sends one message; both on our transport against a server in another process, in turns within every round.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes

from bot.app import Wiring, build_application, build_services, load_understander, process, settle_memory
from bot.storage.sql import open_store
from bot.transport.pacing import Pacer
from bot.transport.request import AiohttpRequest
from content.load import load_pack
from tests.bench.report import head, show
from tests.bench.transport import TEXT, TOKEN, serve_answers

ROUNDS = 7
UPDATES = 300
QUESTIONS = (
    "my daughter sent a photo to a boy and now she wont eat",
    "how do i set up screen time on an ipad for a nine year old",
    "someone on discord asked my son for his address, what now?",
    "娘が知らない人とゲームで毎日話しています。やめさせた方がいいですか",
    "how many children were victims in 2017",
)
GOALS = {"/tips": "1.43 times", "question": "10 ms"}
Handle = Callable[[Update], Awaitable[None]]


def update_of(number: int, text: str, bot: Any, chats: int = 64) -> Update:
    """Return the update of one message, from one of so many chats."""
    chat = {"id": 1000 + number % chats, "type": "private", "first_name": "A"}
    person = {"id": chat["id"], "is_bot": False, "first_name": "A", "language_code": "en"}
    message: dict[str, Any] = {
        "message_id": number, "date": 1_700_000_000, "chat": chat, "text": text, "from": person
    }  # fmt: skip
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return Update.de_json({"update_id": number, "message": message}, bot)


async def cpu_of(handle: Handle, updates: list[Update]) -> float:
    """Return the CPU milliseconds of one update, 16 in flight."""
    waiting = iter(updates)

    async def worker() -> None:
        for update in waiting:
            await handle(update)

    began = time.process_time()
    await asyncio.gather(*(worker() for _ in range(16)))
    return 1000 * (time.process_time() - began) / len(updates)


async def measure(root: str) -> dict[str, float]:
    """Return the medians of all rounds, in CPU milliseconds of an update."""
    numbers = itertools.count(1)
    pack = load_pack()
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
        services = build_services(
            pack=pack, understander=load_understander(pack), store=store, clock=lambda: datetime.now(UTC)
        )
        ours = build_application(Wiring(TOKEN, root, pacer=Pacer(burst=1000)), services)
        bare = (
            Application.builder().token(TOKEN).base_url(f"{root}/bot").request(AiohttpRequest())
            .get_updates_request(AiohttpRequest()).updater(None).build()
        )  # fmt: skip

        async def reply(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            await context.bot.send_message(update.message.chat.id, TEXT, parse_mode="HTML")  # type: ignore[union-attr]  # every update here has a message

        bare.add_handler(CommandHandler("tips", reply))
        settle_memory()  # as the bot does
        found: dict[str, list[float]] = {}
        async with ours, bare:
            await ours.start()
            await bare.start()
            for _ in range(ROUNDS + 1):
                for name, application, handle, texts, chats in (
                    ("bare handler", bare, bare.process_update, ("/tips",), 64),
                    ("/tips", ours, lambda update: process(ours, update), ("/tips",), 64),
                    ("question", ours, lambda update: process(ours, update), QUESTIONS, 1_000_000),
                    (
                        "question after two others within five minutes",
                        ours,
                        lambda update: process(ours, update),
                        QUESTIONS,
                        64,
                    ),
                ):
                    texts_round = itertools.islice(itertools.cycle(texts), UPDATES)
                    updates = [update_of(next(numbers), text, application.bot, chats) for text in texts_round]
                    found.setdefault(name, []).append(await cpu_of(handle, updates))
            await ours.stop()
            await bare.stop()
        await services.charts.close()
        services.thinking.shutdown()
        await store.close()
    return {name: statistics.median(costs[1:]) for name, costs in found.items()}


def main() -> None:
    """Measure and print the table."""
    with serve_answers([0.0]) as (port,):
        costs = uvloop.run(measure(f"http://127.0.0.1:{port}"))
    head("update", "CPU ms", "times the bare handler", "goal")
    for name, cost in costs.items():
        show(name, f"{cost:.2f}", f"{cost / costs['bare handler']:.2f}", GOALS.get(name, ""))


if __name__ == "__main__":
    multiprocessing.freeze_support()
    main()
