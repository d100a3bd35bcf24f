from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from bot.sandbox.clock import MovableClock
from bot.sandbox.server import build_sandbox, serve_sandbox

TOKEN = "123456:the-token-of-the-tests"
MOTHER, YOUNG = 71001, 71002
FoundT = TypeVar("FoundT")
PATIENCE = 40.0
"""Seconds after which a process test gives up; a healthy machine needs a tenth of it."""


@dataclass
class Mamori:
    """One running `mamori` process; its output is kept."""

    process: asyncio.subprocess.Process
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    readers: list[asyncio.Task[None]] = field(default_factory=list)

    async def stop_reading(self) -> None:
        """Wait until everything that was printed has been read."""
        await asyncio.gather(*self.readers)

    async def line(self, pattern: str) -> re.Match[str]:
        """Wait for a line of standard output that matches."""

        async def look() -> re.Match[str] | None:
            return next((found for line in self.out if (found := re.search(pattern, line))), None)

        return await until(look)

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), 15)
        await self.stop_reading()
        return code


@dataclass
class LocalTelegram:
    """The local Bot API, with the hands of its people."""

    address: str
    http: httpx.AsyncClient

    async def act(self, action: str, person: int = YOUNG, **fields: Any) -> Any:
        response = await self.http.post("/sandbox/act", json={"action": action, "person_id": person, **fields})
        response.raise_for_status()
        return response.json()["result"]

    async def call(self, method: str, **parameters: Any) -> Any:
        response = await self.http.post(f"/bot{TOKEN}/{method}", json=parameters)
        response.raise_for_status()
        return response.json()["result"]

    async def answers(self, person: int = YOUNG) -> list[dict[str, Any]]:
        state = (await self.http.get("/sandbox/state")).json()
        chat = next(chat for chat in state["chats"] if chat["id"] == person)
        messages = [message.get("raw", message) for message in chat["messages"]]
        return [message for message in messages if message["from"]["is_bot"]]

    async def answer(self, count: int = 1, person: int = YOUNG) -> dict[str, Any]:
        """Wait until the bot has sent so many messages to a person, and return the last."""

        async def look() -> dict[str, Any] | None:
            found = await self.answers(person)
            return found[-1] if len(found) >= count else None

        return await until(look)


async def until(look: Callable[[], Awaitable[FoundT | None]]) -> FoundT:
    """Ask again and again until there is something; fail after PATIENCE seconds."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await look()
            if found is not None:
                return found
            await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


Start = Callable[..., Awaitable[Mamori]]


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    """The local Bot API, served by the test itself."""
    app = build_sandbox(token=TOKEN, clock=MovableClock(), page=False)
    async with serve_sandbox(app) as port, _spoken_to(f"http://127.0.0.1:{port}") as served:
        yield served


@asynccontextmanager
async def _spoken_to(address: str) -> AsyncIterator[LocalTelegram]:
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=20) as http:
        yield LocalTelegram(address, http)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the processes of a session keep because it can be made again."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def start(
    tmp_path: Path,
    cache: Path,
    telegram: LocalTelegram,  # noqa: ARG001  (it outlives the processes that ask it)
) -> AsyncIterator[Start]:
    """Start `mamori` commands in an empty folder with an empty environment; all are ended with the test."""
    running: list[Mamori] = []

    async def launch(*arguments: str, **settings: str) -> Mamori:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "BOT_CACHE_DIR": str(cache), **settings}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments,
            cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        mamori = Mamori(process)
        assert process.stdout is not None
        assert process.stderr is not None
        mamori.readers = [
            asyncio.create_task(_read(process.stdout, mamori.out)),
            asyncio.create_task(_read(process.stderr, mamori.err)),
        ]
        running.append(mamori)
        return mamori

    yield launch
    for mamori in running:
        if mamori.process.returncode is None:
            mamori.process.kill()
            await mamori.process.wait()
        await mamori.stop_reading()


async def _read(stream: asyncio.StreamReader, lines: list[str]) -> None:
    while line := await stream.readline():
        lines.append(line.decode())


@pytest.fixture
async def telegram_apart(start: Start) -> AsyncIterator[LocalTelegram]:
    """The local Bot API in a process of its own, as a developer starts it."""
    server = await start("sandbox", "--api-only", "--port", "0", "--token", TOKEN)
    address = (await server.line(r"(http://127\.0\.0\.1:\d+)"))[1]
    async with _spoken_to(address) as served:
        yield served


@pytest.fixture
def called_here(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For commands that a test calls in its own process: an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_CACHE_DIR", str(cache))


def lines_of_json(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines if line.startswith("{")]
