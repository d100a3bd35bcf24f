"""One replica dispatches at a time; another takes over soon after it died or froze."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.storage import engine
from bot.storage.engine import Database, parse_url
from bot.storage.lead import BEAT, LAPSE
from bot.storage.model import Due, StoreError, SubscriptionChoice
from bot.storage.protocol import Store
from bot.storage.schema import subscriptions
from bot.storage.sql import open_store
from tests.storage.conftest import make_postgres_database
from tests.storage.postgres import missing

PATIENCE = 30
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
REPLICA = """
import asyncio, sys
from datetime import timedelta
from bot.storage import lead
from bot.storage.sql import open_store
lead.LAPSE, lead.BEAT = timedelta(seconds=5), timedelta(seconds=0.5)

async def main():
    store = await open_store(sys.argv[1])
    loop = asyncio.get_running_loop()
    while True:
        print(await store.lead(), flush=True)
        if not await loop.run_in_executor(None, sys.stdin.readline):
            break

asyncio.run(main())
"""


@pytest.fixture
async def shared(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database on PostgreSQL."""
    server = request.getfixturevalue("postgres")
    if isinstance(server, Exception):
        missing(server)
    return await make_postgres_database(server)


@pytest.fixture
async def replica(shared: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that has taken the lead, and says at each line whether it still leads."""
    store = await open_store(shared)
    await store.close()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", REPLICA, shared, stdin=pipe, stdout=pipe)
    assert await heard(process) == "True"
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


async def heard(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode().strip()


LAST_SIGN = sa.text(
    "SELECT query_start FROM pg_stat_activity WHERE pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


async def until_leading(store: Store) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await store.lead():  # noqa: ASYNC110  (another process is waited for)
            await asyncio.sleep(0.1)


async def test_a_store_of_one_process_always_leads(store: Store) -> None:
    assert await store.lead()
    assert await store.lead()


async def test_one_of_two_leads_until_it_closes(shared: str) -> None:
    first, second = await open_store(shared), await open_store(shared)
    assert await first.lead()
    assert not await second.lead()
    assert await first.lead()
    assert not await second.lead()
    await first.close()
    assert await second.lead()
    await second.close()


async def test_another_replica_takes_over_when_the_first_is_killed(
    shared: str, replica: asyncio.subprocess.Process
) -> None:
    store = await open_store(shared)
    assert not await store.lead()
    replica.kill()
    await replica.wait()
    await until_leading(store)
    await store.close()


async def test_another_replica_takes_over_when_the_first_freezes_and_the_first_knows_when_it_wakes(
    shared: str, replica: asyncio.subprocess.Process
) -> None:
    store = await open_store(shared)
    replica.send_signal(signal.SIGSTOP)
    try:
        await until_leading(store)
    finally:
        replica.send_signal(signal.SIGCONT)
    assert replica.stdin is not None
    replica.stdin.write(b"\n")
    assert await heard(replica) == "False"
    assert await store.lead()
    await store.close()


@pytest.mark.usefixtures("replica")
async def test_a_leader_that_nobody_asks_gives_signs_of_life(shared: str) -> None:
    database = Database(parse_url(shared))
    signs: set[object] = set()
    async with asyncio.timeout(PATIENCE):
        while len(signs) < 3:
            async with database.reading() as connection:
                signs.add((await connection.execute(LAST_SIGN)).scalar_one())
            await asyncio.sleep(0.2)
    await database.close()


def test_the_next_replica_leads_within_30_seconds() -> None:
    asked_every = timedelta(seconds=5)  # the dispatcher's interval
    assert LAPSE + asked_every < timedelta(seconds=30)
    assert BEAT * 3 < LAPSE


async def test_a_process_that_freezes_inside_a_transaction_does_not_keep_its_rows(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    awake = await open_store(shared)
    await awake.subscribe(5, SubscriptionChoice(hour=9), Due(NOW, NOW.date()), NOW)
    monkeypatch.setattr(engine, "IDLE_SECONDS", 1)
    frozen = Database(parse_url(shared))

    async def change_and_freeze() -> None:
        async with frozen.writing() as connection:
            await connection.execute(sa.update(subscriptions).values(hour=10))
            assert await awake.unsubscribe(5, NOW)

    with pytest.raises(StoreError):
        await change_and_freeze()
    await frozen.close()
    kept = await awake.subscription_of(5)
    assert kept is not None
    assert kept.choice.hour == 9
    await awake.close()


async def test_a_connection_that_died_while_it_was_idle_is_replaced(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ASKED_AFTER_SECONDS", 0.0)
    store, server = await open_store(shared), Database(parse_url(shared))
    try:
        await store.ping()
        async with server.reading() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            ended = await connection.execute(sa.text(f"{others} AND pid <> pg_backend_pid()"))
            assert len(ended.all()) > 0
        await store.ping()
    finally:
        await server.close()
        await store.close()
