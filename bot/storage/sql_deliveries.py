"""The claim, the ledger and the history, in SQL. Every move between states is one conditional statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.storage.model import Delivery, DeliveryState, DueDelivery, Result
from bot.storage.rows import (
    claim_from,
    claimed_delivery_row,
    delivery_from,
    finished_delivery_row,
    history_row,
    moved_plan_row,
)
from bot.storage.schema import chats, deliveries, subscriptions
from bot.storage.sql_chats import SqlBase

IN_HAND = (DeliveryState.CLAIMED.value, DeliveryState.SENDING.value)

_delivery = deliveries.c
_subscription = subscriptions.c
_of_claim = sa.and_(
    _delivery.chat_id == sa.bindparam("b_chat"),
    _delivery.local_date == sa.bindparam("b_date"),
    _delivery.worker == sa.bindparam("b_worker"),
    _delivery.attempt == sa.bindparam("b_attempt"),
)
_owned = _subscription.worker == sa.bindparam("b_worker")

DUE = (
    sa.select(
        subscriptions,
        *(chats.c[name] for name in ("language", "country", "audience", "age_band")),
        *(_delivery[name] for name in ("state", "attempt", "tip_id")),
    )
    .join(chats, chats.c.chat_id == _subscription.chat_id)
    .outerjoin(
        deliveries,
        sa.and_(
            _delivery.chat_id == _subscription.chat_id,
            _delivery.local_date == _subscription.next_date,
        ),
    )
    .where(_subscription.wake_at <= sa.bindparam("now"))
    .order_by(_subscription.wake_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    # PostgreSQL: replicas pass over each other's rows instead of queueing. SQLite has one writer at a time anyway.
    .with_for_update(of=subscriptions, skip_locked=True)
)
TAKE = (
    sa.update(subscriptions)
    .where(
        _subscription.chat_id.in_(sa.bindparam("chat_ids", expanding=True)),
        _subscription.wake_at <= sa.bindparam("now"),
    )
    .values(wake_at=sa.bindparam("until"), worker=sa.bindparam("b_worker"))
    .returning(_subscription.chat_id)
)
MARK = (
    sa.update(deliveries)
    .where(
        _of_claim,
        _delivery.state == DeliveryState.CLAIMED.value,
        sa.exists().where(
            _subscription.chat_id == sa.bindparam("b_chat"),
            _owned,
            _subscription.wake_at > sa.bindparam("b_end"),
        ),
    )
    .values(state=DeliveryState.SENDING.value, tip_id=sa.bindparam("b_tip"))
)
MARKED = sa.select(_delivery.chat_id, _delivery.local_date, _delivery.attempt, _delivery.worker).where(
    _delivery.chat_id.in_(sa.bindparam("chat_ids", expanding=True)),
    _delivery.local_date.in_(sa.bindparam("dates", expanding=True)),
    _delivery.state == DeliveryState.SENDING.value,
)
FINISH = (
    sa.update(deliveries)
    .where(_of_claim, sa.or_(*(_delivery.state == state for state in IN_HAND)))
    .values(
        {name: sa.bindparam(name) for name in ("state", "outcome", "message_id", "recorded_at")}
        | {"tip_id": sa.func.coalesce(sa.bindparam("b_tip"), _delivery.tip_id)}
    )
)
MOVE_ON = (
    sa.update(subscriptions)
    .where(
        _subscription.chat_id == sa.bindparam("b_chat"),
        # Nobody's: the chat changed its wish while its tip was on its way. The new plan stays, the history is written.
        sa.func.coalesce(_subscription.worker, sa.bindparam("b_worker")) == sa.bindparam("b_worker"),
    )
    .values(
        {
            name: sa.case((_owned, sa.bindparam(name, type_=_subscription[name].type)), else_=_subscription[name])
            for name in ("next_due", "next_date", "wake_at")
        }
        | {"sent": sa.bindparam("sent"), "last_date": sa.bindparam("last_date"), "worker": None}
    )
)
GIVE_BACK = (
    sa.update(deliveries)
    .where(_of_claim, _delivery.state == DeliveryState.CLAIMED.value)
    .values(state=DeliveryState.WAITING.value)
)
WAKE = (
    sa.update(subscriptions)
    .where(_subscription.chat_id == sa.bindparam("b_chat"), _owned)
    .values(wake_at=sa.bindparam("now"), worker=None)
)


def _key(claim: DueDelivery) -> dict[str, object]:
    return {
        "b_chat": claim.chat_id,
        "b_date": claim.due.local_date,
        "b_worker": claim.worker,
        "b_attempt": claim.attempt,
    }


class SqlDeliveries(SqlBase):
    """Implements `bot.storage.protocol.Deliveries`."""

    async def claim_due(
        self, now: datetime, limit: int, worker: str, lease: timedelta
    ) -> Sequence[DueDelivery]:
        """See the protocol."""
        async with self.database.writing() as connection:
            due = (await connection.execute(DUE, {"now": now, "limit": limit})).mappings().all()
            if not due:
                return ()
            chat_ids = [row["chat_id"] for row in due]
            taken = await connection.execute(
                TAKE, {"chat_ids": chat_ids, "now": now, "until": now + lease, "b_worker": worker}
            )
            mine = set(taken.scalars())
            claims = [claim_from(row, worker) for row in due if row["chat_id"] in mine]
            rows = [claimed_delivery_row(claim) for claim in claims if claim.found is not DeliveryState.DONE]
            if rows:
                insert = self.insert(deliveries)
                await connection.execute(
                    insert.on_conflict_do_update(
                        index_elements=["chat_id", "local_date"],
                        set_={name: insert.excluded[name] for name in ("state", "attempt", "worker", "due_at")},
                        where=_delivery.state != DeliveryState.DONE.value,
                    ),
                    rows,
                )
            return claims

    async def mark_sending(
        self, tips: Sequence[tuple[DueDelivery, str]], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        """See the protocol."""
        if not tips:
            return ()
        rows = [{**_key(claim), "b_tip": tip_id, "b_end": now + margin} for claim, tip_id in tips]
        async with self.database.writing() as connection:
            await connection.execute(MARK, rows)
            found = await connection.execute(
                MARKED,
                {
                    "chat_ids": [claim.chat_id for claim, _ in tips],
                    "dates": list({claim.due.local_date for claim, _ in tips}),
                },
            )
            marked = {tuple(row) for row in found}
        return [
            # One that an earlier worker was sending is in that state already, and must not be sent a second time.
            claim.found is not DeliveryState.SENDING
            and (claim.chat_id, claim.due.local_date, claim.attempt, claim.worker) in marked
            for claim, _ in tips
        ]

    async def record(self, results: Sequence[Result], now: datetime) -> None:
        """See the protocol."""
        if not results:
            return
        finished = [
            {**_key(result.claim), **finished_delivery_row(result, now), "b_tip": result.tip_id}
            for result in results
            if result.outcome is not None
        ]
        moved = [
            {
                "b_chat": result.claim.chat_id,
                "b_worker": result.claim.worker,
                **moved_plan_row(result),
                **history_row(result),
            }
            for result in results
        ]
        async with self.database.writing() as connection:
            if finished:
                await connection.execute(FINISH, finished)
            await connection.execute(MOVE_ON, moved)

    async def release(self, claims: Sequence[DueDelivery], now: datetime) -> None:
        """See the protocol."""
        if not claims:
            return
        async with self.database.writing() as connection:
            await connection.execute(GIVE_BACK, [_key(claim) for claim in claims])
            await connection.execute(
                WAKE,
                [{"b_chat": claim.chat_id, "b_worker": claim.worker, "now": now} for claim in claims],
            )

    async def sent_tips(self, chat_id: int) -> Sequence[str]:
        """See the protocol."""
        query = sa.select(_subscription.sent).where(_subscription.chat_id == chat_id)
        async with self.database.reading() as connection:
            sent = (await connection.execute(query)).scalar()
        return tuple(sent.split()) if sent else ()

    async def deliveries_of(self, chat_id: int) -> Sequence[Delivery]:
        """See the protocol."""
        query = sa.select(deliveries).where(_delivery.chat_id == chat_id).order_by(_delivery.local_date)
        async with self.database.reading() as connection:
            return [delivery_from(row) for row in (await connection.execute(query)).mappings()]
