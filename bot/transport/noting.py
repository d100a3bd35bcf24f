"""Tells of every message that Telegram took, whoever sent it, so that no sender has to remember to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.ext import BaseRateLimiter

Answer = bool | dict[str, Any] | list[dict[str, Any]]
logger = logging.getLogger(__name__)


class Noting(BaseRateLimiter[str]):
    """Passes every request on to `pacer` and hands the messages that came of it to `note`: chat id, message id.

    Only messages of private chats are told of. What `note` raises is logged and changes nothing.
    """

    def __init__(self, pacer: BaseRateLimiter[str], note: Callable[[int, int], None]) -> None:
        self._pacer = pacer
        self._note = note

    async def initialize(self) -> None:
        """Prepare the pacer."""
        await self._pacer.initialize()

    async def shutdown(self) -> None:
        """End the pacer."""
        await self._pacer.shutdown()

    async def process_request(  # noqa: PLR0917 -- the base class dictates the signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,  # noqa: ANN401 -- the base class dictates the signature
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        """Return what the pacer returns, after telling of the messages in it."""
        answer = await self._pacer.process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
        if endpoint.startswith("send"):
            for message in answer if isinstance(answer, list) else [answer]:
                self._tell(message)
        return answer

    def _tell(self, message: Any) -> None:  # noqa: ANN401 -- whatever Telegram answered
        chat = message.get("chat", {}) if isinstance(message, dict) else {}
        if chat.get("type") != "private" or "message_id" not in message:
            return
        try:
            self._note(chat["id"], message["message_id"])
        except Exception:
            logger.exception("message-not-noted")
