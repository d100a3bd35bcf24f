"""What a send costs on our transport, on the library's own and on aiogram: `python -m tests.bench.transport`.

One process sends, another answers at once or after 50 ms; the three take turns in every round, so that what else the
machine does falls on all of them alike. A line is the median of the rounds.
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import cast

import uvloop
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot.transport.request import AiohttpRequest
from tests.bench.report import head, show

TOKEN = "123:abc"
TEXT = "An answer of the usual length, with <b>bold</b> words and a source. " * 8
ROUNDS = 5
OURS = "aiohttp (ours)"
ANSWER = json.dumps(
    {
        "ok": True,
        "result": {
            "message_id": 7,
            "date": 1_700_000_000,
            "chat": {"id": 5, "type": "private", "first_name": "A"},
            "from": {"id": 123, "is_bot": True, "first_name": "Mamori", "username": "mamori_bot"},
            "text": TEXT,
        },
    }
).encode()
ME = json.dumps(
    {"ok": True, "result": {"id": 123, "is_bot": True, "first_name": "Mamori", "username": "mamori_bot"}}
).encode()

Send = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Load:
    """How many sends, how many at the same time, and after how many seconds each is answered."""

    sends: int
    in_flight: int
    latency: float


@dataclass(frozen=True)
class Result:
    """Sends a second, CPU milliseconds of a send, and the 99th percentile of its duration in milliseconds."""

    rate: float
    cpu: float
    p99: float


LOADS = (Load(1920, 32, 0.0), Load(1536, 128, 0.0), Load(1024, 64, 0.05))


class _Answering(asyncio.Protocol):
    """Answers each request with the same message: as little as a server can do."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            body = ME if b"/getme" in head.split(b"\r\n", 1)[0] else ANSWER
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._answer, body)
            else:
                self._answer(body)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head + body)


def _serve(latencies: list[float], port_to: Connection) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(lambda latency=latency: _Answering(latency), "127.0.0.1", 0)  # type: ignore[misc] # mypy cannot type a default in a lambda
            for latency in latencies
        ]
        port_to.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.Event().wait()

    uvloop.run(main())


@asynccontextmanager
async def _ptb(request: BaseRequest, root: str) -> AsyncIterator[Send]:
    bot = Bot(TOKEN, base_url=f"{root}/bot", request=request, get_updates_request=AiohttpRequest())
    async with request:
        yield lambda: bot.send_message(chat_id=5, text=TEXT, parse_mode="HTML")


@asynccontextmanager
async def _aiogram(root: str) -> AsyncIterator[Send]:
    bot = AiogramBot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(root), limit=256))
    async with bot.session:
        yield lambda: bot.send_message(chat_id=5, text=TEXT, parse_mode="HTML")


async def _measure(send: Send, load: Load, portion: float) -> Result:
    durations: list[float] = []

    async def worker(count: int) -> None:
        for _ in range(count):
            began = time.perf_counter()
            await send()
            durations.append(time.perf_counter() - began)

    each = round(load.sends * portion) // load.in_flight
    await asyncio.gather(*(worker(2) for _ in range(load.in_flight)))  # connections are made before it counts
    durations.clear()
    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(worker(each) for _ in range(load.in_flight)))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    sent = each * load.in_flight
    return Result(sent / took, 1000 * cpu / sent, 1000 * sorted(durations)[int(0.99 * sent)])


async def _compare(load: Load, root: str) -> dict[str, Result]:
    results: dict[str, list[Result]] = {}
    for _ in range(ROUNDS):
        for name, opened, portion in (
            (OURS, _ptb(AiohttpRequest(pool_timeout=60), root), 1.0),
            ("httpx (stock)", _ptb(HTTPXRequest(pool_timeout=60), root), 0.25),  # or most of the time goes there
            ("aiogram", _aiogram(root), 1.0),
        ):
            async with opened as send:
                results.setdefault(name, []).append(await _measure(send, load, portion))
    return {
        name: Result(*(statistics.median(getattr(r, field) for r in rounds) for field in ("rate", "cpu", "p99")))
        for name, rounds in results.items()
    }


@contextmanager
def serve_answers(latencies: list[float]) -> Iterator[list[int]]:
    """Answer in a process of its own, on a port for each latency (seconds); yield the ports."""
    port_from, port_to = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(latencies, port_to), daemon=True)
    server.start()
    try:
        yield port_from.recv()
    finally:
        server.terminate()
        server.join()


def main() -> None:
    """Measure and print the table."""
    logging.disable(logging.INFO)  # httpx would log every request
    with serve_answers([load.latency for load in LOADS]) as ports:
        head("in flight", "latency", "transport", "sends/s", "ours faster", "CPU ms/send", "ours cheaper", "p99 ms")
        for load, port in zip(LOADS, ports, strict=True):
            results = uvloop.run(_compare(load, f"http://127.0.0.1:{port}"))
            ours = results[OURS]
            for name, result in results.items():
                faster, cheaper = ours.rate / result.rate, result.cpu / ours.cpu
                show(
                    load.in_flight, f"{1000 * load.latency:.0f} ms", name, f"{result.rate:.0f}", f"{faster:.2f}",
                    f"{result.cpu:.3f}", f"{cheaper:.2f}", f"{result.p99:.0f}",
                )  # fmt: skip


if __name__ == "__main__":
    main()
