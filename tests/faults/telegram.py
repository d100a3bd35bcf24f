"""A Bot API on 127.0.0.1 that counts what it took for whom, with the local Bot API's faults on order."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from bot.sandbox.faults import REFUSALS, Fault, Faults

TOKEN = "123456:the-token-of-the-tests"
ME = {"id": 123456, "is_bot": True, "first_name": "Mamori", "username": "mamori_bot"}


class Telegram:
    """Takes messages. `taken` counts them by chat, `asked` counts requests; `on_taken` hears of each, by its number."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: Counter[int] = Counter()
        self.asked = 0
        self.faults = Faults()
        self.gate = asyncio.Event()
        self.gate.set()
        self.on_taken: Callable[[int], None] = lambda _: None
        self.release = asyncio.Event()

    def order(self, kind: str, **fields: Any) -> None:
        """Put a fault in force for messages."""
        self.faults.add(Fault(kind, method="sendMessage", **fields))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request as Telegram would, or as ordered."""
        method = request.match_info["method"]
        form = await request.post()
        if method == "getMe":
            return _answer(ME)
        if method == "getWebhookInfo":
            return _answer({"url": "", "has_custom_certificate": False, "pending_update_count": 0})
        if method == "getUpdates":
            with suppress(TimeoutError):
                await asyncio.wait_for(self.release.wait(), min(float(str(form.get("timeout", 0))), 0.5))
            return _answer([])
        chat_id = int(str(form["chat_id"]))
        self.asked += 1
        await self.gate.wait()
        fault = self.faults.take(method, chat_id)
        if fault is None:
            return self._take(chat_id)
        if fault.kind in REFUSALS:
            return _refuse(fault)
        if fault.kind in {"hang_after", "cut_after"}:
            self._take(chat_id)
        if fault.kind.startswith("hang"):
            await self.release.wait()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _take(self, chat_id: int) -> web.Response:
        self.taken[chat_id] += 1
        number = self.taken.total()
        self.on_taken(number)
        return _answer({"message_id": number, "date": 1, "chat": {"id": chat_id, "type": "private"}})


def _answer(result: object) -> web.Response:
    return web.Response(text=json.dumps({"ok": True, "result": result}), content_type="application/json")


def _refuse(fault: Fault) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": int(fault.kind), "description": REFUSALS[fault.kind]}
    if fault.description is not None:
        body["description"] = fault.description
    if fault.retry_after is not None:
        body["parameters"] = {"retry_after": fault.retry_after}
    return web.Response(status=int(fault.kind), text=json.dumps(body), content_type="application/json")


@asynccontextmanager
async def running_telegram() -> AsyncIterator[Telegram]:
    """Run the Bot API while the block lasts."""
    telegram = Telegram()
    application = web.Application()
    application.router.add_route("*", "/bot{token}/{method}", telegram.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    telegram.url = f"http://{host}:{port}"
    try:
        yield telegram
    finally:
        telegram.release.set()
        telegram.gate.set()
        await runner.cleanup()
