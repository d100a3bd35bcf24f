from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.storage.engine import Database, parse_url
from bot.storage.protocol import Store
from bot.storage.sql import open_store
from tests.storage.postgres import missing, running_server

Address = Callable[[], str]
_numbers = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str | Exception]:
    with ExitStack() as stack:
        try:
            server: str | Exception = stack.enter_context(running_server())
        except Exception as error:  # noqa: BLE001  (whatever it is, the tests that need the server say so)
            server = error
        yield server


async def make_postgres_database(server: str) -> str:
    name = f"t{next(_numbers)}"
    database = Database(parse_url(server))
    async with database.engine.connect() as connection:
        raw = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await raw.execute(sa.text(f"CREATE DATABASE {name}"))
    await database.close()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/mamori.db"
    server = request.getfixturevalue("postgres")
    if isinstance(server, Exception):
        missing(server)
    return await make_postgres_database(server)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        where = "memory:"
    elif request.param == "sqlite":
        where = f"sqlite:///{tmp_path}/mamori.db"
    else:
        server = request.getfixturevalue("postgres")
        if isinstance(server, Exception):
            missing(server)
        where = await make_postgres_database(server)
    opened = await open_store(where)
    yield opened
    await opened.close()
