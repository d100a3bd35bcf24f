"""A small Bot API on 127.0.0.1 whose behaviour a test scripts, down to the connection."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "123:secret-token-of-the-bot"

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BotApi:
    """Answers every method with ``behaviour``; remembers what was asked, and what the server took."""

    def __init__(self) -> None:
        self.url = ""
        self.behaviour: Behaviour = answer(200, {"ok": True, "result": True})
        self.taken: list[dict[str, Any]] = []
        self.arrived, self.release = asyncio.Event(), asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.taken.append({key: _plain(value) for key, value in (await request.post()).items()})
        self.arrived.set()
        return await self.behaviour(request)


def _plain(value: Any) -> Any:
    return (value.filename, value.content_type, value.file.read()) if isinstance(value, web.FileField) else value


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Behaviour:
    text = body if isinstance(body, str) else json.dumps(body)

    async def behave(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="application/json", headers=headers)

    return behave


def refuse(status: int, description: str, **parameters: Any) -> Behaviour:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return answer(status, body)


async def cut(request: web.Request) -> web.Response:
    """Take the message, then lose the connection before the answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def bot_api() -> AsyncIterator[BotApi]:
    api = BotApi()
    application = web.Application(client_max_size=10_000_000)
    application.router.add_route("*", "/bot{token}/{method}", api.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    api.url = f"http://{host}:{port}"
    try:
        yield api
    finally:
        api.release.set()
        await runner.cleanup()
