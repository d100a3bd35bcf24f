"""Two replicas behind a webhook under load, and what one process on SQLite can do: `make load`.

`replicas`: 200 updates a second for a minute, posted in turns to two `mamori run` processes on one PostgreSQL, while
thousands of due tips go out at the cap; half-way one replica is killed and started again, and what it had not answered
is posted again to the other, as Telegram does. `maximum`: one process on SQLite gets updates as fast as it answers,
commands alone and with one question in five. All on this machine: the two replicas, PostgreSQL, Telegram and the
client share its cores.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bot.storage.engine import Database, parse_url
from bot.storage.upgrade import upgrade
from bot.web.webhook import SECRET_HEADER
from tests.bench.delivery import show
from tests.bench.handlers import QUESTIONS
from tests.bench.process import resident
from tests.bench.storage import fill_due
from tests.bench.telegram import TOKEN, Telegram, message_update, playing_telegram
from tests.storage.postgres import running_server

RATE = 200
SECONDS = 60
CHATS = 3_000
TIPS = 4_000
COMMANDS = ("/tips", "/helplines", "/topics", "/stats")
SECRET = "load"
WORKERS = 40


class Replica:
    """One `mamori run` behind a webhook."""

    def __init__(self, folder: str, telegram: Telegram, database: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._settings = {
            "PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(Path.cwd()), "PTB_TIMEDELTA": "1",
            "BOT_TOKEN": TOKEN, "BOT_API_URL": telegram.root, "BOT_DATABASE_URL": database,
            "BOT_WEBHOOK_URL": "https://bot.example.org/telegram", "BOT_WEBHOOK_SECRET": SECRET,
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
        """Send a signal and wait for the end."""
        assert self.process is not None
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
        yield message_update(number, text, 2_000_000 + number % CHATS)


class Client:
    """Posts updates as Telegram does: what fails is posted again, to whichever replica answers."""

    def __init__(self, http: aiohttp.ClientSession, urls: list[str]) -> None:
        self._http, self._urls = http, itertools.cycle([f"{url}/telegram" for url in urls])
        self.taken: list[float] = []
        self.failed = self.errors = 0

    async def post(self, update: dict[str, Any]) -> None:
        """Post one update until it is accepted; note the milliseconds of the accepted try."""
        for _ in range(40):
            begin = time.perf_counter()
            try:
                async with self._http.post(next(self._urls), json=update) as answer:
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


async def replicas(telegram: Telegram, postgres: str) -> None:
    """Measure two replicas and print the table."""
    await _prepare(postgres, TIPS)
    with tempfile.TemporaryDirectory() as folder:
        pair = [Replica(folder, telegram, postgres, port) for port in (18481, 18482)]
        async with _client([one.url for one in pair]) as client:
            http = client._http
            for one in pair:
                await one.start(http)
            before = [one.megabytes() for one in pair]
            telegram.report()
            stream, tasks = updates(questions=5), []
            began = time.perf_counter()
            restart: asyncio.Task[None] | None = None
            for number in range(RATE * SECONDS):
                await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
                tasks.append(asyncio.create_task(client.post(next(stream))))
                if number == RATE * SECONDS // 2:
                    calm, client.taken = sorted(client.taken), []

                    async def kill_and_start() -> None:
                        await pair[0].end(signal.SIGKILL)
                        await pair[0].start(http)

                    restart = asyncio.create_task(kill_and_start())
            await asyncio.gather(*tasks)
            assert restart is not None
            await restart
            after = [one.megabytes() for one in pair]
            arrivals, _ = telegram.report()
            for one in pair:
                await one.end()
    answered = {chat for _, chat in arrivals if chat >= 2_000_000}
    tips = [chat for _, chat in arrivals if chat < 2_000_000]
    stormy = sorted(client.taken)
    show("figure", "value")
    show("---", "---")
    show("updates posted and accepted", len(tasks))
    show("p50 / p99 ms, first half", f"{statistics.median(calm):.0f} / {calm[int(0.99 * len(calm))]:.0f}")
    show(
        "p50 / p99 ms, with one replica killed",
        f"{statistics.median(stormy):.0f} / {stormy[int(0.99 * len(stormy))]:.0f}",
    )
    show("answers other than 200", client.errors)
    show("posts that met a dead replica and were posted again", client.failed)
    show("chats answered", f"{len(answered)} of {CHATS}")
    show("tips meanwhile, sent twice", f"{len(tips)}, {len(tips) - len(set(tips))}")
    show("MB of the one that lived, before and after", f"{before[1]:.0f}, {after[1]:.0f}")


async def maximum(telegram: Telegram) -> None:
    """Measure one process on SQLite and print the table."""
    show("one process on SQLite", "updates/s", "p99 ms", "CPU of the process")
    show(*["---"] * 4)
    for name, questions in (("commands", 0), ("one question in five", 5)):
        with tempfile.TemporaryDirectory() as folder:
            database = f"sqlite:///{folder}/load.db"
            await _prepare(database, 0)
            one = Replica(folder, telegram, database, 18483)
            async with _client([one.url]) as client:
                await one.start(client._http)
                stream = updates(questions=questions)
                assert one.process is not None
                busy, end = _cpu(one.process.pid), time.perf_counter() + 15

                async def worker(client: Client = client, stream: Any = stream, end: float = end) -> None:
                    while time.perf_counter() < end:
                        await client.post(next(stream))

                await asyncio.gather(*(worker() for _ in range(WORKERS)))
                busy = _cpu(one.process.pid) - busy
                await one.end()
            taken = sorted(client.taken)
            show(name, f"{len(taken) / 15:.0f}", f"{taken[int(0.99 * len(taken))]:.0f}", f"{busy / 15:.0%}")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure what was asked for and print the tables."""
    wanted = sys.argv[1:] or ["replicas", "maximum"]
    with playing_telegram() as telegram:
        if "replicas" in wanted:
            with running_server() as postgres:
                uvloop.run(replicas(telegram, postgres))
        if "maximum" in wanted:
            uvloop.run(maximum(telegram))


if __name__ == "__main__":
    main()
