"""Transactions: all of one or nothing of it, whatever it begins with and whenever it is given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.storage.engine import Database, parse_url
from bot.storage.schema import updates
from bot.storage.upgrade import upgrade

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
STEPS = 60
"""Turns of the event loop after which a transaction of two statements is over on every database."""


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    database = Database(parse_url(address))
    await upgrade(database)
    yield database
    await database.close()


async def held(database: Database) -> set[int]:
    async with database.reading() as connection:
        return set((await connection.execute(sa.select(updates.c.update_id))).scalars())


def rows(*numbers: int) -> list[dict[str, object]]:
    return [{"update_id": number, "at": NOW} for number in numbers]


async def test_what_raises_undoes_also_the_many_rows_that_came_first(database: Database) -> None:
    async def change_ones_mind() -> None:
        async with database.writing() as connection:
            await connection.execute(sa.insert(updates), rows(1, 2, 3))
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_ones_mind()
    assert await held(database) == set()


async def test_a_transaction_without_a_statement_leaves_nothing_behind(database: Database) -> None:
    async with database.writing():
        pass
    async with database.reading() as connection:
        await connection.execute(sa.select(1))
    async with database.writing() as connection:
        await connection.execute(sa.insert(updates), rows(1, 2))
    assert await held(database) == {1, 2}


async def test_a_snapshot_sees_one_state(database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(updates)
    async with database.reading(snapshot=True) as connection:
        before = (await connection.execute(count)).scalar_one()
        async with database.writing() as writer:
            await writer.execute(sa.insert(updates), rows(1))
        assert (await connection.execute(count)).scalar_one() == before == 0
    assert await held(database) == {1}


async def test_one_given_up_at_any_moment_is_whole_or_nothing_and_blocks_nobody(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.writing() as connection:
            await connection.execute(sa.insert(updates).values(rows(number)))
            await connection.execute(sa.insert(updates).values(rows(number + 1)))

    for step in range(STEPS):
        first = step * 10
        task = asyncio.create_task(write(first))
        for _ in range(step):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(write(first + 2), 10)
        assert {first, first + 1} & await held(database) in (set(), {first, first + 1})
    assert len(await held(database)) >= 2 * STEPS
