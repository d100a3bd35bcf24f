"""The bot's mail: updates wait here until they are confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from bot.sandbox.errors import ApiError

Update = dict[str, Any]

KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "message_reaction",
    "message_reaction_count",
)
NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
DEFAULT_KINDS = frozenset(KINDS) - frozenset(NOT_BY_DEFAULT)
MOST_IN_A_BATCH = 100


class UpdateQueue:
    """Keeps updates in order, hands them out again and again until a higher offset confirms them."""

    def __init__(self, first_id: int = 500_001) -> None:
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.pending: dict[int, Update] = {}
        self.on_arrival: Callable[[], None] | None = None
        self._next_id = first_id
        self._waiting: asyncio.Future[None] | None = None
        self._closed = False

    def put(self, kind: str, payload: dict[str, Any]) -> int | None:
        """Queue an update; returns its id, None when the bot did not ask for this kind."""
        if kind not in self.allowed:
            return None
        return self.put_raw({kind: payload})

    def put_raw(self, content: dict[str, Any]) -> int:
        """Queue any object under a fresh update_id, also one that no parser takes."""
        update_id = self._next_id
        self._next_id += 1
        self.pending[update_id] = {"update_id": update_id, **content}
        self._wake()
        if self.on_arrival is not None:
            self.on_arrival()
        return update_id

    def allow(self, kinds: object) -> None:
        """Remember which kinds the bot wants; an empty list means the default ones. Unknown names are ignored."""
        if isinstance(kinds, list):
            self.allowed = frozenset(kind for kind in kinds if kind in KINDS) or DEFAULT_KINDS

    def confirm(self, offset: int) -> None:
        """Forget what is older than `offset`; a negative one keeps only that many of the newest."""
        if offset < 0:
            for update_id in list(self.pending)[:offset]:
                del self.pending[update_id]
            return
        for update_id in list(takewhile(lambda known: known < offset, self.pending)):
            del self.pending[update_id]

    async def fetch(self, offset: int, limit: int, seconds: float) -> list[Update]:
        """Return up to `limit` updates from `offset` on, waiting at most `seconds` for the first.

        A second caller ends the first one's wait. Raises ApiError 409 for the one whose wait was ended.
        """
        self.confirm(offset)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(
                ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            )
        if not self.pending and seconds > 0 and not self._closed:
            await self._wait(seconds)
        limit = min(max(limit, 1), MOST_IN_A_BATCH)
        return list(self.pending.values())[:limit]

    async def _wait(self, seconds: float) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            return
        finally:
            if self._waiting is waiting:
                self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def close(self) -> None:
        """End every wait, for the shutdown."""
        self._closed = True
        self._wake()
