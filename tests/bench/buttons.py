"""How long a button takes when 100 people press at once: `python -m tests.bench.buttons`.

The whole bot (SQLite store, pacing, processor) on our transport against a server in another process that answers at
once. All presses are handed in together; a press is done when its message was edited.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from telegram import Update

from bot.app import Wiring, build_application, build_services, load_understander, process, settle_memory
from bot.storage.sql import open_store
from bot.transport.pacing import Pacer
from content.load import load_pack
from tests.bench.report import head, show
from tests.bench.storage import watch_loop
from tests.bench.transport import TOKEN, serve_answers

PEOPLE = 100
ROUNDS = 20
BUTTONS = ("topics:menu:all", "topics:group:happened", "topic:first:grooming", "topic:now:sextortion", "tips:next:all")


def press_of(number: int, person: int, data: str, bot: Any) -> Update:
    """Return the update of one press under a message of the bot."""
    chat = {"id": 1000 + person, "type": "private", "first_name": "A"}
    user = {"id": chat["id"], "is_bot": False, "first_name": "A", "language_code": "en"}
    bot_user = {"id": 1, "is_bot": True, "first_name": "Mamori", "username": "mamori_bot"}
    message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "text": "x", "from": bot_user}
    query = {"id": str(number), "from": user, "chat_instance": "1", "data": data, "message": message}
    return Update.de_json({"update_id": number, "callback_query": query}, bot)


async def measure(root: str) -> tuple[list[float], list[float], float, float]:
    """Return milliseconds: of every press until it was done, of CPU of a press in each round, of the longest time for
    which the loop ran nothing else, and of the longest that it computed in one go.
    """
    numbers = itertools.count(1)
    pack = load_pack()
    took: list[float] = []
    cpu: list[float] = []
    holds: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
        services = build_services(
            pack=pack, understander=load_understander(pack), store=store, clock=lambda: datetime.now(UTC)
        )
        application = build_application(Wiring(TOKEN, root, pacer=Pacer(burst=1000)), services)
        settle_memory()  # as the bot does
        async with application:
            await application.start()
            rounds = [
                [press_of(next(numbers), person, data, application.bot) for person in range(PEOPLE)]
                for data in itertools.islice(itertools.cycle(BUTTONS), ROUNDS + 1)
            ]
            watcher = asyncio.create_task(watch_loop(holds))
            for turn, updates in enumerate(rounds):
                began, spent = time.perf_counter(), time.process_time()

                async def handle(update: Update, began: float = began) -> float:
                    await process(application, update)
                    return 1000 * (time.perf_counter() - began)

                done = await asyncio.gather(*(handle(update) for update in updates))
                if not turn:  # the first round fills caches and opens connections
                    holds.clear()
                else:
                    took += done
                    cpu.append(1000 * (time.process_time() - spent) / PEOPLE)
            watcher.cancel()
            await application.stop()
        await services.charts.close()
        services.thinking.shutdown()
        await store.close()
    hold, computed = (max(column) for column in zip(*holds, strict=True))
    return sorted(took), sorted(cpu), hold, computed


def main() -> None:
    """Measure and print."""
    with serve_answers([0.0]) as (port,):
        took, cpu, hold, computed = uvloop.run(measure(f"http://127.0.0.1:{port}"))
    middle, most = took[len(took) // 2], took[int(len(took) * 0.99)]
    each = cpu[len(cpu) // 2]
    head(f"{PEOPLE} presses at once", "ms", "goal")
    show("median until done", f"{middle:.0f}", "")
    show("p99 until done, Telegram's answer included", f"{most:.0f}", "")
    show("CPU of a press and its answer", f"{each:.2f}", "")
    show("CPU of all until the last is done", f"{PEOPLE * each:.0f}", "100")
    show("event loop held at most", f"{hold:.0f}", "20")
    show("computed in one go at most", f"{computed:.0f}", "")


if __name__ == "__main__":
    multiprocessing.freeze_support()
    main()
