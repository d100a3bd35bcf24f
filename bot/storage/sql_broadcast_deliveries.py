"""The messages of a broadcast, in SQL: claimed, sent and recorded like tips, many in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.storage.broadcast import SENDING, BroadcastClaim, BroadcastResult, BroadcastState
from bot.storage.broadcast_rows import broadcast_claim_from
from bot.storage.model import DeliveryState, Outcome
from bot.storage.schema import broadcast_deliveries, broadcasts, chats, subscriptions
from bot.storage.sql_chats import SqlBase
from bot.storage.sql_deliveries import IN_HAND

_broadcast = broadcasts.c
_delivery = broadcast_deliveries.c
_subscription = subscriptions.c
_OWN = {"chat_id", "worker", "wake_at"}
DUE = (
    sa.select(
        _delivery.chat_id,
        _delivery.state,
        _delivery.attempt,
        *(chats.c[name] for name in ("language", "country", "audience", "age_band")),
        *(column for column in _subscription if column.name not in _OWN),
        _subscription.chat_id.label("subscriber"),
    )
    .join(chats, chats.c.chat_id == _delivery.chat_id)
    .outerjoin(subscriptions, sa.and_(_subscription.chat_id == _delivery.chat_id, _subscription.ended_at.is_(None)))
    .where(
        _delivery.broadcast_id == sa.bindparam("b_id"),
        _delivery.canary == sa.bindparam("b_canary"),
        _delivery.wake_at <= sa.bindparam("b_now"),
    )
    .order_by(_delivery.wake_at)
    .limit(sa.bindparam("b_limit", type_=sa.Integer))
    .with_for_update(of=broadcast_deliveries, skip_locked=True)
)
TAKE = (
    sa.update(broadcast_deliveries)
    .where(
        _delivery.broadcast_id == sa.bindparam("b_id"),
        _delivery.chat_id.in_(sa.bindparam("b_chats", expanding=True)),
        _delivery.wake_at <= sa.bindparam("b_now"),
    )
    .values(
        # What an earlier worker began to send stays in doubt: its new owner decides.
        state=sa.case(
            (_delivery.state == DeliveryState.SENDING.value, DeliveryState.SENDING.value),
            else_=DeliveryState.CLAIMED.value,
        ),
        attempt=_delivery.attempt + 1,
        worker=sa.bindparam("b_worker"),
        wake_at=sa.bindparam("b_until"),
    )
    .returning(_delivery.chat_id)
)

Key = tuple[str, str, int]


class SqlBroadcastDeliveries(SqlBase):
    """The part of `bot.storage.protocol.Broadcasts` about single messages."""

    async def claim_broadcast(
        self, broadcast_id: str, now: datetime, limit: int, worker: str, lease: timedelta
    ) -> Sequence[BroadcastClaim]:
        """See the protocol."""
        state_query = sa.select(_broadcast.state).where(_broadcast.broadcast_id == broadcast_id)
        found: list[sa.RowMapping] = []
        async with self.database.writing() as connection:
            state = (await connection.execute(state_query)).scalar()
            if state not in SENDING:
                return ()
            for canary in (True, False) if state == BroadcastState.RUNNING else (True,):
                given = {"b_id": broadcast_id, "b_canary": canary, "b_now": now, "b_limit": limit - len(found)}
                if limit > len(found):
                    found += (await connection.execute(DUE, given)).mappings().all()
            if not found:
                return ()
            taken = await connection.execute(
                TAKE,
                {
                    "b_id": broadcast_id,
                    "b_chats": [row["chat_id"] for row in found],
                    "b_now": now,
                    "b_worker": worker,
                    "b_until": now + lease,
                },
            )
            mine = set(taken.scalars())
        return [
            broadcast_claim_from(row, broadcast_id, worker, subscribed=row["subscriber"] is not None)
            for row in found
            if row["chat_id"] in mine
        ]

    async def mark_broadcast(
        self, claims: Sequence[BroadcastClaim], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        """See the protocol."""
        groups: dict[Key, list[int]] = defaultdict(list)
        for claim in claims:
            groups[claim.broadcast_id, claim.worker, claim.attempt].append(claim.chat_id)
        marked: set[tuple[Key, int]] = set()
        if groups:
            async with self.database.writing() as connection:
                for key, chat_ids in sorted(groups.items()):
                    mark = (
                        sa.update(broadcast_deliveries)
                        .where(
                            _held_by(key, chat_ids),
                            _delivery.wake_at > now + margin,
                            sa.exists().where(_broadcast.broadcast_id == key[0], _broadcast.state.in_(SENDING)),
                        )
                        .values(state=DeliveryState.SENDING.value)
                        .returning(_delivery.chat_id)
                    )
                    marked |= {(key, chat_id) for chat_id in (await connection.execute(mark)).scalars()}
        return [((claim.broadcast_id, claim.worker, claim.attempt), claim.chat_id) in marked for claim in claims]

    async def record_broadcast(self, results: Sequence[BroadcastResult]) -> None:
        """See the protocol."""
        groups: dict[tuple[Key, Outcome, datetime | None], list[int]] = defaultdict(list)
        for result in results:
            claim = result.claim
            key = (claim.broadcast_id, claim.worker, claim.attempt)
            retry_at = result.retry_at if result.outcome is Outcome.LATER else None
            groups[key, result.outcome, retry_at].append(claim.chat_id)
        if not groups:
            return
        async with self.database.writing() as connection:
            for (key, outcome, retry_at), chat_ids in groups.items():
                later = outcome is Outcome.LATER
                state = DeliveryState.WAITING if later else DeliveryState.DONE
                finish = (
                    sa.update(broadcast_deliveries)
                    .where(_held_by(key, chat_ids))
                    .values(
                        state=state.value,
                        wake_at=retry_at,
                        worker=None,
                        outcome=None if later else outcome.value,
                    )
                )
                number = (await connection.execute(finish)).rowcount
                if number and not later:
                    column = _broadcast[outcome.value]
                    await connection.execute(
                        sa.update(broadcasts)
                        .where(_broadcast.broadcast_id == key[0])
                        .values({outcome.value: column + number})
                    )

    async def release_broadcast(self, claims: Sequence[BroadcastClaim], now: datetime) -> None:
        """See the protocol."""
        await self.record_broadcast([BroadcastResult(claim, Outcome.LATER, now) for claim in claims])


def _held_by(key: Key, chat_ids: Sequence[int]) -> sa.ColumnElement[bool]:
    broadcast_id, worker, attempt = key
    return sa.and_(
        _delivery.broadcast_id == broadcast_id,
        _delivery.chat_id.in_(chat_ids),
        _delivery.worker == worker,
        _delivery.attempt == attempt,
        _delivery.state.in_(IN_HAND),
    )
