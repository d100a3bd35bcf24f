"""Between broadcasts and rows: the one place that knows both, used by every kind of store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.storage.broadcast import TALLIED, Broadcast, BroadcastClaim, BroadcastState, Target
from bot.storage.model import DeliveryState, whole_second
from bot.storage.rows import Row, choice_from, profile_from


def draft_row(broadcast: Broadcast) -> dict[str, Any]:
    """Return the columns that an author changes."""
    target = broadcast.target
    return {
        "correction": broadcast.correction,
        "urgent": broadcast.urgent,
        "item": broadcast.item,
        "languages": " ".join(sorted(target.languages)),
        "countries": " ".join(sorted(target.countries)),
        "audiences": " ".join(sorted(target.audiences)),
        "seen_item": target.seen_item,
        "seen_version": target.seen_version,
        "days": broadcast.days,
    }


def new_broadcast_row(broadcast: Broadcast) -> dict[str, Any]:
    """Return the row of a new draft."""
    created = whole_second(broadcast.created_at)
    return {
        "broadcast_id": broadcast.broadcast_id,
        "author": broadcast.author,
        "approver": None,
        "state": BroadcastState.DRAFT.value,
        "revision": broadcast.revision,
        **draft_row(broadcast),
        "created_at": created,
        "changed_at": created,
        "ends_at": None,
        "last_chat": None,
        "total": 0,
        **{outcome.value: 0 for outcome in TALLIED},
        "began_at": None,
        "began_done": 0,
        "author_message": None,
        "approver_message": None,
        "shown_at": None,
        "shown_state": None,
    }


def broadcast_from(row: Row, texts: Mapping[str, str]) -> Broadcast:
    """Read a broadcast."""
    return Broadcast(
        broadcast_id=row["broadcast_id"],
        author=row["author"],
        created_at=row["created_at"],
        correction=row["correction"],
        urgent=row["urgent"],
        item=row["item"],
        texts=texts,
        target=Target(
            frozenset(row["languages"].split()),
            frozenset(row["countries"].split()),
            frozenset(row["audiences"].split()),
            row["seen_item"],
            row["seen_version"],
        ),
        days=row["days"],
        state=BroadcastState(row["state"]),
        revision=row["revision"],
        approver=row["approver"],
        ends_at=row["ends_at"],
        total=row["total"],
        tally={outcome: row[outcome.value] for outcome in TALLIED if row[outcome.value]},
        began_at=row["began_at"],
        began_done=row["began_done"],
        author_message=row["author_message"],
        approver_message=row["approver_message"],
    )


def broadcast_claim_from(row: Row, broadcast_id: str, worker: str, *, subscribed: bool) -> BroadcastClaim:
    """Read a claim from a message joined with its chat and its subscription, as they were before."""
    return BroadcastClaim(
        broadcast_id=broadcast_id,
        chat_id=row["chat_id"],
        worker=worker,
        attempt=row["attempt"] + 1,
        profile=profile_from(row),
        choice=choice_from(row) if subscribed else None,
        found=DeliveryState(row["state"]),
    )


def moved_row(target: BroadcastState, now: datetime, done: object) -> dict[str, Any]:
    """Return the columns that change with a move; `done` is the number of people tried so far, or its expression."""
    row: dict[str, Any] = {"state": target.value, "changed_at": whole_second(now)}
    if target in {BroadcastState.CANARY, BroadcastState.RUNNING}:
        row |= {"began_at": whole_second(now), "began_done": done}
    return row
