"""Statements about many rows at once, in the way that each database does fastest.

Their text is the same for any number of rows, so that it is compiled and prepared once. What is made for them,
and of what they return, is made in parts: between two of them the event loop may do something else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Types = dict[str, TypeEngine[Any]]
"""The names and types of the values of one row."""
Values = tuple[object, ...]
"""The values of one row, in the order of their types."""
Value = Callable[[str], sa.ColumnElement[Any]]
"""Gives the value of one row by its name, for use inside the statement."""
Among = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]
"""Gives the condition that a column's value is one of the ids that the statement is about."""
Item = TypeVar("Item")

_SQLITE = sqlite.dialect()
PART = 100
"""How many rows are made or read before something else gets its turn: a millisecond's worth."""


async def in_parts(items: Sequence[Item], size: int = PART) -> AsyncIterator[Sequence[Item]]:
    """Yield parts of the items, and let others run in between."""
    for at in range(0, len(items), size):
        if at:
            await asyncio.sleep(0)
        yield items[at : at + size]


class ForMany:
    """A statement about many ids, which PostgreSQL takes as one array and SQLite as one JSON text."""

    def __init__(self, build: Callable[[Among], sa.Executable]) -> None:
        array = sa.bindparam("ids", type_=ARRAY(sa.BigInteger))
        self._by_array: sa.Executable = build(lambda column: column == sa.any_(array))
        items = sa.func.json_each(sa.bindparam("ids", type_=sa.String())).table_valued("value", name="given")
        self._by_json: sa.Executable = build(lambda column: column.in_(sa.select(items.c.value)))

    async def execute(
        self, connection: AsyncConnection, ids: Collection[int], values: Mapping[str, object] | None = None
    ) -> sa.CursorResult[Any]:
        """Run it for these ids, with its other values by name."""
        given = dict(values or {})
        if connection.dialect.name == "sqlite":
            return await connection.execute(self._by_json, given | {"ids": json.dumps(list(ids))})
        return await connection.execute(self._by_array, given | {"ids": list(ids)})


def _arrays(columns: Types) -> sa.TableValuedAlias:
    """Return the rows that PostgreSQL is given as one array for each column."""
    return (
        sa.func.unnest(*(sa.bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()))
        .table_valued(*(sa.column(name, kind) for name, kind in columns.items()), name="given")
        .render_derived()
    )


class Addition:
    """Adds rows of numbers to a table, in one statement, and leaves alone those that are there already.

    `each` names the columns whose values differ, `same` those that are the same in all. PostgreSQL takes the rows as
    arrays, SQLite as one JSON text, which it reads once from beginning to end.
    """

    def __init__(self, table: sa.Table, each: Sequence[str], same: Sequence[str]) -> None:
        self._each = each
        names = [*each, *same]
        constants = [sa.bindparam(name, type_=table.c[name].type) for name in same]
        rows = sa.func.json_each(sa.bindparam("rows", type_=sa.String())).table_valued("value", name="given")
        texts = [sa.func.json_extract(rows.c.value, f"$[{place}]") for place in range(len(each))]
        chosen = sa.select(*texts, *constants).where(sa.true())  # without a condition, ON would be read as a join's
        self._by_json = sqlite.insert(table).from_select(names, chosen).on_conflict_do_nothing()
        arrays = _arrays({name: table.c[name].type for name in each})
        taken = sa.select(*(arrays.c[name] for name in each), *constants)
        self._by_array = postgresql.insert(table).from_select(names, taken).on_conflict_do_nothing()

    async def execute(self, connection: AsyncConnection, rows: Sequence[Values], **same: object) -> None:
        """Add the rows, with what is the same in all by name."""
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            await connection.execute(self._by_json, {"rows": json.dumps(rows), **same})
        else:
            columns = dict(zip(self._each, map(list, zip(*rows, strict=True)), strict=True))
            await connection.execute(self._by_array, columns | same)


class Bulk:
    """One conditional UPDATE for many rows, written once.

    `columns` are the names and types of a row's values, in their order; `build` writes the statement with them.
    PostgreSQL takes all rows as arrays, since each trip to it counts. SQLite runs the statement for one row after the
    other, in one trip to its thread: it would have to read a text of all rows again for each of their values.
    """

    def __init__(self, columns: Types, build: Callable[[Value], sa.Update]) -> None:
        self._columns = columns
        arrays = _arrays(columns)
        self._by_array = build(lambda name: arrays.c[name])
        self._by_row = build(lambda name: sa.bindparam(name, type_=columns[name]))

    async def execute(self, connection: AsyncConnection, rows: Sequence[Values]) -> None:
        """Run the update for every row."""
        if not rows:
            return
        columns = dict(zip(self._columns, zip(*rows, strict=True), strict=True))
        if connection.dialect.name == "sqlite":
            statement, given = self._for_each(columns)
            await connection.exec_driver_sql(statement, given)
        else:
            await connection.execute(self._by_array, {name: list(column) for name, column in columns.items()})

    def _for_each(self, columns: dict[str, tuple[object, ...]]) -> tuple[str, list[Values]]:
        """Return the statement as SQLite reads it, and what stands in it for each row."""
        compiled = self._compiled
        for name, process in self._processes.items():  # there are few different days and moments among them
            known = {value: process(value) for value in set(columns[name])}
            columns[name] = tuple(map(known.__getitem__, columns[name]))
        places = compiled.positiontup or ()
        given = (columns[name] if name in columns else repeat(compiled.params[name]) for name in places)
        return compiled.string, list(zip(*given))  # noqa: B905 - what is the same for every row has no end

    @cached_property
    def _compiled(self) -> SQLCompiler:
        compiled = self._by_row.compile(dialect=_SQLITE)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - as every statement about rows
        return compiled

    @cached_property
    def _processes(self) -> dict[str, Callable[[Any], object]]:
        """The columns of which SQLite knows no type, and how their values are written."""
        written = {name: kind.dialect_impl(_SQLITE).bind_processor(_SQLITE) for name, kind in self._columns.items()}
        return {name: process for name, process in written.items() if process}
