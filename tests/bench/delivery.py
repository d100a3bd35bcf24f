"""Tips at the cap and beyond, and what replies wait meanwhile: `python -m tests.bench.delivery`.

Everything is real (SQLite store, dispatcher, choice of the tip, pacing, transport) but Telegram, which is a process
beside; name one part to measure that alone. `cap`: 29 a second for a minute against a server that lets no second hold
more than 30. `thousand`: 1,000 a second for a minute against one without limits. `replies`: how long a reply takes
while nothing else is sent, while a broadcast runs at the cap, and after Telegram refused the whole bot once.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import statistics
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from bot.app import Running, Wiring, build_services, load_understander, run_bot, settle_memory
from bot.storage.engine import Database, parse_url
from bot.storage.sql import SqlStore
from bot.storage.upgrade import upgrade
from bot.transport.pacing import Pacer
from content.load import load_pack
from tests.bench.report import head, show
from tests.bench.storage import fill_due
from tests.bench.telegram import TOKEN, Telegram, playing_telegram

SECONDS = 60
REPLIES = 600
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Watch:
    """What the process itself felt: longest hold of the event loop (ms), its 99.9th percentile, CPU seconds, MB."""

    hold: float
    hold_p999: float
    cpu: float
    megabytes: float


async def _feel_the_loop(holds: list[float]) -> None:
    while True:
        begin = time.perf_counter()
        await asyncio.sleep(0.002)
        holds.append((time.perf_counter() - begin) * 1000 - 2)


@asynccontextmanager
async def bot_with_due_tips(telegram: Telegram, due: int, rate: float) -> AsyncIterator[Running]:
    """Run the whole bot on a store in which so many tips are due."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(parse_url(f"sqlite:///{Path(folder) / 'bench.db'}"))
        await upgrade(database)
        await fill_due(database, due, NOW)
        pack = load_pack()
        began = time.monotonic()
        services = build_services(
            pack=pack, understander=load_understander(pack), store=SqlStore(database),
            clock=lambda: NOW + timedelta(seconds=time.monotonic() - began),
        )  # fmt: skip
        wiring = replace(Wiring(TOKEN, telegram.root), pacer=Pacer(rate=rate))
        settle_memory()
        async with run_bot(wiring, services, poll=False, worker="bench") as running:
            yield running
        await database.close()


async def deliver_for(telegram: Telegram, rate: float, seconds: int) -> tuple[float, int, float, Watch]:
    """Deliver for so long; return messages a second, refusals, the fullest second, and what it cost."""
    holds: list[float] = []
    async with bot_with_due_tips(telegram, round(rate * seconds * 1.2) + 500, rate):
        watch = asyncio.create_task(_feel_the_loop(holds))
        await asyncio.sleep(2)  # the first batch is on its way
        await asyncio.to_thread(telegram.report)
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        watch.cancel()  # reading what arrived holds the loop too, and takes a tenth of a second
        took, cpu = time.monotonic() - began, time.process_time() - cpu
        arrivals, refused = telegram.report()
    times = [at for at, _ in arrivals]
    fullest = max((bisect_left(times, at + 1) - i for i, at in enumerate(times)), default=0)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    holds.sort()
    felt = Watch(holds[-1], holds[int(len(holds) * 0.999)], cpu, megabytes)
    assert len({chat for _, chat in arrivals}) == len(arrivals), "a tip came twice"
    return len(arrivals) / took, refused, fullest, felt


async def reply_times(running: Running, first_chat: int, count: int, pause: float) -> list[float]:
    """Return the milliseconds of so many replies, each to a chat of its own."""
    taken: list[float] = []

    async def one(chat: int) -> None:
        begin = time.perf_counter()
        await running.application.bot.send_message(chat, "an answer")
        taken.append((time.perf_counter() - begin) * 1000)

    tasks = []
    for number in range(count):
        tasks.append(asyncio.create_task(one(first_chat + number)))
        await asyncio.sleep(pause)
    await asyncio.gather(*tasks)
    return sorted(taken)


async def measure_replies(telegram: Telegram) -> list[tuple[str, list[float]]]:
    """Measure idle, then beside a broadcast, then after a general refusal of 10 s: a second apart and 10 a second."""
    rows: list[tuple[str, list[float]]] = []
    telegram.set(latency=0.005)
    async with bot_with_due_tips(telegram, 0, 29) as running:
        await reply_times(running, 9_000_000, 50, 0.02)
        rows.append(("nothing else is sent", await reply_times(running, 10_000_000, REPLIES, 0.05)))
    async with bot_with_due_tips(telegram, 10_000, 29) as running:
        await asyncio.sleep(2)
        rows.append(("a broadcast runs at the cap", await reply_times(running, 20_000_000, REPLIES, 0.05)))
        telegram.set(refuse_next=10)
        await asyncio.sleep(0.2)  # the next broadcast is refused, which concerns the whole bot
        rows.append(("after one general refusal of 10 s", await reply_times(running, 30_000_000, 180, 0.05)))
    return rows


def show_deliveries(telegram: Telegram, runs: list[tuple[str, float, int]]) -> None:
    """Measure and print each run of (name, rate, strict limit of the server)."""
    head(
        "run", "messages/s", "of the limit", "goal", "429s", "fullest second", "CPU ms a tip",
        "loop held ms (99.9 %)", "MB",
    )  # fmt: skip
    for name, rate, strict in runs:
        telegram.set(strict=strict)
        per_second, refused, fullest, felt = uvloop.run(deliver_for(telegram, rate, SECONDS))
        goal = "96 %, no 429" if strict else "100 %"
        share = f"{100 * per_second / (strict or rate):.1f} %"
        hold = f"{felt.hold:.0f} ({felt.hold_p999:.0f})"
        show(
            f"{name}: {rate:.0f}/s", f"{per_second:.1f}", share, goal, refused, fullest,
            f"{1000 * felt.cpu / (per_second * SECONDS):.2f}", hold, f"{felt.megabytes:.0f}",
        )  # fmt: skip


def show_replies(telegram: Telegram) -> None:
    """Measure and print what replies wait."""
    telegram.set(strict=0)
    rows = uvloop.run(measure_replies(telegram))
    idle = rows[0][1]
    print()  # noqa: T201 -- a table of its own
    head("replies while", "p50 ms", "p99 ms", "p99, times idle", "goal")
    for (name, taken), goal in zip(rows, ("", "1.50 times idle", "p99 below 50 ms"), strict=True):
        p99 = taken[int(0.99 * len(taken))]
        ratio = p99 / idle[int(0.99 * len(idle))]
        show(name, f"{statistics.median(taken):.1f}", f"{p99:.1f}", f"{ratio:.2f}", goal)


def main() -> None:
    """Measure what was asked for and print the tables."""
    logging.disable(logging.WARNING)
    wanted = sys.argv[1:] or ["cap", "thousand", "replies"]
    runs = [run for run in (("cap", 29.0, 30), ("thousand", 1000.0, 0)) if run[0] in wanted]
    with playing_telegram() as telegram:
        if runs:
            show_deliveries(telegram, runs)
        if "replies" in wanted:
            show_replies(telegram)


if __name__ == "__main__":
    main()
