"""Brings a database to the newest schema. Forward only: there is no way back but a backup."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.storage.engine import Database, describe
from bot.storage.model import StoreError

logger = logging.getLogger(__name__)

LOCK = 0x6D616D6F7269
"""The number of the advisory lock under which PostgreSQL is upgraded."""


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_version() -> str:
    """Return the version of the schema that this program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the package holds no migrations"  # noqa: S101  (broken installation)
    return head


async def version_of(database: Database) -> str | None:
    """Return the schema version that a database has; None when it is empty."""
    async with database.reading() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def require_newest(database: Database) -> None:
    """Raise StoreError unless the database is there and has the schema that this program works with."""
    database.require_file()
    version = await version_of(database)
    if version != newest_version():
        raise StoreError(
            f"The database {describe(database.url)} has the schema {version or 'of none yet'}, not "
            f"{newest_version()}: upgrade it first."
        )


async def upgrade(database: Database) -> None:
    """Bring the database to the newest schema in one transaction; several processes may do so at once.

    Raises StoreError when a newer program made it.
    """
    database.prepare_file()
    async with database.writing() as connection:
        if not database.sqlite:
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(_upgrade, describe(database.url))


def _upgrade(connection: sa.Connection, name: str) -> None:
    config = _config(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(f"The database {name} was made by a newer version of this program (schema {current}).")
    command.upgrade(config, "head")
    if current != newest_version():
        logger.info("schema-upgraded", extra={"before": current, "schema": newest_version()})
