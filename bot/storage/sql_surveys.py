"""What administrators may know, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.storage.model import Crowd, Seen, Shown
from bot.storage.schema import chats, subscriptions, summaries
from bot.storage.schema import shown as shown_table
from bot.storage.sql_chats import SqlBase

AT_ONCE = 5_000
"""Rows that one transaction writes."""
WANTED = sa.select(subscriptions.c.chat_id).where(subscriptions.c.ended_at.is_(None))
"""The chats that get tips."""


class SqlSurveys(SqlBase):
    """Implements `bot.storage.protocol.Surveys`."""

    async def crowds(self) -> Sequence[Crowd]:
        """See the protocol."""
        query = (
            sa.select(chats.c.language, chats.c.country, sa.func.count(), sa.func.count(subscriptions.c.chat_id))
            .outerjoin(
                subscriptions,
                sa.and_(subscriptions.c.chat_id == chats.c.chat_id, subscriptions.c.ended_at.is_(None)),
            )
            .where(chats.c.deactivated_at.is_(None))
            .group_by(chats.c.language, chats.c.country)
            .order_by(chats.c.language, sa.func.coalesce(chats.c.country, ""))
        )
        async with self.database.reading() as connection:
            return [Crowd(*row) for row in await connection.execute(query)]

    async def record_shown(self, shown: Collection[Shown], now: datetime) -> None:
        """See the protocol."""
        rows = sorted({(one.chat_id, one.item, one.version) for one in shown})
        for at in range(0, len(rows), AT_ONCE):
            await self._record(rows[at : at + AT_ONCE], now)

    async def _record(self, rows: Sequence[tuple[int, str, str]], now: datetime) -> None:
        async with self.database.writing() as connection:
            found = await connection.execute(
                WANTED.where(subscriptions.c.chat_id.in_({chat_id for chat_id, _, _ in rows})).with_for_update()
            )
            wanted = set(found.scalars())
            kept = [
                {"chat_id": chat_id, "item": item, "version": version, "at": now}
                for chat_id, item, version in rows
                if chat_id in wanted
            ]
            if kept:
                await connection.execute(
                    self.insert(shown_table).on_conflict_do_update(
                        index_elements=["chat_id", "item", "version"], set_={"at": now}
                    ),
                    kept,
                )

    async def seen(self) -> Sequence[Seen]:
        """See the protocol."""
        number = sa.func.count()
        query = (
            sa.select(shown_table.c.item, shown_table.c.version, number)
            .group_by(shown_table.c.item, shown_table.c.version)
            .order_by(number.desc(), shown_table.c.item, shown_table.c.version)
        )
        async with self.database.reading() as connection:
            return [Seen(*row) for row in await connection.execute(query)]

    async def want_summary(self, chat_id: int, due: datetime | None) -> None:
        """See the protocol."""
        async with self.database.writing() as connection:
            if due is None:
                await connection.execute(sa.delete(summaries).where(summaries.c.chat_id == chat_id))
                return
            await connection.execute(
                self.insert(summaries)
                .values(chat_id=chat_id, due_at=due)
                .on_conflict_do_update(index_elements=["chat_id"], set_={"due_at": due})
            )

    async def summary_due(self, chat_id: int) -> datetime | None:
        """See the protocol."""
        query = sa.select(summaries.c.due_at).where(summaries.c.chat_id == chat_id)
        async with self.database.reading() as connection:
            return (await connection.execute(query)).scalar()

    async def claim_summaries(self, now: datetime, following: datetime) -> Sequence[int]:
        """See the protocol."""
        due = sa.select(sa.literal(1)).where(summaries.c.due_at <= now).limit(1)
        async with self.database.reading() as connection:
            if (await connection.execute(due)).first() is None:
                return ()  # nearly always: no lock is taken for it
        claim = (
            sa.update(summaries)
            .where(summaries.c.due_at <= now)
            .values(due_at=following)
            .returning(summaries.c.chat_id)
        )
        async with self.database.writing() as connection:
            return sorted((await connection.execute(claim)).scalars())
