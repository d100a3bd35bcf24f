"""The verbs about chats and subscriptions, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.engine import Database
from bot.storage.model import Chat, ChatKind, Due, Receipt, Subscription, SubscriptionChoice
from bot.storage.protocol import BROADCAST_KEPT, CHAT_KEPT, DELIVERY_KEPT, MESSAGE_KEPT, SHOWN_KEPT, UPDATE_KEPT
from bot.storage.rows import (
    chat_from,
    choice_row,
    guess_kind,
    new_chat_row,
    plain_row,
    plan_row,
    profile_from,
    profile_row,
    subscription_from,
)
from bot.storage.schema import (
    PERSONAL,
    broadcast_deliveries,
    broadcast_texts,
    broadcasts,
    chats,
    deliveries,
    messages,
    shown,
    subscriptions,
    updates,
)
from bot.storage.together import Together
from content.profile import Profile

PURGED_AT_ONCE = 10_000
"""Rows of the ledger that one transaction deletes, so that a purge never holds up the writers for long."""

_PROFILES = sa.select(*(chats.c[name] for name in ("chat_id", "language", "country", "audience", "age_band"))).where(
    chats.c.chat_id.in_(sa.bindparam("chat_ids", expanding=True))
)


class SqlBase:
    """What all groups of verbs share."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """Begin an INSERT that can say what to do with a row that is there already."""
        return sqlite.insert(table) if self.database.sqlite else postgresql.insert(table)


class SqlChats(SqlBase):
    """Implements `bot.storage.protocol.Chats`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        # Many people write at the same time: their questions to the database are asked together.
        self._profiles: Together[int, Profile | None] = Together(self._profiles_in_order)

    async def chat_of(self, chat_id: int) -> Chat | None:
        """See the protocol."""
        async with self.database.reading() as connection:
            row = (await connection.execute(sa.select(chats).where(chats.c.chat_id == chat_id))).mappings().first()
        return chat_from(row) if row else None

    async def profile_of(self, chat_id: int) -> Profile | None:
        """See the protocol."""
        return await self._profiles.put(chat_id)

    async def _profiles_in_order(self, chat_ids: Sequence[int]) -> Sequence[Profile | None]:
        found = await self.profiles_of(set(chat_ids))
        return [found.get(chat_id) for chat_id in chat_ids]

    async def profiles_of(self, chat_ids: Collection[int]) -> Mapping[int, Profile]:
        """See the protocol."""
        async with self.database.reading() as connection:
            found = (await connection.execute(_PROFILES, {"chat_ids": list(chat_ids)})).mappings()
            return {row["chat_id"]: profile_from(row) for row in found}

    async def save_profile(self, chat_id: int, profile: Profile, kind: ChatKind, now: datetime) -> None:
        """See the protocol."""
        changes = {"kind": kind.value, **profile_row(profile), "deactivated_at": None, "reason": None}
        async with self.database.writing() as connection:
            await connection.execute(
                self.insert(chats)
                .values(**new_chat_row(chat_id, profile, kind, now))
                .on_conflict_do_update(index_elements=["chat_id"], set_=changes)
            )

    async def subscribe(self, chat_id: int, choice: SubscriptionChoice, due: Due, now: datetime) -> None:
        """See the protocol."""
        choice.validate()
        changes = {**choice_row(choice), **plan_row(due), "ended_at": None}
        first = {"chat_id": chat_id, **changes, "sent": "", "created_at": now}
        async with self.database.writing() as connection:
            await connection.execute(
                self.insert(chats)
                .values(**new_chat_row(chat_id, Profile(), guess_kind(chat_id), now))
                .on_conflict_do_update(index_elements=["chat_id"], set_={"deactivated_at": None, "reason": None})
            )
            await connection.execute(
                self.insert(subscriptions)
                .values(**first)
                .on_conflict_do_update(index_elements=["chat_id"], set_=changes)
            )

    async def unsubscribe(self, chat_id: int, now: datetime) -> bool:
        """See the protocol."""
        async with self.database.writing() as connection:
            return await self._end(connection, chat_id, now)

    async def _end(self, connection: AsyncConnection, chat_id: int, now: datetime) -> bool:
        ended = await connection.execute(
            sa.update(subscriptions)
            .where(subscriptions.c.chat_id == chat_id, subscriptions.c.ended_at.is_(None))
            .values(ended_at=now, **plan_row(None))
        )
        await connection.execute(sa.delete(shown).where(shown.c.chat_id == chat_id))
        return ended.rowcount > 0

    async def subscription_of(self, chat_id: int) -> Subscription | None:
        """See the protocol."""
        query = sa.select(subscriptions).where(subscriptions.c.chat_id == chat_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        return subscription_from(row) if row else None

    async def subscriptions(self, after: int | None, limit: int) -> Sequence[Subscription]:
        """See the protocol."""
        query = sa.select(subscriptions).where(subscriptions.c.ended_at.is_(None))
        if after is not None:
            query = query.where(subscriptions.c.chat_id > after)
        async with self.database.reading() as connection:
            found = await connection.execute(query.order_by(subscriptions.c.chat_id).limit(limit))
            return [subscription_from(row) for row in found.mappings()]

    async def deactivate(self, chat_id: int, reason: str, now: datetime) -> None:
        """See the protocol."""
        async with self.database.writing() as connection:
            await connection.execute(
                sa.update(chats)
                .where(chats.c.chat_id == chat_id, chats.c.deactivated_at.is_(None))
                .values(deactivated_at=now, reason=reason[:64])
            )
            await self._end(connection, chat_id, now)

    async def migrate_chat(self, old: int, new: int) -> bool:
        """See the protocol."""
        if old == new:
            return False
        async with self.database.writing() as connection:
            row = (await connection.execute(sa.select(chats).where(chats.c.chat_id == old))).mappings().first()
            if row is None:
                return False
            await connection.execute(
                self.insert(chats)
                .values({**row, "chat_id": new, "kind": ChatKind.SUPERGROUP.value})
                .on_conflict_do_nothing()
            )
            already, there, theirs = deliveries.alias(), shown.alias(), broadcast_deliveries.alias()
            for statement in (
                sa.update(subscriptions)
                .where(subscriptions.c.chat_id == old, ~_has_subscription(new))
                .values(chat_id=new),
                sa.update(deliveries)
                .where(
                    deliveries.c.chat_id == old,
                    deliveries.c.local_date.not_in(sa.select(already.c.local_date).where(already.c.chat_id == new)),
                )
                .values(chat_id=new),
                sa.update(shown)
                .where(
                    shown.c.chat_id == old,
                    sa.exists().where(subscriptions.c.chat_id == new, subscriptions.c.ended_at.is_(None)),
                    ~sa.exists().where(
                        there.c.chat_id == new, there.c.item == shown.c.item, there.c.version == shown.c.version
                    ),
                )
                .values(chat_id=new),
                sa.update(broadcast_deliveries)
                .where(
                    broadcast_deliveries.c.chat_id == old,
                    broadcast_deliveries.c.broadcast_id.not_in(
                        sa.select(theirs.c.broadcast_id).where(theirs.c.chat_id == new)
                    ),
                )
                .values(chat_id=new),
                # A supergroup numbers its messages anew: the old ids would point to others.
                *(sa.delete(table).where(table.c.chat_id == old) for table in PERSONAL),
            ):
                await connection.execute(statement)
        return True

    async def forget(self, chat_id: int) -> Receipt:
        """See the protocol."""
        rows: dict[str, int] = {}
        async with self.database.writing() as connection:
            # With a broadcast go its texts and messages.
            written = await connection.execute(sa.delete(broadcasts).where(broadcasts.c.author == chat_id))
            if written.rowcount:
                rows[broadcasts.name] = written.rowcount
            await connection.execute(
                sa.update(broadcasts)
                .where(broadcasts.c.approver == chat_id)
                .values(approver=None, approver_message=None)
            )
            for table in PERSONAL:
                gone = await connection.execute(sa.delete(table).where(table.c.chat_id == chat_id))
                if gone.rowcount:
                    rows[table.name] = gone.rowcount
        return Receipt(rows)

    async def held(self, chat_id: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """See the protocol."""
        rows: dict[str, list[dict[str, object]]] = {}
        async with self.database.reading() as connection:
            for table in reversed(PERSONAL):
                query = sa.select(table).where(table.c.chat_id == chat_id).order_by(*table.primary_key)
                found = [_plain(row) for row in (await connection.execute(query)).mappings()]
                if found:
                    rows[table.name] = found
            theirs = sa.or_(broadcasts.c.author == chat_id, broadcasts.c.approver == chat_id)
            query = sa.select(broadcasts).where(theirs).order_by(broadcasts.c.broadcast_id)
            if found := [_plain(row) for row in (await connection.execute(query)).mappings()]:
                rows[broadcasts.name] = found
            written = sa.select(broadcasts.c.broadcast_id).where(broadcasts.c.author == chat_id)
            query = sa.select(broadcast_texts).where(broadcast_texts.c.broadcast_id.in_(written))
            query = query.order_by(*broadcast_texts.primary_key)
            if found := [_plain(row) for row in (await connection.execute(query)).mappings()]:
                rows[broadcast_texts.name] = found
        return rows

    async def purge(self, now: datetime) -> Receipt:
        """See the protocol."""
        long_gone = sa.select(chats.c.chat_id).where(chats.c.deactivated_at <= now - CHAT_KEPT)
        rows: dict[str, int] = {}
        statements: list[tuple[str, sa.Delete]] = [
            (messages.name, sa.delete(messages).where(messages.c.at <= now - MESSAGE_KEPT)),
            (shown.name, sa.delete(shown).where(shown.c.at <= now - SHOWN_KEPT)),
            (updates.name, sa.delete(updates).where(updates.c.at <= now - UPDATE_KEPT)),
            (
                subscriptions.name,
                sa.delete(subscriptions).where(subscriptions.c.ended_at <= now - CHAT_KEPT),
            ),
            *((table.name, sa.delete(table).where(table.c.chat_id.in_(long_gone))) for table in PERSONAL),
        ]
        async with self.database.writing() as connection:
            for name, statement in statements:
                rows[name] = rows.get(name, 0) + (await connection.execute(statement)).rowcount
        await self._purge_broadcasts(now, rows)
        key = sa.tuple_(deliveries.c.chat_id, deliveries.c.local_date)
        old = (
            sa.select(deliveries.c.chat_id, deliveries.c.local_date)
            .where(deliveries.c.due_at <= now - DELIVERY_KEPT)
            .limit(PURGED_AT_ONCE)
        )
        deleted = PURGED_AT_ONCE
        while deleted == PURGED_AT_ONCE:
            async with self.database.writing() as connection:
                deleted = (await connection.execute(sa.delete(deliveries).where(key.in_(old)))).rowcount
            rows[deliveries.name] += deleted
        return Receipt({name: number for name, number in rows.items() if number})

    async def _purge_broadcasts(self, now: datetime, rows: dict[str, int]) -> None:
        old = sa.select(broadcasts.c.broadcast_id).where(broadcasts.c.changed_at <= now - BROADCAST_KEPT)
        async with self.database.reading() as connection:
            broadcast_ids = (await connection.execute(old)).scalars().all()
        if not broadcast_ids:
            return
        message = broadcast_deliveries.c
        key = sa.tuple_(message.broadcast_id, message.chat_id)
        part = (
            sa.select(message.broadcast_id, message.chat_id)
            .where(message.broadcast_id.in_(broadcast_ids))
            .limit(PURGED_AT_ONCE)
        )
        deleted = PURGED_AT_ONCE
        while deleted == PURGED_AT_ONCE:
            async with self.database.writing() as connection:
                deleted = (await connection.execute(sa.delete(broadcast_deliveries).where(key.in_(part)))).rowcount
        async with self.database.writing() as connection:
            gone = await connection.execute(sa.delete(broadcasts).where(broadcasts.c.broadcast_id.in_(broadcast_ids)))
        rows[broadcasts.name] = gone.rowcount


def _has_subscription(chat_id: int) -> sa.Exists:
    other = subscriptions.alias()
    return sa.exists().where(other.c.chat_id == chat_id)


def _plain(row: sa.RowMapping) -> dict[str, object]:
    values: dict[str, Any] = dict(row)
    return plain_row(values)
