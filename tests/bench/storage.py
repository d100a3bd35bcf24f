"""How fast the store finds, claims and records due tips: `python -m tests.bench.storage`."""

from __future__ import annotations

import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.storage.engine import Database, parse_url
from bot.storage.model import Due, Outcome, Result
from bot.storage.schema import subscriptions
from bot.storage.sql import SqlStore
from bot.storage.sql_deliveries import DUE
from bot.storage.upgrade import upgrade
from tests.storage.postgres import running_server

SIZES = (1_000, 30_000, 1_000_000)
BATCH = 1_000
BATCHES = 20
FILLED_AT_ONCE = 50_000
"""Rows of one statement, which a busy machine too ends within the time that the store gives a statement."""
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
NOW_NUMBER = int(NOW.timestamp())
FILL = (
    """INSERT INTO chats (chat_id, kind, language, country, audience, age_band, created_at)
       WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
       SELECT i, 'private', 'ja', 'JP', 'parent', '10-12', :now FROM n""",
    # Every minute of a day is equally popular; those before NOW are due.
    """INSERT INTO subscriptions
       (chat_id, hour, minute, zone, days, pictures, excluded, sent, created_at, next_due, next_date, wake_at)
       SELECT chat_id, 18, 0, 'Asia/Tokyo', 'daily', FALSE, '', 'talk-first', :now,
              :now + (chat_id % 1440 - 720) * 60, :today, :now + (chat_id % 1440 - 720) * 60
       FROM chats WHERE chat_id BETWEEN :first AND :last""",
)

FIND = (
    sa.select(subscriptions.c.chat_id)
    .where(subscriptions.c.wake_at <= sa.bindparam("now"))
    .order_by(subscriptions.c.wake_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "first": sa.Integer(),
    "last": sa.Integer(),
    "now": sa.BigInteger(),
    "today": sa.Date(),
}


@dataclass(frozen=True)
class Line:
    """One line of the table. Rates are rows a second; `find`, `load` and `hold` are milliseconds.

    `find` reads the ids of due rows, `load` reads them with all that a claim needs, from three tables.
    """

    database: str
    rows: int
    find: float
    load: float
    claim_record: float
    with_mark: float
    hold: float
    megabytes: float
    resident: float


async def fill(database: Database, rows: int) -> None:
    """Make subscriptions of which half are due."""
    for first in range(1, rows + 1, FILLED_AT_ONCE):
        last = min(first + FILLED_AT_ONCE - 1, rows)
        values = {"first": first, "last": last, "now": NOW_NUMBER, "today": date(2026, 3, 10)}
        async with database.writing() as connection:
            for statement in FILL:
                bound = {name: value for name, value in values.items() if f":{name}" in statement}
                typed = [sa.bindparam(name, type_=TYPES[name]) for name in bound]
                await connection.execute(sa.text(statement).bindparams(*typed), bound)
    async with database.writing() as connection:
        await connection.execute(sa.text("ANALYZE"))


async def fill_due(database: Database, rows: int, now: datetime) -> None:
    """Make so many subscriptions that are all due at `now`."""
    if rows:
        await fill(database, rows)
        async with database.writing() as connection:
            due = {"next_due": now, "wake_at": now, "next_date": now.date()}
            await connection.execute(sa.update(subscriptions).values(due))


async def find_due(database: Database, query: sa.Select[Any]) -> float:
    """Return the milliseconds (median) in which BATCH due rows are found."""
    taken = []
    for _ in range(15):
        async with database.reading() as connection:
            begin = time.perf_counter()
            found = (await connection.execute(query, {"now": NOW, "limit": BATCH})).all()
            taken.append(time.perf_counter() - begin)
            assert found
    return statistics.median(taken) * 1000


async def deliver(store: SqlStore, *, mark: bool, batches: int) -> float:
    """Claim and record batches of due tips; return rows a second.

    Two batches are in hand at a time, as the dispatcher too claims the next one while outcomes are written down.
    """
    tomorrow = Due(NOW + timedelta(days=1), date(2026, 3, 11))
    left = iter(range(batches))

    async def one_after_the_other() -> int:
        done = 0
        for _ in left:
            claims = await store.claim_due(NOW, BATCH, "bench", timedelta(minutes=10))
            if mark:
                tips = [(claim, "ask-back") for claim in claims]
                assert all(await store.mark_sending(tips, NOW, timedelta(minutes=1)))
            await store.record([Result(claim, Outcome.SENT, tomorrow, "ask-back", 7) for claim in claims], NOW)
            done += len(claims)
        return done

    begin = time.perf_counter()
    done = sum(await asyncio.gather(one_after_the_other(), one_after_the_other()))
    return done / (time.perf_counter() - begin)


async def watch_loop(longest: list[float]) -> None:
    """Note the longest time for which the event loop could not run anything else (milliseconds)."""
    while True:
        begin = time.perf_counter()
        await asyncio.sleep(0.001)
        longest.append((time.perf_counter() - begin) * 1000 - 1)


async def size_of(database: Database) -> float:
    """Return the megabytes of the database."""
    query = "SELECT pg_database_size(current_database())"
    if database.sqlite:
        query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    async with database.reading() as connection:
        return float((await connection.execute(sa.text(query))).scalar_one()) / 1e6


async def measure(name: str, url: str, rows: int) -> Line:
    """Fill an empty database and measure it once."""
    database = Database(parse_url(url))
    await upgrade(database)
    store = SqlStore(database)
    await fill(database, rows)
    find = await find_due(database, FIND)
    load = await find_due(database, DUE)
    megabytes = await size_of(database)
    batches = max(1, min(BATCHES, rows // 4 // BATCH))
    longest: list[float] = []
    watcher = asyncio.create_task(watch_loop(longest))
    plain = await deliver(store, mark=False, batches=batches)
    marked = await deliver(store, mark=True, batches=batches)
    watcher.cancel()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await store.close()
    return Line(name, rows, find, load, plain, marked, max(longest), megabytes, resident)


async def measure_all(postgres: str | None) -> Sequence[Line]:
    """Measure every size on every database."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [await measure("SQLite", f"sqlite:///{Path(folder)}/{rows}.db", rows) for rows in SIZES]
    for rows in SIZES if postgres else ():
        assert postgres is not None
        server = Database(parse_url(postgres))
        async with server.engine.connect() as connection:
            raw = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await raw.execute(sa.text(f"CREATE DATABASE bench{rows}"))
        await server.close()
        lines.append(await measure("PostgreSQL", postgres.replace("/postgres?", f"/bench{rows}?"), rows))
    return lines


def main() -> None:
    """Print the table."""
    with ExitStack() as stack:
        try:
            postgres: str | None = stack.enter_context(running_server())
        except Exception as error:  # noqa: BLE001  (the SQLite half is still worth having)
            print(f"PostgreSQL left out: {error}")  # noqa: T201  (a benchmark prints)
            postgres = None
        lines = asyncio.run(measure_all(postgres))
    print(  # noqa: T201  (same)
        f"{'database':<11}{'rows':>10}{'find 1,000 ms':>15}{'load ms':>9}{'claim+record/s':>16}{'with mark/s':>13}"
        f"{'loop held ms':>14}{'size MB':>9}{'peak MB':>9}"
    )
    for line in lines:
        print(  # noqa: T201  (same)
            f"{line.database:<11}{line.rows:>10,}{line.find:>15.2f}{line.load:>9.1f}{line.claim_record:>16,.0f}{line.with_mark:>13,.0f}"
            f"{line.hold:>14.1f}{line.megabytes:>9.1f}{line.resident:>9.0f}"
        )


if __name__ == "__main__":
    main()
