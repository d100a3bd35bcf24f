"""Connections: how a database address becomes transactions, and every failure one clear sentence."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.storage.model import StoreError
from bot.storage.one_hop import begin_with_next, connect_in_one_hop

PAGE_BYTES = 2048
"""Size of a page of a new SQLite file. The rows of one minute lie scattered, so that each changes a page of its own,
and whole pages are what is written."""
BUSY_SECONDS = 5
"""How long a SQLite connection waits for another process's write before it gives up."""
TRIES_A_SECOND = 50
"""How often the switch to a write-ahead log is tried while somebody else makes it."""
POSTGRES_SECONDS = 30
"""How long one statement may take on PostgreSQL."""
ASKED_AFTER_SECONDS = 1.0
"""A connection to PostgreSQL that was idle for so long is asked whether it still lives before it is used."""
IDLE_SECONDS = 20
"""How long a transaction may stand still on PostgreSQL: a frozen process must not keep its rows locked."""


SQLITE_PRAGMAS = (
    "synchronous = NORMAL",
    "foreign_keys = ON",
    # A batch of due rows lies on as many pages as it has rows, in each of three tables: 6 MB hold them until the batch
    # is written down, and the log is written back once in several batches.
    "cache_size = -6000",
    "wal_autocheckpoint = 16000",
)


def parse_url(text: str) -> URL:
    """Read a database address: `sqlite:///file.db` or `postgresql://user:password@host/name`.

    Raises StoreError when it is neither. A password never stands in the error.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError("The database address is not of the form sqlite:///FILE or postgresql://HOST/NAME.") from None
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise StoreError("The database address names no file; write sqlite:///FILE (or memory: to keep nothing).")
        return url.set(drivername="sqlite+aiosqlite")
    if url.drivername.split("+")[0] in {"postgresql", "postgres"}:
        query = dict(url.query)
        if "sslmode" in query:  # the word of every other PostgreSQL client
            query["ssl"] = query.pop("sslmode")
        return url.set(drivername="postgresql+asyncpg", query=query)
    raise StoreError(f"A database of the kind {url.drivername!r} is not supported; use sqlite or postgresql.")


def describe(url: URL) -> str:
    """Name a database for a person: without its password."""
    return url.render_as_string(hide_password=True)


@contextmanager
def one_sentence(url: URL) -> Iterator[None]:
    """Turn whatever a database raises into a StoreError that holds no statement and no value."""
    try:
        yield
    except StoreError:
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError, NoSuchModuleError) as error:
        cause: BaseException = getattr(error, "orig", None) or error
        cause = cause.__cause__ or cause
        raise StoreError(f"The database {describe(url)} failed: {_reason(cause)}.") from None


def _reason(cause: BaseException) -> str:
    """Return the first line of the driver's words where they name no values, else the kind of failure."""
    if isinstance(cause, sqlite3.IntegrityError) or "Violation" in type(cause).__name__:
        return type(cause).__name__
    words = str(cause).strip().split("\n")[0].rstrip(".")
    return words[:200] or type(cause).__name__


