"""Telegram's side of polling: a queue of updates, confirmed by offset, long polls included."""

import asyncio
import json
from collections import deque
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

LATENCY = 0.01


class TelegramQueue(BaseRequest):
    """A request that answers getUpdates and getWebhookInfo from memory; ``failures`` are raised first, in order."""

    def __init__(self) -> None:
        self.pending: list[Any] = []
        self.confirmed: list[int] = []
        self.failures: deque[TelegramError] = deque()
        self.webhook = ""
        self.polls: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    def put(self, *updates: Any) -> None:
        self.pending.extend(updates)
        self._news.set()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_args: Any, **_kwargs: Any
    ) -> tuple[int, bytes]:
        assert method == "POST"
        assert request_data is not None
        name = url.rsplit("/", 1)[-1]
        if name == "getWebhookInfo":
            return self._ok({"url": self.webhook, "has_custom_certificate": False, "pending_update_count": 0})
        assert name == "getUpdates"
        poll = {key: json.loads(value) for key, value in request_data.json_parameters.items()}
        self.polls.append(poll)
        await asyncio.sleep(LATENCY)
        if self.failures:
            raise self.failures.popleft()
        self._confirm(poll.get("offset", 0))
        if not self.pending and poll["timeout"]:
            self._news.clear()
            try:
                async with asyncio.timeout(poll["timeout"]):
                    await self._news.wait()
            except TimeoutError:
                pass
        return self._ok(self.pending[: poll["limit"]])

    def _confirm(self, offset: int) -> None:
        kept = []
        for item in self.pending:
            update_id = item.get("update_id") if isinstance(item, dict) else None
            if update_id is not None and update_id >= offset:
                kept.append(item)
            elif update_id is not None:
                self.confirmed.append(update_id)
            elif not any(isinstance(i, dict) and i.get("update_id", offset) < offset for i in self.pending):
                kept.append(item)
        self.pending = kept

    @staticmethod
    def _ok(result: Any) -> tuple[int, bytes]:
        return 200, json.dumps({"ok": True, "result": result}).encode()


def bot_on(queue: TelegramQueue) -> Bot:
    return Bot("123:secret-token", request=queue, get_updates_request=queue)
