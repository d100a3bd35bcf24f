"""SQLite statements in one trip to the driver's thread each.

aiosqlite hands every call to a thread and waits for it. SQLAlchemy makes four calls of a statement (make a cursor,
execute, fetch, close), and one more to undo nothing at the end: what costs is not the work but the trips, and all that
the event loop does for others before each of them ends.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.concurrency import await_

_THEN = ";--then\n"
"""Stands between the beginning of a transaction and its first statement."""


class _Found(list[Any]):
    """The rows of one statement, with what else its cursor knew."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int = -1


class _FetchingCursor(sqlite3.Cursor):
    def fetchall(self) -> _Found:
        found = _Found(super().fetchall())
        found.description, found.rowcount, found.lastrowid = self.description, self.rowcount, self.lastrowid or -1
        self.close()
        return found


class _FetchingConnection(sqlite3.Connection):
    """Runs a statement that begins a transaction, if it is told one before another, in the same trip as that."""

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:  # noqa: ANN401 - as the base has it
        return self.cursor(_FetchingCursor).execute(self._after_begin(sql), parameters)

    def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as the base has it
        return super().executemany(self._after_begin(sql), parameters)

    def _after_begin(self, sql: str) -> str:
        begin, end, statement = sql.rpartition(_THEN)
        if end:
            super().execute(begin)
        return statement


class _OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor that is made without a trip, and has all rows once its statement was run."""

    __slots__ = ("_found",)

    _adapt_connection: _OneHopConnection

    def __init__(self, adapt_connection: _OneHopConnection) -> None:
        self._adapt_connection = adapt_connection
        self._rows = deque()
        self._found = _Found()

    @property
    def description(self) -> Any:  # noqa: ANN401 - as the base has it
        return self._found.description

    @property
    def rowcount(self) -> int:
        return self._found.rowcount

    @property
    def lastrowid(self) -> int:
        return self._found.lastrowid

    def execute(self, operation: str, parameters: Any = None) -> None:  # noqa: ANN401 - as the base has it
        found = self._adapt_connection.run(aiosqlite.Connection.execute_fetchall, operation, parameters)
        self._found, self._rows = found, deque(found)

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:  # noqa: ANN401 - same
        cursor = self._adapt_connection.run(aiosqlite.Connection.executemany, operation, seq_of_parameters)
        self._found.rowcount = cursor.rowcount

    async def _async_soft_close(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        self._rows.clear()


class _OneHopConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("_begin",)

    _cursor_cls = _OneHopCursor  # type: ignore[assignment]  # its cursors know this kind of connection only

    def __init__(self, dbapi: Any, connection: Any) -> None:  # noqa: ANN401 - a driver's connection has no type
        super().__init__(dbapi, connection)
        self._begin = ""

    def begin_with_next(self, statement: str) -> None:
        self._begin = statement + _THEN

    def run(self, act: Callable[..., Awaitable[Any]], statement: str, parameters: Any) -> Any:  # noqa: ANN401 - same
        begin, self._begin = self._begin, ""
        try:
            return await_(act(self.driver_connection, begin + statement, parameters))
        except Exception as error:  # noqa: BLE001 - the adapter says what it is to SQLAlchemy
            self._handle_exception(error)

    def commit(self) -> None:
        if self._is_inside():
            super().commit()

    def rollback(self) -> None:
        if self._is_inside():
            super().rollback()

    def _is_inside(self) -> bool:
        """Tell whether a transaction is open; one that was not begun for want of a statement is forgotten."""
        self._begin = ""
        inside: bool = self.driver_connection.in_transaction
        return inside


def begin_with_next(connection: sa.Connection, statement: str) -> None:
    """Run a statement that begins a transaction together with the next statement of the connection."""
    adapted: Any = connection.connection.dbapi_connection
    adapted.begin_with_next(statement)


def connect_in_one_hop(engine: sa.Engine) -> None:
    """Let an engine of aiosqlite make such connections from now on."""

    def connect(dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]) -> Any:  # noqa: ANN401 - a driver's connection has no type
        adapted: Any = dialect.loaded_dbapi.connect(*arguments, **options, factory=_FetchingConnection)
        return _OneHopConnection(dialect.loaded_dbapi, adapted.driver_connection)

    sa.event.listen(engine, "do_connect", connect)
