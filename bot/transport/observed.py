"""Telling what became of every message, without a word of it."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import BadRequest, Forbidden, RetryAfter
from telegram.ext import BaseRateLimiter

from bot.transport.fate import was_not_sent
from bot.transport.pacing import REPLY, Answer, is_paced

Observe = Callable[[str, str], None]
"""Takes the lane of a message and its fate."""


class ObservedLimiter(BaseRateLimiter[str]):
    """Hands everything to `inner`, and tells `observe` the lane and the fate of each message, copy and edit.

    The fate is `sent`, `flood` (Telegram asks to wait), `gone` (blocked, removed), `refused`, `not-sent` (there was no
    connection) or `unknown`. Tries again inside `inner` are not told apart.
    """

    def __init__(self, inner: BaseRateLimiter[str], observe: Observe) -> None:
        self._inner, self._observe = inner, observe

    async def initialize(self) -> None:
        """Initialize the inner limiter."""
        await self._inner.initialize()

    async def shutdown(self) -> None:
        """Shut the inner limiter down."""
        await self._inner.shutdown()

    async def process_request(  # noqa: PLR0917 -- the base class dictates the signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,  # noqa: ANN401 -- passed through
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        """Make the request through the inner limiter. Raises whatever that raises."""
        fate = "unknown"
        try:
            answer = await self._inner.process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
            fate = "sent"
        except Exception as error:
            fate = fate_of(error)
            raise
        else:
            return answer
        finally:
            if is_paced(endpoint):
                self._observe(rate_limit_args or REPLY, fate)


def fate_of(error: BaseException) -> str:
    """Return the fate of a message whose sending raised this."""
    match error:
        case RetryAfter():
            return "flood"
        case Forbidden():
            return "gone"
        case BadRequest():
            return "refused"
    return "not-sent" if was_not_sent(error) else "unknown"
