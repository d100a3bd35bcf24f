"""How fast the store finds, claims and records due tips, by how many there are: `python -m tests.bench.storage`.

Each line is measured in a process of its own. PostgreSQL is the one of the tests, which does not wait for the disk.
How the figures grow is drawn into `docs/img/growth-storage.svg`.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.app import settle_memory
from bot.delivery.dispatcher import Limits
from bot.storage.engine import Database, parse_url
from bot.storage.model import Due, Outcome, Result
from bot.storage.schema import subscriptions
from bot.storage.sql import SqlStore
from bot.storage.sql_deliveries import DUE
from bot.storage.upgrade import upgrade
from tests.bench.growth import PICTURE, draw_growth
from tests.bench.report import ROOT, head, show
from tests.storage.postgres import running_server

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FOUND = 1_000
BATCH = Limits.of_rate(1000).batch
BATCHES = 100
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
    """One line of the table. Rates are rows a second; `find`, `load` and the holds are milliseconds.

    `find` reads the ids of due rows, `load` reads them with all that a claim needs, from three tables. `hold` is the
    longest time for which the event loop ran nothing else, `computing` the longest that it computed in one go: on a
    busy machine the first holds also the time that other processes had.
    """

    database: str
    rows: int
    find: float
    load: float
    claim_record: float
    with_mark: float
    hold: float
    computing: float
    megabytes: float
    peak: float


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
    """Return the milliseconds (median) in which FOUND due rows are found."""
    taken = []
    for _ in range(15):
        async with database.reading() as connection:
            begin = time.perf_counter()
            found = (await connection.execute(query, {"now": NOW, "limit": FOUND})).all()
            taken.append(time.perf_counter() - begin)
            assert found
    return statistics.median(taken) * 1000


async def deliver(store: SqlStore, *, mark: bool, batches: int, batch: int = BATCH) -> float:
    """Claim and record batches of due tips; return rows a second.

    Two batches are in hand at a time, as the dispatcher too claims the next one while outcomes are written down.
    """
    tomorrow = Due(NOW + timedelta(days=1), date(2026, 3, 11))
    left = iter(range(batches))

    async def one_after_the_other() -> int:
        done = 0
        for _ in left:
            claims = await store.claim_due(NOW, batch, "bench", timedelta(minutes=10))
            if mark:
                tips = [(claim, "ask-back") for claim in claims]
                assert all(await store.mark_sending(tips, NOW, timedelta(minutes=1)))
            await store.record([Result(claim, Outcome.SENT, tomorrow, "ask-back", 7) for claim in claims], NOW)
            done += len(claims)
        return done

    begin = time.perf_counter()
    done = sum(await asyncio.gather(one_after_the_other(), one_after_the_other()))
    return done / (time.perf_counter() - begin)


async def watch_loop(holds: list[tuple[float, float]]) -> None:
    """Note for how long the event loop ran nothing else, and how much of that its thread computed (milliseconds)."""
    while True:
        begin, computed = time.perf_counter(), time.thread_time()
        await asyncio.sleep(0.001)
        holds.append(((time.perf_counter() - begin) * 1000 - 1, (time.thread_time() - computed) * 1000))


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
    batch = min(BATCH, rows // 8)  # a quarter of the rows for either way
    batches = min(BATCHES, rows // 4 // batch)
    settle_memory()  # as the bot does
    holds: list[tuple[float, float]] = []
    watcher = asyncio.create_task(watch_loop(holds))
    plain = await deliver(store, mark=False, batches=batches, batch=batch)
    marked = await deliver(store, mark=True, batches=batches, batch=batch)
    watcher.cancel()
    hold, computing = (max(column) for column in zip(*holds, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await store.close()
    return Line(name, rows, find, load, plain, marked, hold, computing, megabytes, peak)


def measure_alone(name: str, url: str, rows: int) -> Line:
    """Measure in this process, which nothing else has used."""
    return asyncio.run(measure(name, url, rows))


async def make_database(postgres: str, name: str) -> str:
    """Make an empty database on the server; return its address."""
    server = Database(parse_url(postgres))
    async with server.engine.connect() as connection:
        raw = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await raw.execute(sa.text(f"CREATE DATABASE {name}"))
    await server.close()
    return postgres.replace("/postgres?", f"/{name}?")


def measure_all(postgres: str | None) -> Iterator[Line]:
    """Measure every size on every database."""
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes,
        tempfile.TemporaryDirectory() as folder,
    ):
        for rows in SIZES:
            yield processes.submit(measure_alone, "SQLite", f"sqlite:///{Path(folder)}/{rows}.db", rows).result()
        for rows in SIZES if postgres else ():
            assert postgres is not None
            url = asyncio.run(make_database(postgres, f"bench{rows}"))
            yield processes.submit(measure_alone, "PostgreSQL", url, rows).result()


def main() -> None:
    """Print the table and draw the picture."""
    lines = []
    with ExitStack() as stack:
        try:
            postgres: str | None = stack.enter_context(running_server())
        except Exception as error:  # noqa: BLE001  (the SQLite half is still worth having)
            print(f"PostgreSQL left out: {error}", file=sys.stderr)  # noqa: T201  (a benchmark prints)
            postgres = None
        head(
            "database", "subscriptions", "find 1,000 due, ms", "with all for a claim, ms", "claim + record, rows/s",
            "with mark too, rows/s", "loop held, ms", "computed in one go, ms", "database, MB", "process at most, MB",
        )  # fmt: skip
        for line in measure_all(postgres):
            lines.append(line)
            show(
                line.database, f"{line.rows:,}", f"{line.find:.1f}", f"{line.load:.1f}", f"{line.claim_record:,.0f}",
                f"{line.with_mark:,.0f}", f"{line.hold:.0f}", f"{line.computing:.0f}", f"{line.megabytes:.0f}",
                f"{line.peak:.0f}",
            )  # fmt: skip
    show(
        "*goal*", "1,000,000", "5", "", "SQLite 10,000, PostgreSQL 15,000", "", "20", "", "SQLite 150", "± 10 of 1,000"
    )
    draw_growth(
        ROOT / PICTURE,
        [
            ("find 1,000 due rows (ms)", [(line.database, line.rows, line.find) for line in lines]),
            ("claim and record (rows a second)", [(line.database, line.rows, line.claim_record) for line in lines]),
            ("size of the database (MB)", [(line.database, line.rows, line.megabytes) for line in lines]),
            ("memory of the process (MB)", [(line.database, line.rows, line.peak) for line in lines]),
            ("event loop held at most (ms)", [(line.database, line.rows, line.hold) for line in lines]),
        ],
    )
    print(f"\n![How each figure grows with the number of subscriptions]({PICTURE.removeprefix('docs/')})")  # noqa: T201  (same)


if __name__ == "__main__":
    main()
