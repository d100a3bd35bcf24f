"""Pictures, message ids, handled updates and counters, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from bot.storage.bulk import in_parts
from bot.storage.engine import Database
from bot.storage.model import Count
from bot.storage.schema import counts, messages, pictures, updates
from bot.storage.sql_chats import SqlBase
from bot.storage.together import Together

TOGETHER_WITHIN = 0.05
"""Seconds in which handled updates are collected, so that a busy webhook costs the database little."""
_SEEN = sa.select(updates.c.update_id).where(updates.c.update_id.in_(sa.bindparam("update_ids", expanding=True)))


class SqlRecords(SqlBase):
    """Implements `bot.storage.protocol.Records`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._lookups: Together[int, bool] = Together(self._seen)
        self.handled: Together[tuple[int, datetime], None] = Together(self._record_updates, pause=TOGETHER_WITHIN)

    async def picture_file_id(self, bot_id: int, key: str) -> str | None:
        """See the protocol."""
        query = sa.select(pictures.c.file_id).where(pictures.c.bot_id == bot_id, pictures.c.key == key)
        async with self.database.reading() as connection:
            return (await connection.execute(query)).scalar()

    async def save_picture_file_id(self, bot_id: int, key: str, file_id: str) -> None:
        """See the protocol."""
        async with self.database.writing() as connection:
            await connection.execute(
                self.insert(pictures)
                .values(bot_id=bot_id, key=key, file_id=file_id)
                .on_conflict_do_update(index_elements=["bot_id", "key"], set_={"file_id": file_id})
            )

    async def record_messages(self, pairs: Collection[tuple[int, int]], now: datetime) -> None:
        """See the protocol."""
        if pairs:
            insert = self.insert(messages).on_conflict_do_nothing()
            async with self.database.writing() as connection:
                async for part in in_parts(list(pairs)):
                    rows = [{"chat_id": chat_id, "message_id": message_id, "at": now} for chat_id, message_id in part]
                    await connection.execute(insert, rows)

    async def messages_of(self, chat_id: int, since: datetime) -> Sequence[int]:
        """See the protocol."""
        query = sa.select(messages.c.message_id).where(messages.c.chat_id == chat_id, messages.c.at >= since)
        async with self.database.reading() as connection:
            return (await connection.execute(query.order_by(messages.c.message_id))).scalars().all()

    async def forget_messages(self, chat_id: int, message_ids: Collection[int]) -> None:
        """See the protocol."""
        async with self.database.writing() as connection:
            await connection.execute(
                sa.delete(messages).where(messages.c.chat_id == chat_id, messages.c.message_id.in_(list(message_ids)))
            )

    async def seen_update(self, update_id: int) -> bool:
        """See the protocol."""
        return await self._lookups.put(update_id)

    async def _seen(self, update_ids: Sequence[int]) -> Sequence[bool]:
        async with self.database.reading() as connection:
            found = set((await connection.execute(_SEEN, {"update_ids": update_ids})).scalars())
        return [update_id in found for update_id in update_ids]

    async def record_update(self, update_id: int, now: datetime) -> None:
        """See the protocol."""
        await self.handled.put((update_id, now))

    async def _record_updates(self, handled: Sequence[tuple[int, datetime]]) -> Sequence[None]:
        rows = [{"update_id": update_id, "at": at} for update_id, at in handled]
        async with self.database.writing(one_statement=True) as connection:
            await connection.execute(self.insert(updates).on_conflict_do_nothing(), rows)
        return [None] * len(handled)

    async def count(self, day: date, kind: str, key: str, language: str, number: int = 1) -> None:
        """See the protocol."""
        insert = self.insert(counts).values(day=day, kind=kind, key=key, language=language, number=number)
        async with self.database.writing() as connection:
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["day", "kind", "key", "language"],
                    set_={"number": counts.c.number + insert.excluded.number},
                )
            )

    async def counts(self, since: date) -> Sequence[Count]:
        """See the protocol."""
        query = sa.select(counts).where(counts.c.day >= since).order_by(*counts.primary_key)
        async with self.database.reading() as connection:
            return [Count(*row) for row in await connection.execute(query)]
