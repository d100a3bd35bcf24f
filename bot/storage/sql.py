"""The store in SQLite or PostgreSQL."""

from __future__ import annotations

from bot.storage.engine import Database, parse_url
from bot.storage.lead import Lead
from bot.storage.memory import MemoryStore
from bot.storage.protocol import Store
from bot.storage.sql_broadcasts import SqlBroadcasts
from bot.storage.sql_chats import SqlChats
from bot.storage.sql_deliveries import SqlDeliveries
from bot.storage.sql_plans import SqlPlans
from bot.storage.sql_records import SqlRecords
from bot.storage.sql_surveys import SqlSurveys
from bot.storage.upgrade import require_newest, upgrade

MEMORY = "memory:"
"""The address of a store that keeps nothing once the process ends."""


class SqlStore(SqlChats, SqlDeliveries, SqlPlans, SqlRecords, SqlSurveys, SqlBroadcasts):
    """A `Store` in a database whose schema is the newest."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._lead = Lead(database)
        self.shared = not database.sqlite

    async def lead(self) -> bool:
        """See the protocol."""
        return await self._lead.hold()

    async def ping(self) -> None:
        """See the protocol."""
        await self.database.ping()

    async def close(self) -> None:
        """See the protocol."""
        await self._lead.close()
        await self.database.close()


async def open_store(address: str) -> Store:
    """Open the store at `sqlite:///FILE`, `postgresql://HOST/NAME` or `memory:`, upgrading its schema first.

    A SQLite file that is not there is made, its folder is not. Raises StoreError with one sentence when the
    address is wrong, or the database cannot be reached, written, or is from a newer version of this program.
    """
    if address == MEMORY:
        return MemoryStore()
    database = Database(parse_url(address))
    try:
        await upgrade(database)
    except BaseException:
        await database.close()
        raise
    return SqlStore(database)


async def open_to_read(address: str) -> Store:
    """Open a store that is there already, changing nothing in it, also while the bot runs.

    Raises StoreError when it is missing, or has another schema than this program works with.
    """
    database = Database(parse_url(address))
    try:
        await require_newest(database)
    except BaseException:
        await database.close()
        raise
    return SqlStore(database)
