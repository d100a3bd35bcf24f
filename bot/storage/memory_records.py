"""Pictures, message ids, handled updates and counters, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime

from bot.storage.memory_chats import MemoryTables
from bot.storage.model import Count, whole_second


class MemoryRecords(MemoryTables):
    """Implements `bot.storage.protocol.Records`."""

    async def picture_file_id(self, bot_id: int, key: str) -> str | None:
        """See the protocol."""
        return self.pictures.get((bot_id, key))

    async def save_picture_file_id(self, bot_id: int, key: str, file_id: str) -> None:
        """See the protocol."""
        self.pictures[bot_id, key] = file_id

    async def record_messages(self, pairs: Collection[tuple[int, int]], now: datetime) -> None:
        """See the protocol."""
        for pair in pairs:
            self.messages.setdefault(pair, whole_second(now))

    async def messages_of(self, chat_id: int, since: datetime) -> Sequence[int]:
        """See the protocol."""
        return sorted(
            message_id
            for (owner, message_id), at in self.messages.items()
            if owner == chat_id and at >= whole_second(since)
        )

    async def forget_messages(self, chat_id: int, message_ids: Collection[int]) -> None:
        """See the protocol."""
        for message_id in message_ids:
            self.messages.pop((chat_id, message_id), None)

    async def seen_updates(self, update_ids: Collection[int]) -> AbstractSet[int]:
        """See the protocol."""
        return self.updates.keys() & set(update_ids)

    async def newest_update(self) -> int | None:
        """See the protocol."""
        return max(self.updates, default=None)

    async def record_updates(self, update_ids: Collection[int], now: datetime) -> None:
        """See the protocol."""
        for update_id in update_ids:
            self.updates.setdefault(update_id, whole_second(now))

    async def count(self, day: date, kind: str, key: str, language: str, number: int = 1) -> None:
        """See the protocol."""
        counter = (day, kind, key, language)
        self.counters[counter] = self.counters.get(counter, 0) + number

    async def counts(self, since: date) -> Sequence[Count]:
        """See the protocol."""
        return [Count(*key, number) for key, number in sorted(self.counters.items()) if key[0] >= since]
