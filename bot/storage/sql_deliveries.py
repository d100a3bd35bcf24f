"""The claim, the ledger and the history, in SQL. Every move between states is one conditional statement."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.bulk import PART, Among, Bulk, ForMany, Types, Value, Values, in_parts
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

Insert = sqlite.Insert | postgresql.Insert
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


def _take(among: Among) -> sa.Update:
    still_due = _subscription.wake_at <= sa.bindparam("now")
    lease: dict[str, object] = {"wake_at": sa.bindparam("until"), "worker": sa.bindparam("b_worker")}
    return sa.update(subscriptions).where(among(_subscription.chat_id), still_due).values(lease)


_TAKEN = (_subscription.chat_id, _subscription.next_date, _subscription.next_due, _subscription.worker)
TAKE = ForMany(lambda among: _take(among).returning(_subscription.chat_id))


def _write_down(insert: Insert, taken: sa.Select[Any]) -> Insert:
    """Return the statement that makes a delivery of the day for each of the rows `taken` [`_TAKEN`]."""
    state, attempt = sa.literal(DeliveryState.CLAIMED.value), sa.literal(1)
    columns = ["chat_id", "local_date", "due_at", "worker", "state", "attempt"]
    filled = insert.from_select(columns, taken.add_columns(state, attempt))
    # A tip that an earlier worker began to send stays so: it is in doubt, and its new owner decides.
    in_doubt = _delivery.state == DeliveryState.SENDING.value
    return filled.on_conflict_do_update(
        index_elements=["chat_id", "local_date"],
        set_={
            "state": sa.case((in_doubt, DeliveryState.SENDING.value), else_=DeliveryState.CLAIMED.value),
            "attempt": _delivery.attempt + 1,
            "worker": filled.excluded.worker,
            "due_at": filled.excluded.due_at,
        },
        where=_delivery.state != DeliveryState.DONE.value,
    )


def _take_and_write_down(among: Among) -> sa.Select[tuple[int]]:
    taken = _take(among).returning(*_TAKEN).cte("taken")
    written = _write_down(postgresql.insert(deliveries), sa.select(*taken.c)).cte("written")
    return sa.select(taken.c.chat_id).add_cte(written)


WRITE_DOWN = ForMany(
    lambda among: _write_down(sqlite.insert(deliveries), sa.select(*_TAKEN).where(among(_subscription.chat_id)))
)
TAKE_AND_WRITE_DOWN = ForMany(_take_and_write_down)
"""Both at once, which SQLite cannot: each subscription is looked up once, and one trip to the server is saved."""
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
    lambda among: sa.select(_delivery.chat_id, _delivery.local_date, _delivery.worker, _delivery.attempt).where(
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


def _key(claim: DueDelivery) -> Values:
    return claim.chat_id, claim.due.local_date, claim.worker, claim.attempt


def _moved(result: Result) -> Values:
    plan, history = moved_plan_row(result), history_row(result)
    return (
        result.claim.chat_id,
        result.claim.worker,
        plan["next_due"],
        plan["next_date"],
        plan["wake_at"],
        history["sent"],
        history["last_date"],
    )


def _finished(result: Result, now: datetime) -> Values:
    row = finished_delivery_row(result, now)
    return *_key(result.claim), row["state"], row["outcome"], result.tip_id, row["message_id"], row["recorded_at"]


def _one_row_a_chat(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """Split rows so that no part has a chat twice: an UPDATE from many rows takes only one of them."""
    while rows:
        part = {row[0]: row for row in reversed(rows)}
        yield list(part.values())
        rows = [row for row in rows if part[row[0]] is not row]


class SqlDeliveries(SqlBase):
    """Implements `bot.storage.protocol.Deliveries`."""

    async def claim_due(self, now: datetime, limit: int, worker: str, lease: timedelta) -> Sequence[DueDelivery]:
        """See the protocol."""
        async with self.database.writing() as connection:
            found = await connection.execute(DUE, {"now": now, "limit": limit})
            names, due = list(found.keys()), []
            for part in found.partitions(PART):
                due += [dict(zip(names, row, strict=True)) for row in part]
                await asyncio.sleep(0)
            if not due:
                return ()
            take = TAKE if self.database.sqlite else TAKE_AND_WRITE_DOWN
            lease_of = {"now": now, "until": now + lease, "b_worker": worker}
            mine = set((await take.execute(connection, [row["chat_id"] for row in due], lease_of)).scalars())
            if self.database.sqlite:
                await WRITE_DOWN.execute(connection, mine)
        # Read only now, so that nobody waits for the database meanwhile.
        return [claim_from(row, worker) async for part in in_parts(due) for row in part if row["chat_id"] in mine]

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
                (*_key(claim), tip_id)
                for claim, tip_id in tips
                if (claim.chat_id, claim.worker) in owners and claim.found is not DeliveryState.SENDING
            ]
            if not rows:
                return [False] * len(tips)
            await MARK.execute(connection, rows)
            found = await MARKED.execute(connection, chat_ids)
            marked = {tuple(row) for row in found}
        sendable = marked & {row[:-1] for row in rows}
        return [_key(claim) in sendable for claim, _ in tips]

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
        if not claims:
            return
        ordered = sorted(claims, key=lambda claim: claim.chat_id)
        async with self.database.writing() as connection:
            await WAKE.execute(connection, [(claim.chat_id, claim.worker, now) for claim in ordered])
            await GIVE_BACK.execute(connection, [_key(claim) for claim in ordered])

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
