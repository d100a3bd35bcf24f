"""Pictures, message ids, handled updates and counters, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime

import sqlalchemy as sa

from bot.storage.bulk import Addition, in_parts
from bot.storage.model import Count
from bot.storage.schema import counts, messages, pictures, updates
from bot.storage.sql_chats import SqlBase

AT_ONCE = 1_000
"""Rows added in one transaction: while a broadcast runs there are ten thousand, and its tips wait for the same file."""
ADD_MESSAGES = Addition(messages, each=("chat_id", "message_id"), same=("at",))
ADD_UPDATES = Addition(updates, each=("update_id",), same=("at",))
_SEEN = sa.select(updates.c.update_id).where(updates.c.update_id.in_(sa.bindparam("update_ids", expanding=True)))


class SqlRecords(SqlBase):
    """Implements `bot.storage.protocol.Records`."""

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
        async for part in in_parts(list(pairs), AT_ONCE):
            async with self.database.writing(one_statement=True) as connection:
                await ADD_MESSAGES.execute(connection, part, at=now)

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

    async def seen_updates(self, update_ids: Collection[int]) -> AbstractSet[int]:
        """See the protocol."""
        async with self.database.reading() as connection:
            return set((await connection.execute(_SEEN, {"update_ids": list(update_ids)})).scalars())

    async def newest_update(self) -> int | None:
        """See the protocol."""
        async with self.database.reading() as connection:
            newest: int | None = (await connection.execute(sa.select(sa.func.max(updates.c.update_id)))).scalar()
        return newest

    async def record_updates(self, update_ids: Collection[int], now: datetime) -> None:
        """See the protocol."""
        async for part in in_parts([(update_id,) for update_id in update_ids], AT_ONCE):
            async with self.database.writing(one_statement=True) as connection:
                await ADD_UPDATES.execute(connection, part, at=now)

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
