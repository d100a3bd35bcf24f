"""Looking at a database without changing it: can it be reached, which schema has it, can it be written."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.storage.engine import Database, describe, parse_url
from bot.storage.schema import counts
from bot.storage.upgrade import newest_version, version_of


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found: `name` of the database without its password; `version` None when nothing was made yet."""

    name: str
    version: str | None
    newest: str
    folder: str | None = None
    """Where the file of a SQLite database is, or will be made."""


async def examine(address: str) -> Examination:
    """Reach the database, read its schema's version and begin (and undo) a write.

    A SQLite file that is not there yet is not made. Raises StoreError with one sentence when anything fails.
    """
    database = Database(parse_url(address))
    name, folder = describe(database.url), str(database.path.parent) if database.path else None
    try:
        if database.path is not None and not database.path.exists() and database.path.parent.is_dir():
            return Examination(name, None, newest_version(), folder)
        database.require_file()
        version = await version_of(database)
        if version is not None:
            async with database.writing() as connection:
                # No row is meant; a database that takes no writes refuses even that.
                await connection.execute(sa.delete(counts).where(sa.false()))
        return Examination(name, version, newest_version(), folder)
    finally:
        await database.close()
