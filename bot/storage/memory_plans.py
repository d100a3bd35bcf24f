"""The verbs about plans that a wrong clock has made, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.storage.memory_chats import MemoryTables
from bot.storage.model import Due, Subscription
from bot.storage.protocol import FARTHEST
from bot.storage.rows import plan_row, subscription_from


def _is_adrift(row: dict[str, Any], now: datetime) -> bool:
    paused = row["paused_until"] is not None and row["paused_until"] >= now.date()
    return row["wake_at"] is not None and row["wake_at"] > now + FARTHEST and not paused


class MemoryPlans(MemoryTables):
    """Implements `bot.storage.protocol.Plans`."""

    async def adrift(self, now: datetime, limit: int) -> Sequence[Subscription]:
        """See the protocol."""
        found = [row for row in self.subscriptions_by_id.values() if _is_adrift(row, now)]
        return [subscription_from(row) for row in sorted(found, key=lambda row: row["wake_at"])[:limit]]

    async def replan(self, chat_id: int, due: Due, now: datetime) -> bool:
        """See the protocol."""
        row = self.subscriptions_by_id.get(chat_id)
        if row is None or not _is_adrift(row, now):
            return False
        row.update(**plan_row(due), last_date=None)
        return True
