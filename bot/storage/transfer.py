"""Copies of a whole store: from one database into another, and into a file while the bot runs."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.engine import Database, describe, one_sentence, parse_url
from bot.storage.model import StoreError
from bot.storage.schema import ALL
from bot.storage.upgrade import require_newest, upgrade

AT_ONCE = 5_000
"""Rows that are held in memory at a time."""


async def copy(source_url: str, target_url: str) -> dict[str, int]:
    """Copy every row of one store into an empty one, of either kind; return the number of rows by table.

    The copy is one consistent state of the source, also while the bot writes to it, and arrives whole or not at all.
    Raises StoreError when the source is missing or not upgraded, or the target already holds rows.
    """
    async with _opened(source_url) as source, _opened(target_url) as target:
        await require_newest(source)
        await upgrade(target)
        async with source.reading(snapshot=True) as reader, target.writing() as writer:
            for table in ALL:
                if (await writer.execute(sa.select(sa.literal(1)).select_from(table).limit(1))).first():
                    raise StoreError(f"The database {describe(target.url)} is not empty: nothing was copied.")
            return {table.name: await _copy_table(table, reader, writer) for table in ALL}


async def _copy_table(table: sa.Table, reader: AsyncConnection, writer: AsyncConnection) -> int:
    copied = 0
    rows = await reader.stream(sa.select(table))
    async for part in rows.mappings().partitions(AT_ONCE):
        await writer.execute(sa.insert(table), [dict(row) for row in part])
        copied += len(part)
    return copied


async def backup(url: str, file: Path) -> None:
    """Write a consistent copy of the store into a new SQLite file, readable by its owner only, while the bot runs.

    A PostgreSQL store is backed up into a SQLite file too: `copy` brings it back. Raises StoreError when the file
    exists already or cannot be written; then no file is left behind.
    """
    with _part_of(file) as part:
        async with _opened(url) as database:
            database.require_file()
            if database.path is not None:
                with one_sentence(database.url):
                    await asyncio.to_thread(_vacuum_into, database.path, part)
            else:
                await copy(url, f"sqlite:///{part}")


@contextmanager
def _part_of(file: Path) -> Iterator[Path]:
    """Give a file to write to that takes the name `file` when all went well, and vanishes otherwise."""
    if file.exists():
        raise StoreError(f"The file {file} exists already: choose another name for the backup.")
    if not file.parent.is_dir():
        raise StoreError(f"The folder {file.parent} of the backup does not exist.")
    part = file.absolute().with_name(file.name + ".part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"The backup {file} cannot be written: {error.strerror}.") from None
    try:
        yield part
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def _vacuum_into(path: Path, file: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("VACUUM INTO ?", (str(file),))
    finally:
        connection.close()


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(parse_url(url))
    try:
        yield database
    finally:
        await database.close()
