"""A Bot API in a process of its own that does as little as it can, so that what is measured is the bot."""

from __future__ import annotations

import asyncio
import json
import math
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, cast
from urllib.parse import parse_qs

import uvloop

TOKEN = "123:abc"
ME = {"id": 123, "is_bot": True, "first_name": "Mamori", "username": "mamori_bot"}
BATCH = 100
"""How many updates one request for them gets at most, as at Telegram."""
AT_A_TIME = 40
"""How many connections to a webhook there are, as at Telegram."""


@dataclass
class State:
    """What the server met since it was last asked: when each message arrived, and how many were refused."""

    latency: float = 0.0
    strict: int = 0
    arrivals: list[tuple[float, int]] = field(default_factory=list)
    refused: int = 0
    refuse_next: int = 0
    webhook: str = ""
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    window: deque[float] = field(default_factory=deque)
    held_until: float = 0.0
    posting: asyncio.Task[None] | None = None

    def refusal(self, now: float) -> int:
        """Return the seconds to wait, 0 when the message may pass: no second ever holds more than `strict`."""
        if self.refuse_next:
            pause, self.refuse_next = self.refuse_next, 0
            return pause
        if not self.strict:
            return 0
        while self.window and self.window[0] <= now - 1:
            self.window.popleft()
        if now >= self.held_until and len(self.window) < self.strict:
            self.window.append(now)
            return 0
        self.held_until = max(self.held_until, now + 1)
        return max(1, math.ceil(self.held_until - now))


class _Api(asyncio.Protocol):
    def __init__(self, state: State) -> None:
        self._state = state
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            self._serve(head.split(b" ", 2)[1].rsplit(b"/", 1)[-1].split(b"?")[0], head, body)

    def _serve(self, method: bytes, head: bytes, body: bytes) -> None:
        state, now = self._state, time.monotonic()
        if method == b"getupdates":
            fields = _fields(head, body)
            offset = int(fields.get("offset") or 0)
            while state.updates and state.updates[0]["update_id"] < offset:
                state.updates.popleft()
            found = [update for update, _ in zip(state.updates, range(BATCH), strict=False)]
            # An empty answer at once would be asked for again at once; a real server holds it.
            asyncio.get_running_loop().call_later(0.0 if found else 0.05, self._answer, {"ok": True, "result": found})
            return
        if method in {b"sendmessage", b"editmessagetext"}:
            if pause := state.refusal(now):
                state.refused += 1
                error = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {pause}"}
                self._answer({**error, "parameters": {"retry_after": pause}}, 429)
                return
            chat = _chat_of(head, body)
            state.arrivals.append((now, chat))
            message = {"message_id": len(state.arrivals), "date": 1_700_000_000, "text": "a", "from": ME}
            answer = {"ok": True, "result": {**message, "chat": {"id": chat, "type": "private", "first_name": "A"}}}
            if state.latency:
                asyncio.get_running_loop().call_later(state.latency, self._answer, answer)
            else:
                self._answer(answer)
            return
        webhook = {"url": state.webhook, "has_custom_certificate": False, "pending_update_count": 0}
        results: dict[bytes, Any] = {b"getme": ME, b"getwebhookinfo": webhook}
        self._answer({"ok": True, "result": results.get(method, True)})

    def _answer(self, answer: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(answer).encode()
        line = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line + body)


