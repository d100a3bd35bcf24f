"""The twin that keeps everything in memory: for tests, for rehearsals, and to say what the verbs mean."""

from __future__ import annotations

from bot.storage.memory_broadcasts import MemoryBroadcasts
from bot.storage.memory_chats import MemoryChats
from bot.storage.memory_deliveries import MemoryDeliveries
from bot.storage.memory_plans import MemoryPlans
from bot.storage.memory_records import MemoryRecords
from bot.storage.memory_surveys import MemorySurveys


class MemoryStore(MemoryChats, MemoryDeliveries, MemoryPlans, MemoryRecords, MemorySurveys, MemoryBroadcasts):
    """A `Store` that forgets all when it is dropped. No verb waits, so each one happens whole."""

    shared = False

    async def ping(self) -> None:
        """See the protocol."""

    async def close(self) -> None:
        """See the protocol."""
