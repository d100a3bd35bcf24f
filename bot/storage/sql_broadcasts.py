"""Broadcasts, in SQL: their drafts, their people, and every move between their states in one conditional statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.broadcast import (
    SENDING,
    SPREAD,
    STARTED,
    STEP,
    TALLIED,
    Broadcast,
    BroadcastState,
    HeldBack,
    Target,
)
from bot.storage.broadcast_rows import broadcast_from, draft_row, moved_row, new_broadcast_row
from bot.storage.model import DeliveryState
from bot.storage.rows import HAD_ITS_TIP
from bot.storage.schema import (
    EPOCH,
    broadcast_deliveries,
    broadcast_texts,
    broadcasts,
    chats,
    deliveries,
    shown,
    subscriptions,
)
from bot.storage.sql_broadcast_deliveries import SqlBroadcastDeliveries

MOVING = frozenset(STARTED) - {BroadcastState.ASKING, BroadcastState.PAUSED}

_broadcast = broadcasts.c
_delivery = broadcast_deliveries.c
DONE = sum((_broadcast[outcome.value] for outcome in TALLIED[1:]), _broadcast[TALLIED[0].value])


def _is_open(*, canary: bool) -> sa.ColumnElement[bool]:
    """Return whether the first few, or the others, have a message that is not done.

    A comparison, not "is not null", and one value of the flag at a time: so the index leads past all that is done.
    """
    return sa.exists().where(
        _delivery.broadcast_id == _broadcast.broadcast_id,
        _delivery.canary == sa.literal(canary),
        _delivery.wake_at > EPOCH,
    )


EXPIRED = (_broadcast.state.in_(STARTED), _broadcast.ends_at <= sa.bindparam("b_now"))
THROUGH = (_broadcast.state.in_(SENDING), ~_is_open(canary=True), ~_is_open(canary=False))
TRIED = (_broadcast.state == BroadcastState.CANARY, ~_is_open(canary=True))


def _is_meant(target: Target) -> sa.ColumnElement[bool]:
    """Return the condition on chats and subscriptions that a target means."""
    wanted: list[sa.ColumnElement[bool]] = [chats.c.deactivated_at.is_(None), subscriptions.c.ended_at.is_(None)]
    for values, column in (
        (target.languages, chats.c.language),
        (target.countries, chats.c.country),
        (target.audiences, chats.c.audience),
    ):
        if values:
            wanted.append(column.in_(sorted(values)))
    if target.seen_item is not None:
        saw = [shown.c.chat_id == chats.c.chat_id, shown.c.item == target.seen_item]
        if target.seen_version is not None:
            saw.append(shown.c.version == target.seen_version)
        seen: sa.ColumnElement[bool] = sa.exists().where(*saw)
        kind, _, name = target.seen_item.partition(":")
        if kind == "tip" and target.seen_version is None:
            got = (
                deliveries.c.chat_id == chats.c.chat_id,
                deliveries.c.tip_id == name,
                deliveries.c.outcome.in_(HAD_ITS_TIP),
            )
            seen = sa.or_(seen, sa.exists().where(*got))
        wanted.append(seen)
    return sa.and_(*wanted)


MEANT = chats.join(subscriptions, subscriptions.c.chat_id == chats.c.chat_id)


class SqlBroadcasts(SqlBroadcastDeliveries):
    """Implements `bot.storage.protocol.Broadcasts`."""

    async def create_broadcast(self, broadcast: Broadcast) -> None:
        """See the protocol."""
        async with self.database.writing() as connection:
            await connection.execute(sa.insert(broadcasts).values(**new_broadcast_row(broadcast)))
            await self._write_texts(connection, broadcast)

    @staticmethod
    async def _write_texts(connection: AsyncConnection, broadcast: Broadcast) -> None:
        rows = [
            {"broadcast_id": broadcast.broadcast_id, "language": language, "text": text}
            for language, text in broadcast.texts.items()
        ]
        if rows:
            await connection.execute(sa.insert(broadcast_texts), rows)

    async def broadcast_of(self, broadcast_id: str) -> Broadcast | None:
        """See the protocol."""
        async with self.database.reading() as connection:
            found = await self._read(connection, _broadcast.broadcast_id == broadcast_id)
        return found[0] if found else None

    async def broadcasts(self, states: Collection[BroadcastState]) -> Sequence[Broadcast]:
        """See the protocol."""
        async with self.database.reading() as connection:
            return await self._read(connection, _broadcast.state.in_(list(states)))

    @staticmethod
    async def _read(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> list[Broadcast]:
        query = sa.select(broadcasts).where(condition).order_by(_broadcast.created_at, _broadcast.broadcast_id)
        rows = (await connection.execute(query)).mappings().all()
        texts: dict[str, dict[str, str]] = {row["broadcast_id"]: {} for row in rows}
        if texts:
            said = sa.select(broadcast_texts).where(broadcast_texts.c.broadcast_id.in_(list(texts)))
            for row in (await connection.execute(said)).mappings():
                texts[row["broadcast_id"]][row["language"]] = row["text"]
        return [broadcast_from(row, texts[row["broadcast_id"]]) for row in rows]

    async def change_draft(self, broadcast: Broadcast, now: datetime) -> bool:
        """See the protocol."""
        change = (
            sa.update(broadcasts)
            .where(_broadcast.broadcast_id == broadcast.broadcast_id, _broadcast.state == BroadcastState.DRAFT)
            .values(**draft_row(broadcast), revision=_broadcast.revision + 1, changed_at=now)
        )
        old = sa.delete(broadcast_texts).where(broadcast_texts.c.broadcast_id == broadcast.broadcast_id)
        async with self.database.writing() as connection:
            if not (await connection.execute(change)).rowcount:
                return False
            await connection.execute(old)
            await self._write_texts(connection, broadcast)
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
        values: dict[str, Any] = moved_row(target, now, DONE)
        move = sa.update(broadcasts).where(_broadcast.broadcast_id == broadcast_id, _broadcast.state.in_(list(sources)))
        if revision is not None:
            move = move.where(_broadcast.revision == revision)
        if approver is not None:
            move = move.where(_broadcast.author != approver)
            values["approver"] = approver
        if ends_at is not None:
            values["ends_at"] = ends_at
        async with self.database.writing() as connection:
            return (await connection.execute(move.values(**values))).rowcount > 0

    async def note_panels(self, broadcast_id: str, *, author: int | None = None, approver: int | None = None) -> None:
        """See the protocol."""
        given = {"author_message": author, "approver_message": approver}
        values = {name: number for name, number in given.items() if number is not None}
        if values:
            async with self.database.writing() as connection:
                await connection.execute(
                    sa.update(broadcasts).where(_broadcast.broadcast_id == broadcast_id).values(**values)
                )

    async def claim_panels(self, now: datetime, before: datetime) -> Sequence[Broadcast]:
        """See the protocol."""
        stale = sa.and_(
            _broadcast.state != BroadcastState.DRAFT,
            sa.or_(
                sa.and_(_broadcast.state.in_(MOVING), _broadcast.shown_at <= before),
                _broadcast.shown_state.is_distinct_from(_broadcast.state),
            ),
        )
        async with self.database.reading() as connection:
            if (await connection.execute(sa.select(sa.literal(1)).where(stale).limit(1))).first() is None:
                return ()
        claim = (
            sa.update(broadcasts)
            .where(stale)
            .values(shown_at=now, shown_state=_broadcast.state)
            .returning(_broadcast.broadcast_id)
        )
        async with self.database.writing() as connection:
            claimed = sorted((await connection.execute(claim)).scalars())
            found = {
                one.broadcast_id: one for one in await self._read(connection, _broadcast.broadcast_id.in_(claimed))
            }
        return [found[broadcast_id] for broadcast_id in claimed]

    async def count_target(self, target: Target) -> int:
        """See the protocol."""
        query = sa.select(sa.func.count()).select_from(MEANT).where(_is_meant(target))
        async with self.database.reading() as connection:
            return (await connection.execute(query)).scalar_one()

    async def gather(self, broadcast_id: str, limit: int, now: datetime) -> int:
        """See the protocol."""
        async with self.database.writing() as connection:
            if not await self._lock(connection, broadcast_id, BroadcastState.GATHERING):
                return 0
            (broadcast,) = await self._read(connection, _broadcast.broadcast_id == broadcast_id)
            last = (
                await connection.execute(sa.select(_broadcast.last_chat).where(_broadcast.broadcast_id == broadcast_id))
            ).scalar()
            meant = sa.select(chats.c.chat_id).select_from(MEANT).where(_is_meant(broadcast.target))
            if last is not None:
                meant = meant.where(chats.c.chat_id > last)
            found = (await connection.execute(meant.order_by(chats.c.chat_id).limit(limit))).scalars().all()
            if not found:
                return 0
            fresh: Mapping[str, object] = {
                "broadcast_id": broadcast_id,
                "canary": False,
                "state": DeliveryState.WAITING.value,
                "attempt": 0,
                "wake_at": now,
            }
            await connection.execute(
                sa.insert(broadcast_deliveries), [{**fresh, "chat_id": chat_id} for chat_id in found]
            )
            await connection.execute(
                sa.update(broadcasts)
                .where(_broadcast.broadcast_id == broadcast_id)
                .values(last_chat=found[-1], total=_broadcast.total + len(found))
            )
        return len(found)

    @staticmethod
    async def _lock(connection: AsyncConnection, broadcast_id: str, state: BroadcastState) -> bool:
        query = (
            sa.select(_broadcast.broadcast_id)
            .where(_broadcast.broadcast_id == broadcast_id, _broadcast.state == state)
            .with_for_update()
        )
        return (await connection.execute(query)).first() is not None

    async def begin_canary(self, broadcast_id: str, size: int, now: datetime) -> bool:
        """See the protocol."""
        place = sa.func.abs(_delivery.chat_id) % SPREAD * STEP % SPREAD
        first = (
            sa.select(_delivery.chat_id)
            .where(_delivery.broadcast_id == broadcast_id)
            .order_by(place, _delivery.chat_id)
            .limit(size)
        )
        async with self.database.writing() as connection:
            if not await self._lock(connection, broadcast_id, BroadcastState.GATHERING):
                return False
            chosen = (await connection.execute(first)).scalars().all()
            for at in range(0, len(chosen), 1000):
                await connection.execute(
                    sa.update(broadcast_deliveries)
                    .where(_delivery.broadcast_id == broadcast_id, _delivery.chat_id.in_(chosen[at : at + 1000]))
                    .values(canary=True)
                )
            await connection.execute(
                sa.update(broadcasts)
                .where(_broadcast.broadcast_id == broadcast_id)
                .values(**moved_row(BroadcastState.CANARY, now, 0))
            )
        return True

    async def held_back(self, broadcast_id: str, now: datetime) -> HeldBack:
        """See the protocol."""
        number, latest = 0, None
        async with self.database.reading() as connection:
            for canary in (True, False):
                query = sa.select(sa.func.count(), sa.func.max(_delivery.wake_at)).where(
                    _delivery.broadcast_id == broadcast_id,
                    _delivery.canary == sa.literal(canary),
                    _delivery.state == DeliveryState.WAITING,
                    _delivery.wake_at > now,
                )
                found, until = (await connection.execute(query)).one()
                number += found
                latest = max(filter(None, (latest, until)), default=None)
        return HeldBack(number, latest)

    async def settle_broadcasts(self, now: datetime) -> int:
        """See the protocol."""
        over = sa.or_(sa.and_(*EXPIRED), sa.and_(*THROUGH), sa.and_(*TRIED))
        async with self.database.reading() as connection:
            query = sa.select(sa.literal(1)).select_from(broadcasts).where(over).limit(1)
            if (await connection.execute(query, {"b_now": now})).first() is None:
                return 0
        moved = 0
        async with self.database.writing() as connection:
            for conditions, target in (
                (EXPIRED, BroadcastState.EXPIRED),
                (THROUGH, BroadcastState.DONE),
                (TRIED, BroadcastState.ASKING),
            ):
                move = sa.update(broadcasts).where(*conditions).values(**moved_row(target, now, 0))
                given = {"b_now": now} if conditions is EXPIRED else {}
                moved += (await connection.execute(move, given)).rowcount
        return moved
