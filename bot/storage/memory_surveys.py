"""What administrators may know, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.storage.memory_chats import MemoryTables
from bot.storage.model import Crowd, Seen, Shown, whole_second


class MemorySurveys(MemoryTables):
    """Implements `bot.storage.protocol.Surveys`."""

    async def crowds(self) -> Sequence[Crowd]:
        """See the protocol."""
        chats: Counter[tuple[str, str | None]] = Counter()
        subscribed: Counter[tuple[str, str | None]] = Counter()
        for chat_id, row in self.chats_by_id.items():
            if row["deactivated_at"] is None:
                chats[row["language"], row["country"]] += 1
                subscribed[row["language"], row["country"]] += self.gets_tips(chat_id)
        ordered = sorted(chats, key=lambda crowd: (crowd[0], crowd[1] or ""))
        return [Crowd(*crowd, chats[crowd], subscribed[crowd]) for crowd in ordered]

    async def record_shown(self, shown: Collection[Shown], now: datetime) -> None:
        """See the protocol."""
        for one in shown:
            if self.gets_tips(one.chat_id):
                self.shown[one.chat_id, one.item, one.version] = whole_second(now)

    async def seen(self) -> Sequence[Seen]:
        """See the protocol."""
        numbers = Counter((item, version) for _, item, version in self.shown)
        found = [Seen(item, version, number) for (item, version), number in numbers.items()]
        return sorted(found, key=lambda seen: (-seen.chats, seen.item, seen.version))

    async def want_summary(self, chat_id: int, due: datetime | None) -> None:
        """See the protocol."""
        if due is None:
            self.summaries.pop(chat_id, None)
        else:
            self.summaries[chat_id] = whole_second(due)

    async def summary_due(self, chat_id: int) -> datetime | None:
        """See the protocol."""
        return self.summaries.get(chat_id)

    async def claim_summaries(self, now: datetime, following: datetime) -> Sequence[int]:
        """See the protocol."""
        due = sorted(chat_id for chat_id, at in self.summaries.items() if at <= now)
        self.summaries.update(dict.fromkeys(due, whole_second(following)))
        return due
