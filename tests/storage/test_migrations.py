"""One history of migrations for both databases, and it leads to the tables that the code uses."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage.engine import Database, parse_url
from bot.storage.schema import metadata
from bot.storage.sql import open_store
from bot.storage.upgrade import _config, newest_version, upgrade, version_of


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return list(compare_metadata(context, metadata))


async def test_the_migrations_make_exactly_the_tables_of_the_schema(address: str) -> None:
    database = Database(parse_url(address))
    assert await version_of(database) is None
    await upgrade(database)
    assert await version_of(database) == newest_version()
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_upgrading_again_changes_nothing(address: str) -> None:
    for _ in range(2):
        store = await open_store(address)
        await store.record_updates([1], datetime(2026, 3, 10, tzinfo=UTC))
        assert await store.seen_updates([1])
        await store.close()


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
async def test_the_ledger_is_laid_out_for_what_postgresql_does_with_it(address: str) -> None:
    database = Database(parse_url(address))
    await upgrade(database)
    room = sa.text("SELECT reloptions FROM pg_class WHERE relname = 'deliveries'")
    index = sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_deliveries_due_at'")
    async with database.reading() as connection:
        assert (await connection.execute(room)).scalar() == ["fillfactor=50"]
        assert "USING brin (due_at)" in (await connection.execute(index)).scalar_one()
    await database.close()


async def test_several_processes_may_upgrade_at_once(address: str) -> None:
    databases = [Database(parse_url(address)) for _ in range(3)]
    await asyncio.gather(*(upgrade(database) for database in databases))
    for database in databases:
        assert await version_of(database) == newest_version()
        await database.close()


async def test_a_start_waits_for_another_process_that_writes_before_the_log_is_switched_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "mamori.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        # SQLite refuses the switch at once here, without the wait that it grants to everything else.
        monkeypatch.setattr("bot.storage.engine.time.sleep", lambda _: other.rollback())
        database = Database(parse_url(f"sqlite:///{tmp_path}/mamori.db"))
        await upgrade(database)
    assert await version_of(database) == newest_version()
    await database.close()


def test_the_history_is_one_line_without_branches_and_without_a_way_back() -> None:
    scripts = ScriptDirectory.from_config(_config())
    assert len(scripts.get_heads()) == 1
    revisions = list(scripts.walk_revisions())
    assert [revision.revision for revision in reversed(revisions)] == [
        f"{number:04}" for number in range(1, len(revisions) + 1)
    ]
    assert not any(hasattr(revision.module, "downgrade") for revision in revisions)


def test_the_migrations_lie_inside_the_package() -> None:
    folder = files("bot.storage") / "migrations"
    assert (folder / "env.py").is_file()
    assert (folder / "versions" / "m0001_first_tables.py").is_file()


REWRITTEN: dict[str, dict[str, dict[str, object]]] = {"0004": {"subscriptions": {"pictures": False}}}
"""What an upgrade changes on purpose in what was there: by revision, table and column, the value after it."""
REVISIONS = sorted(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def fill(connection: Connection) -> dict[str, dict[str, object]]:
    """Put one row into every table that there is now; all that can belong together does."""
    found = sa.MetaData()
    found.reflect(connection)
    rows: dict[str, dict[str, object]] = {}
    for table in found.sorted_tables:
        if table.name != "alembic_version":
            rows[table.name] = {column.name: value_for(column) for column in table.columns}
            connection.execute(table.insert().values(rows[table.name]))
    return rows


def value_for(column: sa.Column[Any]) -> object:
    kind = column.type.python_type
    if kind is str:
        return "x" if (getattr(column.type, "length", None) or 2) < 2 else "xy"
    return {int: 7, bool: True, date: date(2026, 3, 10)}[kind]


def read(connection: Connection) -> dict[str, list[dict[str, object]]]:
    found = sa.MetaData()
    found.reflect(connection)
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in found.sorted_tables
    }


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_was_written_under_every_earlier_schema_is_there_after_the_upgrade(
    address: str, revision: str
) -> None:
    database = Database(parse_url(address))
    database.prepare_file()
    async with database.writing() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), revision))
        before = await connection.run_sync(fill)
    assert before
    await upgrade(database)
    async with database.reading() as connection:
        after = await connection.run_sync(read)
        assert await connection.run_sync(differences) == []
    for later, tables in REWRITTEN.items():
        if later > revision:
            for table, values in tables.items():
                before.get(table, {}).update(values)
    for table, row in before.items():
        (kept,) = after[table]
        assert {name: kept[name] for name in row} == row
    await database.close()
