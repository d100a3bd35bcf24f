"""Two replicas behind a webhook under load, and what one process on SQLite can do: `make load`.

`replicas`: 200 updates a second for a minute, posted in turns to two `mamori run` processes on one PostgreSQL, while
thousands of due tips go out at the cap; half-way one replica is killed and started again, and what it had not answered
is posted again to the other, as Telegram does. `maximum`: one process on SQLite gets updates as fast as it answers,
commands alone and with one question in five. All on this machine: the two replicas, PostgreSQL, Telegram and the
client share its cores. `--seconds 10 --rate 20` is for a
first look.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bot.storage.engine import Database, parse_url
from bot.storage.upgrade import upgrade
from bot.web.webhook import SECRET_HEADER
from tests.bench.handlers import QUESTIONS
from tests.bench.process import resident
from tests.bench.report import head, show
from tests.bench.storage import fill_due
from tests.bench.telegram import TOKEN, Telegram, message_update, playing_telegram
from tests.storage.postgres import running_server

RATE = 200
SECONDS = 60
MAXIMUM_SECONDS = 15
CHATS = 3_000
FIRST_CHAT = 2_000_000
TIPS = 4_000
COMMANDS = ("/tips", "/helplines", "/topics", "/stats")
SECRET = "load"
WEBHOOK = "https://bot.example.org/telegram"
WORKERS = 40


class Replica:
    """One `mamori run` behind a webhook."""

    def __init__(self, folder: str, telegram: Telegram, database: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._settings = {
            "PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(Path.cwd()), "PTB_TIMEDELTA": "1",
            "BOT_TOKEN": TOKEN, "BOT_API_URL": telegram.root, "BOT_DATABASE_URL": database,
            "BOT_WEBHOOK_URL": WEBHOOK, "BOT_WEBHOOK_SECRET": SECRET,
            "BOT_LISTEN": f"127.0.0.1:{port}", "BOT_LOG_LEVEL": "WARNING",
        }  # fmt: skip
        self._folder = folder
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, http: aiohttp.ClientSession) -> None:
        """Start, and return when it is ready."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=self._folder, env=self._settings
        )
        while True:
            try:
                async with http.get(f"{self.url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)

    async def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal and wait for the end; do nothing when it does not run."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await self.process.wait()

    def megabytes(self) -> float:
        """Return its resident memory."""
        assert self.process is not None
        return resident(self.process.pid)


def updates(*, questions: int) -> Any:
    """Return endless raw updates of many chats; every `questions`th is a question (0: none)."""
    asked, commands = itertools.cycle(QUESTIONS), itertools.cycle(COMMANDS)
    for number in itertools.count(1):
        text = next(asked) if questions and number % questions == 0 else next(commands)
        yield message_update(number, text, FIRST_CHAT + number % CHATS)


class Client:
    """Posts updates as Telegram does: what fails is posted again, to whichever replica answers."""

    def __init__(self, http: aiohttp.ClientSession, urls: list[str]) -> None:
        self.http, self._urls = http, itertools.cycle([f"{url}/telegram" for url in urls])
        self.taken: list[float] = []
        self.failed = self.errors = 0

    async def post(self, update: dict[str, Any]) -> None:
        """Post one update until it is accepted; note the milliseconds of the accepted try."""
        for _ in range(40):
            begin = time.perf_counter()
            try:
                async with self.http.post(next(self._urls), json=update) as answer:
                    if answer.status == 200:
                        self.taken.append((time.perf_counter() - begin) * 1000)
                        return
                    self.errors += 1
            except aiohttp.ClientError:
                self.failed += 1
            await asyncio.sleep(0.25)
        raise RuntimeError("an update was never accepted")


@asynccontextmanager
async def _client(urls: list[str]) -> AsyncIterator[Client]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers={SECRET_HEADER: SECRET}) as http:
        yield Client(http, urls)


async def _prepare(url: str, due: int) -> None:
    database = Database(parse_url(url))
    await upgrade(database)
    await fill_due(database, due, datetime.now(UTC).replace(microsecond=0))
    await database.close()


