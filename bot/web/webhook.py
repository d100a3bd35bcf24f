"""Taking updates from Telegram's webhook: handled first, acknowledged then."""

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from telegram import Update

_log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- the name of a header
MAX_BODY_BYTES = 1_000_000
_TRIES = 3
_REMEMBERED_FAILURES = 1000
_TAKEN, _AGAIN = Response(), Response(status_code=500)


@dataclass(slots=True)
class WebhookCounts:
    """What a webhook has met since it was made."""

    handled: int = 0
    repeated: int = 0
    malformed: int = 0
    failed: int = 0
    refused: int = 0


class Webhook:
    """The endpoint that Telegram posts updates to.

    ``path`` begins with a slash. ``secret`` is what was given to ``setWebhook``; a request without it is refused
    before its body is read. ``read`` makes an update of JSON, or raises when it is none. ``process`` handles one
    update, in the end through the application's update processor: only after it returns, Telegram is answered 200, so
    that a killed process gets the update again. ``seen(update_id)`` tells whether it was handled before, here or by
    another replica, and ``record(update_id)`` notes that it was; neither may fail or hang. The latter is there for an
    answer that got lost on the way: when the process dies before it is written down, an update may be handled twice,
    never not at all. A delivery of an update still in hand waits for its end. When ``process`` fails, Telegram is
    answered 500 and delivers again, three times at most.

    What cannot be read as an update is answered 200, else Telegram would repeat it for a day, and counted.

    Raises ``ValueError`` for an empty secret or a path without its slash.
    """

    def __init__(
        self,
        *,
        path: str,
        secret: str,
        read: Callable[[Any], Update],
        process: Callable[[Update], Awaitable[None]],
        seen: Callable[[int], Awaitable[bool]],
        record: Callable[[int], None],
    ) -> None:
        if not secret:
            raise ValueError("the webhook's secret must not be empty")
        if not path.startswith("/"):
            raise ValueError("the webhook's path must begin with a slash")
        self.counts = WebhookCounts()
        self._path, self._secret = path, secret.encode()
        self._read, self._process, self._seen, self._record = read, process, seen, record
        self._in_hand: dict[int, asyncio.Future[bool]] = {}
        self._failures: dict[int, int] = {}

    def route(self) -> Route:
        """Give the route to put into an application."""
        return Route(self._path, self, methods=["POST"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; called by the server."""
        # Called as an application, not as a function: what the framework puts around one, every update would pay for.
        response = await self._receive(Request(scope, receive))
        await response(scope, receive, send)

    async def _receive(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret):
            self.counts.refused += 1
            return PlainTextResponse("wrong or missing secret", 403)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return PlainTextResponse("incomplete", 400)
        if body is None:
            self.counts.refused += 1
            return PlainTextResponse(f"larger than {MAX_BODY_BYTES} bytes", 413)
        update = self._parse(body)
        if update is None:
            self.counts.malformed += 1
            return _TAKEN
        return _TAKEN if await self._once(update) else _AGAIN

    def _parse(self, body: bytes) -> Update | None:
        update_id: object = None
        try:
            data = json.loads(body)
            update_id = data["update_id"]
            update = self._read(data)
        except Exception as error:  # noqa: BLE001 -- a broken update can break the parser in any way
            known = update_id if isinstance(update_id, int) else "without a readable id"
            _log.warning("update-unreadable", extra={"update": known, "error": type(error).__name__})
            return None
        if not isinstance(update_id, int) or isinstance(update_id, bool):
            _log.warning("update-without-id")
            return None
        return update

    async def _once(self, update: Update) -> bool:
        """Handle an update unless that was done or is being done; tell whether Telegram may forget it."""
        update_id = update.update_id
        if (running := self._in_hand.get(update_id)) is not None:
            self.counts.repeated += 1
            return await asyncio.shield(running)
        running = self._in_hand[update_id] = asyncio.get_running_loop().create_future()
        done = False
        try:
            done = await self._handle(update)
        finally:
            del self._in_hand[update_id]
            running.set_result(done)
        return done

    async def _handle(self, update: Update) -> bool:
        if await self._seen(update.update_id):
            self.counts.repeated += 1
            return True
        try:
            await self._process(update)
        except Exception as error:  # noqa: BLE001 -- one update must not reach the server as a fault
            self.counts.failed += 1
            _log.error("update-failed", extra={"update": update.update_id, "error": type(error).__name__})
            return self._is_hopeless(update.update_id)
        self._failures.pop(update.update_id, None)
        self._record(update.update_id)
        self.counts.handled += 1
        return True

    def _is_hopeless(self, update_id: int) -> bool:
        tries = self._failures.pop(update_id, 0) + 1
        if tries >= _TRIES:
            return True
        self._failures[update_id] = tries
        if len(self._failures) > _REMEMBERED_FAILURES:
            del self._failures[next(iter(self._failures))]
        return False


async def _read(request: Request) -> bytes | None:
    """Read the body, or give None as soon as it is too large, whatever its announced length."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)
