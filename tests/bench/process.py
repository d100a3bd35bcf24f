"""The process as a whole: from start to the first answer, and memory after a chart: `python -m tests.bench.process`."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.bench.report import head, show

TOKEN = "123456:the-token-of-the-bench"
PERSON = 71002
ROUNDS = 5


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def children(pid: int) -> list[int]:
    """Return the processes that a process started and that still run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


@asynccontextmanager
async def running(folder: str, *arguments: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a `mamori` command while the block lasts."""
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(Path.cwd()), **settings}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=folder, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def answers(http: httpx.AsyncClient, count: int) -> list[dict[str, Any]]:
    """Wait until the bot has sent so many messages, and return them."""
    while True:
        state = (await http.get("/sandbox/state")).json()
        chat = next(chat for chat in state["chats"] if chat["id"] == PERSON)
        found = [m for m in (message.get("raw", message) for message in chat["messages"]) if m["from"]["is_bot"]]
        if len(found) >= count:
            return found
        await asyncio.sleep(0.02)


async def once() -> tuple[float, float, float, float, float]:
    """Return seconds from the first start of all to the first answer, MB before and after a chart, MB of the drawing
    process, and seconds to the first answer when the bot starts again.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with running(folder, "sandbox", "--api-only", "--port", "0", "--token", TOKEN) as server:
            assert server.stdout is not None
            address = (await server.stdout.readline()).decode().split()[5]
            async with httpx.AsyncClient(base_url=address, trust_env=False) as http:

                async def act(**fields: Any) -> None:
                    (await http.post("/sandbox/act", json={"person_id": PERSON, **fields})).raise_for_status()

                await act(action="say", text="what can I do against grooming?")
                began = time.perf_counter()
                settings = {"BOT_TOKEN": TOKEN, "BOT_API_URL": address, "BOT_LISTEN": "127.0.0.1:0"}
                async with running(folder, "run", **settings) as bot:
                    await answers(http, 1)
                    first = time.perf_counter() - began
                    before = resident(bot.pid)
                    await act(action="say", text="/stats")
                    menu = (await answers(http, 2))[-1]
                    await act(action="press", message_id=menu["message_id"], data="stats:show:stats-total")
                    await answers(http, 3)
                    drawing = sum(resident(child) for child in children(bot.pid))
                    while children(bot.pid):  # noqa: ASYNC110 -- another process, which sets no event here
                        await asyncio.sleep(0.1)
                    after = resident(bot.pid)
                await act(action="say", text="what can I do against cyberbullying?")
                began = time.perf_counter()
                async with running(folder, "run", **settings):
                    await answers(http, 4)
                    return first, before, after, drawing, time.perf_counter() - began


def main() -> None:
    """Measure and print the table."""
    rounds = [asyncio.run(once()) for _ in range(ROUNDS)]
    first, before, after, drawing, again = (statistics.median(column) for column in zip(*rounds, strict=True))
    head("figure", f"median of {ROUNDS}", "goal")
    show("start to first answer", f"{again:.2f} s", "3 s")
    show("the very first start, which also unpacks the encoder's table", f"{first:.2f} s", "")
    show("resident before the first chart", f"{before:.0f} MB", "240 MB")
    show("resident after a chart", f"{after:.0f} MB", "300 MB")
    show("the drawing process, for a few seconds", f"{drawing:.0f} MB", "")


if __name__ == "__main__":
    main()
