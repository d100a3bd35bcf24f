"""The claim, the ledger and the history, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.storage.memory_chats import MemoryTables
from bot.storage.model import Delivery, DeliveryState, DueDelivery, Result, whole_second
from bot.storage.rows import (
    claim_from,
    claimed_delivery_row,
    delivery_from,
    finished_delivery_row,
    history_row,
    moved_plan_row,
)

NO_DELIVERY: dict[str, Any] = {"state": None, "attempt": None, "tip_id": None}
IN_HAND = (DeliveryState.CLAIMED.value, DeliveryState.SENDING.value)


class MemoryDeliveries(MemoryTables):
    """Implements `bot.storage.protocol.Deliveries`."""

    async def lead(self) -> bool:
        """See the protocol."""
        return True

    async def claim_due(self, now: datetime, limit: int, worker: str, lease: timedelta) -> Sequence[DueDelivery]:
        """See the protocol."""
        due = [row for row in self.subscriptions_by_id.values() if row["wake_at"] and row["wake_at"] <= now]
        claims = []
        for row in sorted(due, key=lambda row: row["wake_at"])[:limit]:
            key = (row["chat_id"], row["next_date"])
            delivery = self.deliveries_by_day.get(key, NO_DELIVERY)
            claim = claim_from({**self.chats_by_id[row["chat_id"]], **row, **delivery}, worker)
            row.update(wake_at=whole_second(now + lease), worker=worker)
            claims.append(claim)
            if claim.found is not DeliveryState.DONE:
                empty = dict.fromkeys(("outcome", "tip_id", "message_id", "recorded_at"))
                self.deliveries_by_day[key] = {**empty, **delivery, **claimed_delivery_row(claim)}
        return claims

    def _delivery_of(self, claim: DueDelivery, states: Sequence[str]) -> dict[str, Any] | None:
        row = self.deliveries_by_day.get((claim.chat_id, claim.due.local_date))
        mine = row is not None and (row["worker"], row["attempt"]) == (claim.worker, claim.attempt)
        return row if row is not None and mine and row["state"] in states else None

    async def mark_sending(
        self, tips: Sequence[tuple[DueDelivery, str]], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        """See the protocol."""
        return [self._mark(claim, tip_id, now + margin) for claim, tip_id in tips]

    def _mark(self, claim: DueDelivery, tip_id: str, end: datetime) -> bool:
        delivery = self._delivery_of(claim, (DeliveryState.CLAIMED.value,))
        owner = self.subscriptions_by_id.get(claim.chat_id)
        if delivery is None or owner is None or owner["worker"] != claim.worker or owner["wake_at"] <= end:
            return False
        delivery.update(state=DeliveryState.SENDING.value, tip_id=tip_id)
        return True

    async def record(self, results: Sequence[Result], now: datetime) -> None:
        """See the protocol."""
        for result in results:
            claim = result.claim
            delivery = self._delivery_of(claim, IN_HAND)
            if delivery is not None and result.outcome is not None:
                delivery.update(**finished_delivery_row(result, now), tip_id=result.tip_id or delivery["tip_id"])
            row = self.subscriptions_by_id.get(claim.chat_id)
            if row is None or row["worker"] not in {None, claim.worker}:
                continue
            if row["worker"] == claim.worker:
                row.update(moved_plan_row(result))
            history = {name: value for name, value in history_row(result).items() if value is not None}
            row.update(history, worker=None)

    async def release(self, claims: Sequence[DueDelivery], now: datetime) -> None:
        """See the protocol."""
        for claim in claims:
            delivery = self._delivery_of(claim, (DeliveryState.CLAIMED.value,))
            if delivery is not None:
                delivery.update(state=DeliveryState.WAITING.value)
            row = self.subscriptions_by_id.get(claim.chat_id)
            if row is not None and row["worker"] == claim.worker:
                row.update(wake_at=whole_second(now), worker=None)

    async def sent_tips(self, chat_id: int) -> Sequence[str]:
        """See the protocol."""
        row = self.subscriptions_by_id.get(chat_id)
        return tuple(row["sent"].split()) if row else ()

    async def deliveries_of(self, chat_id: int) -> Sequence[Delivery]:
        """See the protocol."""
        return [delivery_from(row) for (owner, _), row in sorted(self.deliveries_by_day.items()) if owner == chat_id]
