"""Counts what happens and notes what was shown and sent, in memory, and writes it down every few seconds.

So no answer waits for a counter, and a database that fails costs numbers, never answers. What was counted in the last
seconds before a crash is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta

from bot.storage.model import Shown, StoreError
from bot.storage.protocol import Store
from bot.understanding.model import Understanding
from content.model import Pack, Urgency
from content.versions import item_version

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=10)
MOST_SHOWN = 50_000
"""Versions, and ids of messages, kept in memory while the store cannot be written; more are dropped."""


class Tally:
    """What is to be written down. `clock` returns the aware time of now."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._counters: Counter[tuple[date, str, str, str]] = Counter()
        self._shown: dict[Shown, None] = {}
        self._messages: dict[tuple[int, int], None] = {}
        self._versions: dict[tuple[str, str, str], str | None] = {}

    def add(self, kind: str, key: str, language: str, number: int = 1) -> None:
        """Count something. Never pass anything in `key` that could point to a person."""
        self._counters[self._clock().date(), kind, key[:64], language] += number

    def add_meaning(self, meaning: Understanding, language: str) -> None:
        """Count one question: by its topic, or, when it was not understood, by the nearest one. No word is kept."""
        for kind, key in counters_of(meaning):
            self.add(kind, key, language)

    def add_shown(self, chat_id: int, items: Iterable[str], pack: Pack, language: str) -> None:
        """Note which versions a chat was shown; the store keeps them of subscribed chats alone."""
        for item in items:
            key = pack.version, item, language
            if key not in self._versions:
                if len(self._versions) >= MOST_SHOWN:
                    self._versions.clear()
                self._versions[key] = item_version(pack, item, language)
            version = self._versions[key]
            if version is not None and len(self._shown) < MOST_SHOWN:
                self._shown[Shown(chat_id, item, version)] = None

    def add_message(self, chat_id: int, message_id: int) -> None:
        """Note the id of a message of a private chat, so that `/hide` can have it deleted."""
        if len(self._messages) < MOST_SHOWN:
            self._messages[chat_id, message_id] = None

    def messages_of(self, chat_id: int) -> list[int]:
        """Return the ids of a chat's messages that are not written down yet."""
        return [message_id for owner, message_id in self._messages if owner == chat_id]

    def drop_messages(self, chat_id: int, message_ids: Iterable[int]) -> None:
        """Drop the ids of messages that were deleted."""
        for message_id in message_ids:
            self._messages.pop((chat_id, message_id), None)

    def forget(self, chat_id: int) -> None:
        """Drop what is not yet written of a chat."""
        self._shown = {shown: None for shown in self._shown if shown.chat_id != chat_id}
        self._messages = {pair: None for pair in self._messages if pair[0] != chat_id}

    async def flush(self, store: Store) -> None:
        """Write everything down. Raises StoreError; what was not written is kept for the next time."""
        while self._counters:
            counter, number = next(iter(self._counters.items()))
            await store.count(*counter, number)
            self._counters[counter] -= number
            if not self._counters[counter]:
                del self._counters[counter]
        messages = list(self._messages)
        await store.record_messages(messages, self._clock())
        for pair in messages:
            self._messages.pop(pair, None)
        shown = list(self._shown)
        await store.record_shown(shown, self._clock())
        for one in shown:
            self._shown.pop(one, None)


def counters_of(meaning: Understanding) -> tuple[tuple[str, str], ...]:
    """Return what one message adds to which counters, as kind and key. Pure; no word of the message is in it."""
    nearest = meaning.topic or (meaning.ranked[0].topic if meaning.ranked else "")
    degraded = (("degraded", ""),) if meaning.degraded else ()
    if meaning.urgency is Urgency.EMERGENCY:
        return (("emergency", nearest), *degraded)
    if meaning.refusal is not None:
        return (("refusal", meaning.refusal.value), *degraded)
    return (("unknown" if meaning.topic is None else "question", nearest), *degraded)


async def keep_tally(
    tally: Tally,
    store: Store,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    every: timedelta = EVERY,
) -> None:
    """Write the tally down every few seconds, for ever. A store that fails is tried again the next time."""
    while True:
        await sleep(every.total_seconds())
        try:
            await tally.flush(store)
        except StoreError as error:
            logger.warning("counters-not-written", extra={"error": str(error)})