async def replicas(telegram: Telegram, postgres: str, seconds: int, rate: int) -> None:
    """Measure two replicas and print the table."""
    await _prepare(postgres, TIPS)
    with tempfile.TemporaryDirectory() as folder:
        pair = [Replica(folder, telegram, postgres, port) for port in (18481, 18482)]
        async with _client([one.url for one in pair]) as client:
            try:
                run = await _drive(client, telegram, pair, seconds, rate)
            finally:
                for one in pair:
                    await one.end()
    answers = Counter(chat for _, chat in run.arrivals)
    unanswered = sum(max(0, number - answers[chat]) for chat, number in run.posted.items())
    tips = {chat: number for chat, number in answers.items() if chat < FIRST_CHAT}
    calm, stormy = sorted(run.calm), sorted(client.taken)
    head("figure", "value", "goal")
    show("updates posted and accepted", run.posted.total(), f"{rate} a second")
    show("updates without an answer", unanswered, 0)
    show("p50 / p99 ms, before", f"{statistics.median(calm):.0f} / {calm[int(0.99 * len(calm))]:.0f}", "p99 250")
    show(
        "p50 / p99 ms, after one replica was killed",
        f"{statistics.median(stormy):.0f} / {stormy[int(0.99 * len(stormy))]:.0f}",
        "",
    )
    show("answers other than 200", client.errors, 0)
    show("posts that met a dead replica and were posted again", client.failed, "")
    show("tips meanwhile, a second", f"{sum(tips.values()) / seconds:.1f}", "29, less what replies take of the cap")
    show("tips sent twice", sum(number - 1 for number in tips.values()), 0)
    show("MB of the one that lived, after a quarter and at the end", f"{run.early:.0f}, {run.late:.0f}", "the same")


@dataclass
class Run:
    """What a run under load brought: times until half-time, answers, updates by chat, MB early and late."""

    posted: Counter[int] = field(default_factory=Counter)
    calm: list[float] = field(default_factory=list)
    arrivals: list[tuple[float, int]] = field(default_factory=list)
    early: float = 0.0
    late: float = 0.0


async def _drive(client: Client, telegram: Telegram, pair: Sequence[Replica], seconds: int, rate: int) -> Run:
    """Start both, post at the rate, and kill and start the first one half-way."""
    for one in pair:
        await one.start(client.http)
    telegram.report()
    run, stream, tasks = Run(), updates(questions=5), set[asyncio.Task[None]]()
    began = time.perf_counter()

    async def kill_and_start() -> None:
        await pair[0].end(signal.SIGKILL)
        await pair[0].start(client.http)

    for number in range(rate * seconds):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        update = next(stream)
        run.posted[update["message"]["chat"]["id"]] += 1
        tasks.add(asyncio.create_task(client.post(update)))
        if number == rate * seconds // 4:
            run.early = pair[1].megabytes()
        if number == rate * seconds // 2:
            run.calm, client.taken = client.taken, []
            tasks.add(asyncio.create_task(kill_and_start()))
    await asyncio.gather(*tasks)
    run.late = pair[1].megabytes()
    run.arrivals, _ = telegram.report()
    return run


async def maximum(telegram: Telegram, seconds: int) -> None:
    """Measure one process on SQLite and print the table."""
    print()  # noqa: T201 -- between two tables
    head("one process on SQLite", "updates/s", "p99 ms", "CPU of the process", "of it the event loop")
    for name, questions in (("commands", 0), ("one question in five", 5)):
        with tempfile.TemporaryDirectory() as folder:
            database = f"sqlite:///{folder}/load.db"
            await _prepare(database, 0)
            one = Replica(folder, telegram, database, 18483)
            async with _client([one.url]) as client:
                await one.start(client.http)
                stream = updates(questions=questions)
                assert one.process is not None
                before, end = _cpu(one.process.pid), time.perf_counter() + seconds

                async def worker(client: Client = client, stream: Any = stream, end: float = end) -> None:
                    while time.perf_counter() < end:
                        await client.post(next(stream))

                await asyncio.gather(*(worker() for _ in range(WORKERS)))
                whole, loop = (now - then for now, then in zip(_cpu(one.process.pid), before, strict=True))
                await one.end()
            taken = sorted(client.taken)
            p99 = taken[int(0.99 * len(taken))]
            show(name, f"{len(taken) / seconds:.0f}", f"{p99:.0f}", f"{whole / seconds:.0%}", f"{loop / seconds:.0%}")


def _cpu(pid: int) -> tuple[float, float]:
    """Return the CPU seconds of a process, and of its first thread alone, which runs the event loop."""
    ticks = []
    for place in (f"/proc/{pid}/stat", f"/proc/{pid}/task/{pid}/stat"):
        fields = Path(place).read_text("ascii").rsplit(")", 1)[1].split()
        ticks.append(int(fields[11]) + int(fields[12]))
    return ticks[0] / os.sysconf("SC_CLK_TCK"), ticks[1] / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure what was asked for and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("replicas", "maximum"), help="measure this alone")
    parser.add_argument("--seconds", type=int, help=f"instead of {SECONDS} and {MAXIMUM_SECONDS}")
    parser.add_argument("--rate", type=int, default=RATE, help="updates a second for the replicas")
    wanted = parser.parse_args()
    with playing_telegram() as telegram:
        telegram.set(webhook=WEBHOOK)
        if wanted.part != "maximum":
            with running_server() as postgres:
                uvloop.run(replicas(telegram, postgres, wanted.seconds or SECONDS, wanted.rate))
        if wanted.part != "replicas":
            uvloop.run(maximum(telegram, wanted.seconds or MAXIMUM_SECONDS))


if __name__ == "__main__":
    main()
