"""Broadcasts, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.storage.broadcast import (
    SENDING,
    STARTED,
    TALLIED,
    Broadcast,
    BroadcastClaim,
    BroadcastResult,
    BroadcastState,
    HeldBack,
    Target,
    spread,
)
from bot.storage.broadcast_rows import (
    broadcast_claim_from,
    broadcast_from,
    draft_row,
    moved_row,
    new_broadcast_row,
)
from bot.storage.memory_chats import MemoryTables
from bot.storage.memory_deliveries import IN_HAND
from bot.storage.model import DeliveryState, Outcome, whole_second
from bot.storage.rows import HAD_ITS_TIP

MOVING = frozenset(STARTED) - {BroadcastState.ASKING, BroadcastState.PAUSED}


class MemoryBroadcasts(MemoryTables):
    """Implements `bot.storage.protocol.Broadcasts`."""

    async def create_broadcast(self, broadcast: Broadcast) -> None:
        """See the protocol."""
        self.broadcasts_by_id[broadcast.broadcast_id] = new_broadcast_row(broadcast)
        self.broadcast_texts[broadcast.broadcast_id] = dict(broadcast.texts)

    async def broadcast_of(self, broadcast_id: str) -> Broadcast | None:
        """See the protocol."""
        row = self.broadcasts_by_id.get(broadcast_id)
        return self._read(row) if row else None

    def _read(self, row: dict[str, Any]) -> Broadcast:
        return broadcast_from(row, dict(self.broadcast_texts[row["broadcast_id"]]))

    async def broadcasts(self, states: Collection[BroadcastState]) -> Sequence[Broadcast]:
        """See the protocol."""
        found = [row for row in self.broadcasts_by_id.values() if row["state"] in states]
        return [self._read(row) for row in sorted(found, key=lambda row: (row["created_at"], row["broadcast_id"]))]

    async def change_draft(self, broadcast: Broadcast, now: datetime) -> bool:
        """See the protocol."""
        row = self.broadcasts_by_id.get(broadcast.broadcast_id)
        if row is None or row["state"] != BroadcastState.DRAFT:
            return False
        row.update(draft_row(broadcast), revision=row["revision"] + 1, changed_at=whole_second(now))
        self.broadcast_texts[broadcast.broadcast_id] = dict(broadcast.texts)
        return True

    async def move_broadcast(
        self,
        broadcast_id: str,
        sources: Collection[BroadcastState],
        target: BroadcastState,
        now: datetime,
        *,
        revision: int | None = None,
        approver: int | None = None,
        ends_at: datetime | None = None,
    ) -> bool:
        """See the protocol."""
        row = self.broadcasts_by_id.get(broadcast_id)
        if row is None or row["state"] not in sources:
            return False
        if (approver is not None and row["author"] == approver) or revision not in {None, row["revision"]}:
            return False
        row.update(moved_row(target, now, self._done(row)))
        if approver is not None:
            row["approver"] = approver
        if ends_at is not None:
            row["ends_at"] = whole_second(ends_at)
        return True

    @staticmethod
    def _done(row: dict[str, Any]) -> int:
        return sum(row[outcome.value] for outcome in TALLIED)

    async def note_panels(self, broadcast_id: str, *, author: int | None = None, approver: int | None = None) -> None:
        """See the protocol."""
        row = self.broadcasts_by_id.get(broadcast_id)
        if row is not None:
            row["author_message"] = author or row["author_message"]
            row["approver_message"] = approver or row["approver_message"]

    async def claim_panels(self, now: datetime, before: datetime) -> Sequence[Broadcast]:
        """See the protocol."""
        claimed = []
        for row in self.broadcasts_by_id.values():
            moves = row["state"] in MOVING and row["shown_at"] is not None and row["shown_at"] <= before
            if row["state"] != BroadcastState.DRAFT and (moves or row["shown_state"] != row["state"]):
                row.update(shown_at=whole_second(now), shown_state=row["state"])
                claimed.append(self._read(row))
        return sorted(claimed, key=lambda broadcast: broadcast.broadcast_id)

    async def count_target(self, target: Target) -> int:
        """See the protocol."""
        return len(self._meant(target))

    def _meant(self, target: Target) -> list[int]:
        return sorted(chat_id for chat_id in self.chats_by_id if self._fits(target, chat_id))

    def _fits(self, target: Target, chat_id: int) -> bool:
        row = self.chats_by_id[chat_id]
        if row["deactivated_at"] is not None or not self.gets_tips(chat_id):
            return False
        wanted = ((target.languages, "language"), (target.countries, "country"), (target.audiences, "audience"))
        if any(values and row[column] not in values for values, column in wanted):
            return False
        return target.seen_item is None or self._saw(target.seen_item, target.seen_version, chat_id)

    def _saw(self, wanted: str, wanted_version: str | None, chat_id: int) -> bool:
        kind, _, name = wanted.partition(":")
        got = kind == "tip" and wanted_version is None
        return any(
            owner == chat_id and item == wanted and wanted_version in {None, version}
            for owner, item, version in self.shown
        ) or any(
            got and owner == chat_id and row["tip_id"] == name and row["outcome"] in HAD_ITS_TIP
            for (owner, _), row in self.deliveries_by_day.items()
        )

    async def gather(self, broadcast_id: str, limit: int, now: datetime) -> int:
        """See the protocol."""
        row = self.broadcasts_by_id.get(broadcast_id)
        if row is None or row["state"] != BroadcastState.GATHERING:
            return 0
        last = row["last_chat"]
        target = self._read(row).target
        found = [chat_id for chat_id in self._meant(target) if last is None or chat_id > last][:limit]
        for chat_id in found:
            self.broadcast_deliveries[broadcast_id, chat_id] = {
                "broadcast_id": broadcast_id,
                "chat_id": chat_id,
                "canary": False,
                "state": DeliveryState.WAITING.value,
                "attempt": 0,
                "worker": None,
                "outcome": None,
                "wake_at": whole_second(now),
            }
        if found:
            row.update(last_chat=found[-1], total=row["total"] + len(found))
        return len(found)

    async def begin_canary(self, broadcast_id: str, size: int, now: datetime) -> bool:
        """See the protocol."""
        row = self.broadcasts_by_id.get(broadcast_id)
        if row is None or row["state"] != BroadcastState.GATHERING:
            return False
        mine = [one for one in self.broadcast_deliveries.values() if one["broadcast_id"] == broadcast_id]
        for one in sorted(mine, key=lambda one: (spread(one["chat_id"]), one["chat_id"]))[:size]:
            one["canary"] = True
        row.update(moved_row(BroadcastState.CANARY, now, 0))
        return True

    def _sends(self, broadcast_id: str) -> bool:
        row = self.broadcasts_by_id.get(broadcast_id)
        return row is not None and row["state"] in SENDING

    async def claim_broadcast(
        self, broadcast_id: str, now: datetime, limit: int, worker: str, lease: timedelta
    ) -> Sequence[BroadcastClaim]:
        """See the protocol."""
        if not self._sends(broadcast_id):
            return []
        everybody = self.broadcasts_by_id[broadcast_id]["state"] == BroadcastState.RUNNING
        due = [
            row
            for row in self.broadcast_deliveries.values()
            if row["broadcast_id"] == broadcast_id
            and row["wake_at"] is not None
            and row["wake_at"] <= now
            and (everybody or row["canary"])
        ]
        claims = []
        for row in sorted(due, key=lambda row: (not row["canary"], row["wake_at"], row["chat_id"]))[:limit]:
            chat_id = row["chat_id"]
            subscription = self.subscriptions_by_id.get(chat_id, {})
            joined = {**self.chats_by_id[chat_id], **subscription, **row}
            claims.append(broadcast_claim_from(joined, broadcast_id, worker, subscribed=self.gets_tips(chat_id)))
            in_doubt = row["state"] == DeliveryState.SENDING
            state = DeliveryState.SENDING if in_doubt else DeliveryState.CLAIMED
            row.update(state=state.value, attempt=row["attempt"] + 1, worker=worker, wake_at=whole_second(now + lease))
        return claims

    def _row_of(self, claim: BroadcastClaim) -> dict[str, Any] | None:
        row = self.broadcast_deliveries.get((claim.broadcast_id, claim.chat_id))
        mine = row is not None and (row["worker"], row["attempt"]) == (claim.worker, claim.attempt)
        return row if row is not None and mine and row["state"] in IN_HAND else None

    async def mark_broadcast(
        self, claims: Sequence[BroadcastClaim], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        """See the protocol."""
        marked = []
        for claim in claims:
            row = self._row_of(claim)
            may = row is not None and row["wake_at"] > now + margin and self._sends(claim.broadcast_id)
            if may and row is not None:
                row["state"] = DeliveryState.SENDING.value
            marked.append(may)
        return marked

    async def record_broadcast(self, results: Sequence[BroadcastResult]) -> None:
        """See the protocol."""
        for result in results:
            row = self._row_of(result.claim)
            if row is None:
                continue
            if result.outcome is Outcome.LATER:
                at = result.retry_at and whole_second(result.retry_at)
                row.update(state=DeliveryState.WAITING.value, wake_at=at, worker=None)
                continue
            row.update(state=DeliveryState.DONE.value, wake_at=None, worker=None, outcome=result.outcome.value)
            self.broadcasts_by_id[result.claim.broadcast_id][result.outcome.value] += 1

    async def release_broadcast(self, claims: Sequence[BroadcastClaim], now: datetime) -> None:
        """See the protocol."""
        await self.record_broadcast([BroadcastResult(claim, Outcome.LATER, now) for claim in claims])

    async def held_back(self, broadcast_id: str, now: datetime) -> HeldBack:
        """See the protocol."""
        times = [
            row["wake_at"]
            for row in self.broadcast_deliveries.values()
            if row["broadcast_id"] == broadcast_id
            and row["state"] == DeliveryState.WAITING
            and row["wake_at"] is not None
            and row["wake_at"] > now
        ]
        return HeldBack(len(times), max(times, default=None))

    async def settle_broadcasts(self, now: datetime) -> int:
        """See the protocol."""
        moved = 0
        for row in self.broadcasts_by_id.values():
            state = self._settled(row, now)
            if state is not None:
                row.update(moved_row(state, now, 0))
                moved += 1
        return moved

    def _settled(self, row: dict[str, Any], now: datetime) -> BroadcastState | None:
        if row["state"] in STARTED and row["ends_at"] is not None and row["ends_at"] <= now:
            return BroadcastState.EXPIRED
        if row["state"] not in SENDING:
            return None
        open_rows = [
            one
            for one in self.broadcast_deliveries.values()
            if one["broadcast_id"] == row["broadcast_id"] and one["wake_at"] is not None
        ]
        if not open_rows:
            return BroadcastState.DONE
        if row["state"] == BroadcastState.CANARY and not any(one["canary"] for one in open_rows):
            return BroadcastState.ASKING
        return None