class _Poster(asyncio.Protocol):
    """One connection to a webhook that posts the next update as soon as the last one was acknowledged."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._post()

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"an update was answered {data[:200]!r}")
        self._post()

    def _post(self) -> None:
        request = next(self._requests, None)
        if self._transport is not None:
            self._transport.write(request) if request else self._transport.close()


def _as_request(update: dict[str, Any], headers: dict[str, str]) -> bytes:
    body = json.dumps(update).encode()
    head = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": len(body), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + body


async def _post_all(updates: list[dict[str, Any]], port: int, headers: dict[str, str]) -> None:
    requests = iter([_as_request(update, headers) for update in updates])
    loop = asyncio.get_running_loop()
    for _ in range(AT_A_TIME):
        await loop.create_connection(lambda: _Poster(requests), "127.0.0.1", port)


def _fields(head: bytes, body: bytes) -> dict[str, str]:
    """Read what a client sent: JSON, a form, or the parts of a multipart body."""
    kind = head[head.find(b"content-type:") :].split(b"\r\n", 1)[0]
    if b"json" in kind:
        return {key: str(value) for key, value in json.loads(body or b"{}").items()}
    if b"multipart" in kind:
        parts = [part.partition(b"\r\n\r\n") for part in body.split(b'name="')[1:]]
        return {part[: part.find(b'"')].decode(): value.split(b"\r\n")[0].decode() for part, _, value in parts}
    return {key: values[0] for key, values in parse_qs(body.decode()).items()}


def _chat_of(head: bytes, body: bytes) -> int:
    return int(_fields(head, body).get("chat_id") or 0)


def _serve(answers: Connection, orders: Connection) -> None:
    async def main() -> None:
        state, gone = State(), asyncio.Event()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Api(state), "127.0.0.1", 0)

        def obey(name: str, value: Any) -> None:
            if name == "updates":
                state.updates.extend(value)
            elif name == "post":
                state.posting = loop.create_task(_post_all(*value))
            elif name == "report":
                answers.send((state.arrivals, state.refused))
                state.arrivals, state.refused = [], 0
            else:
                setattr(state, name, value)

        def listen() -> None:
            try:
                while True:
                    loop.call_soon_threadsafe(obey, *orders.recv())
            except EOFError:  # whoever gave the orders has gone
                loop.call_soon_threadsafe(gone.set)

        threading.Thread(target=listen, daemon=True).start()
        answers.send(server.sockets[0].getsockname()[1])
        await gone.wait()

    uvloop.run(main())


@dataclass(frozen=True)
class Telegram:
    """The server from outside: its root address and its orders."""

    root: str
    _orders: Connection
    _answers: Connection

    def set(self, **values: object) -> None:
        """Change the latency (seconds), the strict limit (messages a second, 0: none), `refuse_next` (seconds).

        Or `webhook`: the address to which the server says that it sends updates, though it sends none.
        """
        for name, value in values.items():
            self._orders.send((name, value))

    def feed(self, updates: list[dict[str, Any]]) -> None:
        """Put updates into the queue that polling empties."""
        for start in range(0, len(updates), 500):
            self._orders.send(("updates", updates[start : start + 500]))

    def post(self, updates: list[dict[str, Any]], port: int, headers: dict[str, str]) -> None:
        """Post updates to the webhook at that port, `AT_A_TIME` at a time."""
        self._orders.send(("post", (updates, port, headers)))

    def report(self) -> tuple[list[tuple[float, int]], int]:
        """Return the arrivals (monotonic seconds, chat) and the number of refusals since the last report."""
        self._orders.send(("report", None))
        return cast("tuple[list[tuple[float, int]], int]", self._answers.recv())


@contextmanager
def playing_telegram() -> Iterator[Telegram]:
    """Run the server in a process of its own while the block lasts."""
    answers, answers_to = multiprocessing.Pipe(duplex=False)
    orders_from, orders = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("spawn")
    server = context.Process(target=_serve, args=(answers_to, orders_from), daemon=True)
    server.start()
    try:
        yield Telegram(f"http://127.0.0.1:{answers.recv()}", orders, answers)
    finally:
        server.terminate()
        server.join()


def message_update(number: int, text: str, chat: int) -> dict[str, Any]:
    """Return the raw update of one private message."""
    person = {"id": chat, "is_bot": False, "first_name": "A", "language_code": "en"}
    message: dict[str, Any] = {
        "message_id": number, "date": 1_700_000_000, "text": text, "from": person,
        "chat": {"id": chat, "type": "private", "first_name": "A"},
    }  # fmt: skip
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"update_id": number, "message": message}