class Database:
    """One open database: `reading()` and `writing()` are transactions. Not to be shared between event loops."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.sqlite = url.get_backend_name() == "sqlite"
        self.path = Path(url.database or "").absolute() if self.sqlite else None
        self._identity: tuple[int, int] | None = None
        self.engine = self._build_engine()
        # SQLite has one writer; queueing here is fair and costs nothing, while the file's own lock is polled for.
        self._turn = asyncio.Lock() if self.sqlite else None

    def _build_engine(self) -> AsyncEngine:
        if not self.sqlite:
            arguments = {
                "command_timeout": POSTGRES_SECONDS,
                "timeout": POSTGRES_SECONDS,
                # A plan made while the tables were empty is kept for ever and reads whole tables once they are full.
                "server_settings": {
                    "plan_cache_mode": "force_custom_plan",
                    "jit": "off",
                    # What a service like this holds is in memory, or on a disk without a head to move. At the usual
                    # price of a page out of order, a batch is looked up by reading the whole ledger.
                    "random_page_cost": "1.1",
                    "idle_in_transaction_session_timeout": str(IDLE_SECONDS * 1000),
                },
            }
            with one_sentence(self.url):
                engine = create_async_engine(self.url, hide_parameters=True, pool_size=8, connect_args=arguments)
            _ask_before_use(engine.sync_engine)
            return engine
        engine = create_async_engine(
            self.url,
            hide_parameters=True,
            # The connection used last has the pages at hand; in turns, each would keep pages of its own in memory.
            pool_use_lifo=True,
            # The driver's own way of beginning transactions cannot take the write lock at the start.
            connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        )
        connect_in_one_hop(engine.sync_engine)
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine

    def require_file(self) -> None:
        """Raise StoreError when the SQLite file is not there, instead of making an empty one."""
        if self.path is not None and not self.path.is_file():
            raise StoreError(f"The database {self.path} does not exist.")

    def prepare_file(self) -> None:
        """Make the SQLite file, readable by its owner only, or say in one sentence why that cannot be."""
        if self.path is None:
            return
        if not self.path.parent.is_dir():
            raise StoreError(f"The folder {self.path.parent} of the database does not exist.")
        if self.path.is_dir():
            raise StoreError(f"The database {self.path} is a folder, not a file.")
        try:
            if not self.path.exists():
                self.path.touch(mode=0o600)
            with self.path.open("r+b") as file:
                head = file.read(16)
        except OSError as error:
            raise StoreError(f"The database {self.path} cannot be written: {error.strerror}.") from None
        if head and head != b"SQLite format 3\x00":
            raise StoreError(f"The file {self.path} is not a SQLite database.")
        with one_sentence(self.url):
            _keep_a_log(self.path)
        self._identity = self._inode()

    def _inode(self) -> tuple[int, int] | None:
        if self.path is None:
            return None
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    @asynccontextmanager
    async def reading(self, *, snapshot: bool = False) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that changes nothing; with `snapshot` all its statements see one and the same state."""
        with one_sentence(self.url):
            async with self.engine.connect() as connection:
                # Without a snapshot each statement sees its own state: a transaction around it, which costs one or
                # two more questions and answers, would change nothing.
                if self.sqlite:
                    await connection.execution_options(mamori_begin=snapshot)
                else:
                    level = "REPEATABLE READ" if snapshot else "AUTOCOMMIT"
                    await connection.execution_options(isolation_level=level)
                yield connection

    @asynccontextmanager
    async def writing(self, *, one_statement: bool = False) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is committed at the end, or undone whole when anything raises.

        With `one_statement` no second may be run: PostgreSQL then makes a transaction of it without being asked to.
        """
        async with self._turn or nullcontext():
            with one_sentence(self.url):
                async with self.engine.connect() as connection:
                    await connection.execution_options(mamori_write=True)
                    if one_statement and not self.sqlite:
                        await connection.execution_options(isolation_level="AUTOCOMMIT")
                    async with connection.begin():
                        yield connection

    async def ping(self) -> None:
        """Raise StoreError when the database does not answer, or its file was removed or exchanged."""
        if self._identity is not None and self._inode() != self._identity:
            # SQLite would go on writing into a file that nobody can find any more.
            raise StoreError(f"The database file {self.path} was removed or exchanged while it was in use.")
        async with self.reading() as connection:
            await connection.execute(sa.text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _ask_before_use(engine: sa.Engine) -> None:
    """Replace a connection that died while it was idle; under load, when none is, nobody waits for the question."""

    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["last_used"] = time.monotonic()

    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        idle_since = record.info.get("last_used")
        if idle_since is None or time.monotonic() - idle_since < ASKED_AFTER_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise InvalidatePoolError from error

    sa.event.listen(engine, "checkin", note)
    sa.event.listen(engine, "checkout", ask)


def _keep_a_log(path: Path) -> None:
    """Switch the file to a write-ahead log, which it remembers, so that readers and the writer never wait.

    Of several processes that switch at once SQLite refuses all but one at once, whatever the busy time-out says.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a file that holds something it stays
        for tries_left in range(BUSY_SECONDS * TRIES_A_SECOND, -1, -1):
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                    raise
                time.sleep(1 / TRIES_A_SECOND)
            else:
                return
    finally:
        connection.close()


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  (a driver's connection has no type)
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("mamori_begin", True):
        # A transaction that reads first and writes later fails at once when another process wrote in between.
        begin_with_next(connection, "BEGIN IMMEDIATE" if options.get("mamori_write", False) else "BEGIN")
