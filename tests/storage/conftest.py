from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa

from bot.storage.engine import Database, parse_url
from bot.storage.protocol import Store
from bot.storage.schema import metadata
from bot.storage.sql import open_store
from tests.storage.postgres import missing, running_server

AnyT = TypeVar("AnyT")
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


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "mamori.db"
    _run(_upgraded(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_database(request: pytest.FixtureRequest) -> str | Exception:
    """The address of a database of the newest schema, which each test empties."""
    server = request.getfixturevalue("postgres")
    return server if isinstance(server, Exception) else _run(_made_and_upgraded(server))


def _run(steps: Coroutine[object, object, AnyT]) -> AnyT:
    """Run steps to their end beside the loop of the test that is the first to need them."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, steps).result()


async def _made_and_upgraded(server: str) -> str:
    address = await make_postgres_database(server)
    await _upgraded(address)
    return address


async def _upgraded(address: str) -> None:
    store = await open_store(address)
    await store.close()


async def _emptied(address: str) -> None:
    database = Database(parse_url(address))
    async with database.writing() as connection:
        await connection.execute(sa.text(f"TRUNCATE {', '.join(metadata.tables)}"))
    await database.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        where = "memory:"
    elif request.param == "sqlite":
        where = f"sqlite:///{tmp_path}/mamori.db"
        shutil.copyfile(request.getfixturevalue("sqlite_file"), tmp_path / "mamori.db")
    else:
        where = request.getfixturevalue("postgres_database")
        if isinstance(where, Exception):
            missing(where)
        await _emptied(where)
    opened = await open_store(where)
    yield opened
    await opened.close()
