"""The verbs about plans that a wrong clock has made, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.storage.model import Due, Subscription
from bot.storage.protocol import FARTHEST
from bot.storage.rows import plan_row, subscription_from
from bot.storage.schema import subscriptions
from bot.storage.sql_chats import SqlBase

_row = subscriptions.c


def _adrift(now: datetime) -> sa.ColumnElement[bool]:
    # Who ended the subscription has no time to wake at.
    return sa.and_(_row.wake_at > now + FARTHEST, sa.or_(_row.paused_until.is_(None), _row.paused_until < now.date()))


class SqlPlans(SqlBase):
    """Implements `bot.storage.protocol.Plans`."""

    async def adrift(self, now: datetime, limit: int) -> Sequence[Subscription]:
        """See the protocol."""
        query = sa.select(subscriptions).where(_adrift(now)).order_by(_row.wake_at).limit(limit)
        async with self.database.reading() as connection:
            return [subscription_from(row) for row in (await connection.execute(query)).mappings()]

    async def replan(self, chat_id: int, due: Due, now: datetime) -> bool:
        """See the protocol."""
        change = (
            sa.update(subscriptions)
            .where(_row.chat_id == chat_id, _adrift(now))
            .values(**plan_row(due), last_date=None)
        )
        async with self.database.writing() as connection:
            return (await connection.execute(change)).rowcount > 0
