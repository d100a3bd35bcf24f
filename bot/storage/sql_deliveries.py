"""The claim, the ledger and the history, in SQL. Every move between states is one conditional statement."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.storage.bulk import PART, Among, Bulk, ForMany, Types, Value, in_parts
from bot.storage.engine import Database
from bot.storage.model import Delivery, DeliveryState, DueDelivery, Result
from bot.storage.rows import (
    claim_from,
    delivery_from,
    finished_delivery_row,
    history_row,
    moved_plan_row,
)
from bot.storage.schema import Instant, chats, deliveries, subscriptions
from bot.storage.sql_chats import SqlBase

IN_HAND = (DeliveryState.CLAIMED.value, DeliveryState.SENDING.value)

_delivery = deliveries.c
_subscription = subscriptions.c
CLAIM: Types = {"b_chat": sa.BigInteger(), "b_date": sa.Date(), "b_worker": sa.String(), "b_attempt": sa.Integer()}
OWNER: Types = {"b_chat": sa.BigInteger(), "b_worker": sa.String()}


def _of_claim(value: Value) -> sa.ColumnElement[bool]:
    return sa.and_(
        _delivery.chat_id == value("b_chat"),
        _delivery.local_date == value("b_date"),
        _delivery.worker == value("b_worker"),
        _delivery.attempt == value("b_attempt"),
    )


NOT_CLAIMED = {"created_at", "ended_at", "wake_at", "worker"}
"""Columns of a subscription that a claim can do without."""
DUE = (
    sa.select(
        *(column for column in _subscription if column.name not in NOT_CLAIMED),
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
TAKE = ForMany(
    lambda among: (
        sa.update(subscriptions)
        .where(among(_subscription.chat_id), _subscription.wake_at <= sa.bindparam("now"))
        .values(wake_at=sa.bindparam("until"), worker=sa.bindparam("b_worker"))
        .returning(_subscription.chat_id)
    )
)
NEW_DELIVERY = sa.select(
    _subscription.chat_id,
    _subscription.next_date,
    _subscription.next_due,
    sa.literal(DeliveryState.CLAIMED.value),
    sa.literal(1),
    _subscription.worker,
)
OWNED = ForMany(
    lambda among: (
        sa.select(_subscription.chat_id, _subscription.worker)
        .where(among(_subscription.chat_id), _subscription.wake_at > sa.bindparam("b_end"))
        .order_by(_subscription.chat_id)
        .with_for_update()
    )
)
MARK = Bulk(
    CLAIM | {"b_tip": sa.String()},
    lambda value: (
        sa.update(deliveries)
        .where(_of_claim(value), _delivery.state == DeliveryState.CLAIMED.value)
        .values(state=DeliveryState.SENDING.value, tip_id=value("b_tip"))
    ),
)
MARKED = ForMany(
    lambda among: sa.select(_delivery.chat_id, _delivery.local_date, _delivery.attempt, _delivery.worker).where(
        among(_delivery.chat_id), _delivery.state == DeliveryState.SENDING.value
    )
)
FINISH = Bulk(
    CLAIM
    | {
        "b_state": sa.String(),
        "b_outcome": sa.String(),
        "b_tip": sa.String(),
        "b_message": sa.BigInteger(),
        "b_at": Instant(),
    },
    lambda value: (
        sa.update(deliveries)
        .where(_of_claim(value), sa.or_(*(_delivery.state == state for state in IN_HAND)))
        .values(
            state=value("b_state"),
            outcome=value("b_outcome"),
            tip_id=sa.func.coalesce(value("b_tip"), _delivery.tip_id),
            message_id=value("b_message"),
            recorded_at=value("b_at"),
        )
    ),
)
PLAN: Types = {"next_due": Instant(), "next_date": sa.Date(), "wake_at": Instant()}
HISTORY: Types = {"sent": sa.Text(), "last_date": sa.Date()}
PARAMETER = {name: f"b_{name}" for name in PLAN | HISTORY}
MOVE_ON = Bulk(
    OWNER | {PARAMETER[name]: kind for name, kind in (PLAN | HISTORY).items()},
    lambda value: (
        sa.update(subscriptions)
        .where(
            _subscription.chat_id == value("b_chat"),
            # Nobody's: the chat changed its wish while its tip was on its way. The new plan stays, the history is kept.
            sa.or_(_subscription.worker.is_(None), _subscription.worker == value("b_worker")),
        )
        .values(
            {
                name: sa.case((_subscription.worker.is_(None), _subscription[name]), else_=value(PARAMETER[name]))
                for name in PLAN
            }
            | {name: sa.func.coalesce(value(PARAMETER[name]), _subscription[name]) for name in HISTORY}
            | {"worker": None}
        )
    ),
)
GIVE_BACK = Bulk(
    CLAIM,
    lambda value: (
        sa.update(deliveries)
        .where(_of_claim(value), _delivery.state == DeliveryState.CLAIMED.value)
        .values(state=DeliveryState.WAITING.value)
    ),
)
WAKE = Bulk(
    OWNER | {"b_at": Instant()},
    lambda value: (
        sa.update(subscriptions)
        .where(_subscription.chat_id == value("b_chat"), _subscription.worker == value("b_worker"))
        .values(wake_at=value("b_at"), worker=None)
    ),
)


def _key(claim: DueDelivery) -> dict[str, object]:
    return {
        "b_chat": claim.chat_id,
        "b_date": claim.due.local_date,
        "b_worker": claim.worker,
        "b_attempt": claim.attempt,
    }


def _moved(result: Result) -> dict[str, object]:
    row = {"b_chat": result.claim.chat_id, "b_worker": result.claim.worker}
    return row | {PARAMETER[name]: value for name, value in (moved_plan_row(result) | history_row(result)).items()}


def _finished(result: Result, now: datetime) -> dict[str, object]:
    row = finished_delivery_row(result, now)
    return {
        **_key(result.claim),
        "b_state": row["state"],
        "b_outcome": row["outcome"],
        "b_tip": result.tip_id,
        "b_message": row["message_id"],
        "b_at": row["recorded_at"],
    }


def _one_row_a_chat(rows: Sequence[dict[str, object]]) -> Iterator[Sequence[dict[str, object]]]:
    """Split rows so that no part has a chat twice: an UPDATE from many rows takes only one of them."""
    while rows:
        part = {row["b_chat"]: row for row in reversed(rows)}
        yield list(part.values())
        rows = [row for row in rows if part[row["b_chat"]] is not row]


class SqlDeliveries(SqlBase):
    """Implements `bot.storage.protocol.Deliveries`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._upsert = ForMany(self._build_upsert)

    def _build_upsert(self, among: Among) -> sa.Insert:
        insert = self.insert(deliveries).from_select(
            ["chat_id", "local_date", "due_at", "state", "attempt", "worker"],
            NEW_DELIVERY.where(among(_subscription.chat_id)),
        )
        # A tip that an earlier worker began to send stays so: it is in doubt, and its new owner decides.
        in_doubt = _delivery.state == DeliveryState.SENDING.value
        return insert.on_conflict_do_update(
            index_elements=["chat_id", "local_date"],
            set_={
                "state": sa.case((in_doubt, DeliveryState.SENDING.value), else_=DeliveryState.CLAIMED.value),
                "attempt": _delivery.attempt + 1,
                "worker": insert.excluded.worker,
                "due_at": insert.excluded.due_at,
            },
            where=_delivery.state != DeliveryState.DONE.value,
        )

    async def claim_due(self, now: datetime, limit: int, worker: str, lease: timedelta) -> Sequence[DueDelivery]:
        """See the protocol."""
        async with self.database.writing() as connection:
            found = await connection.execute(DUE, {"now": now, "limit": limit})
            due: list[sa.RowMapping] = []
            for part in found.mappings().partitions(PART):
                due += part
                await asyncio.sleep(0)
            if not due:
                return ()
            lease_of = {"now": now, "until": now + lease, "b_worker": worker}
            taken = await TAKE.execute(connection, [row["chat_id"] for row in due], lease_of)
            mine = set(taken.scalars())
            due = [row for row in due if row["chat_id"] in mine]
            fresh = [row["chat_id"] for row in due if row["state"] != DeliveryState.DONE.value]
            if fresh:
                await self._upsert.execute(connection, fresh)
        # Read only now, so that nobody waits for the database meanwhile.
        return [claim_from(row, worker) async for part in in_parts(due) for row in part]

    async def mark_sending(
        self, tips: Sequence[tuple[DueDelivery, str]], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        """See the protocol."""
        if not tips:
            return ()
        chat_ids = [claim.chat_id for claim, _ in tips]
        async with self.database.writing() as connection:
            # Whoever holds these rows for the length of this transaction can lose none of them meanwhile.
            owned = await OWNED.execute(connection, chat_ids, {"b_end": now + margin})
            owners = {tuple(row) for row in owned}
            rows = [
                {**_key(claim), "b_tip": tip_id}
                for claim, tip_id in tips
                if (claim.chat_id, claim.worker) in owners and claim.found is not DeliveryState.SENDING
            ]
            if not rows:
                return [False] * len(tips)
            await MARK.execute(connection, rows)
            found = await MARKED.execute(connection, chat_ids)
            marked = {tuple(row) for row in found}
        tried = {(row["b_chat"], row["b_date"], row["b_attempt"], row["b_worker"]) for row in rows}
        sendable = marked & tried
        return [(claim.chat_id, claim.due.local_date, claim.attempt, claim.worker) in sendable for claim, _ in tips]

    async def record(self, results: Sequence[Result], now: datetime) -> None:
        """See the protocol."""
        if not results:
            return
        # Everybody takes rows in the same order, subscriptions before deliveries: no two can wait for each other.
        ordered = sorted(results, key=lambda result: result.claim.chat_id)
        moved, finished = [], []
        async for some in in_parts(ordered):
            moved += [_moved(result) for result in some]
            finished += [_finished(result, now) for result in some if result.outcome]
        async with self.database.writing() as connection:
            for part in _one_row_a_chat(moved):
                await MOVE_ON.execute(connection, part)
            await FINISH.execute(connection, finished)

    async def release(self, claims: Sequence[DueDelivery], now: datetime) -> None:
        """See the protocol."""
        keys = [_key(claim) for claim in sorted(claims, key=lambda claim: claim.chat_id)]
        if not keys:
            return
        async with self.database.writing() as connection:
            await WAKE.execute(connection, [{**key, "b_at": now} for key in keys])
            await GIVE_BACK.execute(connection, keys)

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
