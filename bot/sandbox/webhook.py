"""Delivery of updates to a webhook on this machine, repeated until it is answered with 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.clock import MovableClock
from bot.sandbox.errors import bad_request
from bot.sandbox.updates import Update, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name, not a secret
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LOCAL = ("127.0.0.1", "localhost", "::1")
_ANSWER_SECONDS = 60
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where updates go: `url` on this machine, the secret that goes along, deliveries at one time."""

    url: str
    secret: str
    connections: int


def check_target(url: str, secret: str, connections: int) -> Target:
    """Return a webhook target. Raises ApiError 400 for a foreign host or a malformed secret."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOCAL:
        raise bad_request("bad webhook: the sandbox delivers to 127.0.0.1 only")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return Target(url, secret, min(max(connections, 1), 100))


class WebhookSender:
    """Posts waiting updates: those of one chat one after the other, chats side by side.

    `pause` is the wait in seconds after the first refusal; it doubles with every further one.
    """

    def __init__(self, queue: UpdateQueue, clock: MovableClock, *, pause: float = 1.0) -> None:
        self._queue = queue
        self._clock = clock
        self._pause = pause
        self._busy: dict[object, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self.target: Target | None = None
        self._last_error: tuple[int, str] | None = None
        queue.on_arrival = self._pump

    def start(self, target: Target) -> None:
        """Deliver to `target` from now on, also what is already waiting."""
        self.target = target
        self._last_error = None
        self._pump()

    async def stop(self) -> None:
        """Stop delivering; what was not confirmed keeps waiting."""
        self.target = None
        tasks = tuple(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._busy.clear()

    async def close(self) -> None:
        """Stop, and close the connections."""
        await self.stop()
        if self._session is not None:
            await self._session.close()

    def info(self) -> dict[str, Any]:
        """Return the Bot API's WebhookInfo."""
        info: dict[str, Any] = {
            "url": self.target.url if self.target else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue.pending),
        }
        if self.target:
            info["max_connections"] = self.target.connections
            info["ip_address"] = "127.0.0.1"
            if self._last_error:
                info["last_error_date"], info["last_error_message"] = self._last_error
        return info

    def _pump(self) -> None:
        if self.target is None:
            return
        for update in tuple(self._queue.pending.values()):
            key = _chat_key(update)
            if key in self._busy:
                continue
            if len(self._busy) >= self.target.connections:
                return
            self._busy[key] = asyncio.create_task(self._deliver(key, update, self.target))

    async def _deliver(self, key: object, update: Update, target: Target) -> None:
        pause = self._pause
        while not await self._post(update, target):
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self._queue.pending.pop(update["update_id"], None)
        self._busy.pop(key, None)
        self._pump()

    async def _post(self, update: Update, target: Target) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS), trust_env=False)
        headers = {SECRET_HEADER: target.secret} if target.secret else {}
        fault = "Connection refused"
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._session.post(target.url, json=update, headers=headers, allow_redirects=False) as answer:
                if answer.ok and answer.status < 300:
                    return True
                fault = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        self._last_error = (int(self._clock.now().timestamp()), fault)
        return False


def _chat_key(update: Update) -> object:
    for kind, payload in update.items():
        if kind == "update_id" or not isinstance(payload, dict):
            continue
        for holder in (payload, payload.get("message")):
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict) and "id" in chat:
                return chat["id"]
        sender = payload.get("from")
        if isinstance(sender, dict):
            return sender.get("id")
    return update["update_id"]
