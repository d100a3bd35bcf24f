"""Statements about many rows at once, in the way that each database does fastest.

Their text is the same for any number of rows, so that it is compiled and prepared once. Values become rows, and rows
values, in parts: between two of them the event loop may do something else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

Types = dict[str, TypeEngine[Any]]
"""The names and types of the values of one row."""
Value = Callable[[str], sa.ColumnElement[Any]]
"""Gives the value of one row by its name, for use inside the statement."""
Among = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]
"""Gives the condition that a column's value is one of the ids that the statement is about."""
Item = TypeVar("Item")

PART = 250
"""How many rows are made or read before something else gets its turn: two or three milliseconds' worth."""


async def in_parts(items: Sequence[Item]) -> AsyncIterator[Sequence[Item]]:
    """Yield parts of the items, and let others run in between."""
    for at in range(0, len(items), PART):
        if at:
            await asyncio.sleep(0)
        yield items[at : at + PART]


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


class Bulk:
    """One conditional UPDATE for many rows, written once and run once.

    `columns` are the names and types of a row's values; `build` writes the statement with them. PostgreSQL takes
    the rows as arrays, SQLite as one JSON text: a statement for each row would cost several times as much.
    """

    def __init__(self, columns: Types, build: Callable[[Value], sa.Update]) -> None:
        self._columns = columns
        arrays = (
            sa.func.unnest(*(sa.bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()))
            .table_valued(*(sa.column(name, kind) for name, kind in columns.items()), name="given")
            .render_derived()
        )
        self._by_array = build(lambda name: arrays.c[name])
        items = sa.func.json_each(sa.bindparam("rows", type_=sa.String())).table_valued("value", name="given")
        places = {name: f"$[{place}]" for place, name in enumerate(columns)}
        self._by_json = build(
            lambda name: sa.type_coerce(sa.func.json_extract(items.c.value, places[name]), columns[name])
        )

    async def execute(self, connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run the update for every row."""
        async for part in in_parts(rows):
            if connection.dialect.name == "sqlite":
                await connection.execute(self._by_json, {"rows": self._json(connection.dialect, part)})
            else:
                await connection.execute(self._by_array, {name: [row[name] for row in part] for name in self._columns})

    def _json(self, dialect: sa.Dialect, rows: Sequence[Mapping[str, object]]) -> str:
        values = []
        for name, kind in self._columns.items():
            process = kind.dialect_impl(dialect).bind_processor(dialect)
            column = [row[name] for row in rows]
            if process:  # there are few different days and moments among them
                known = {value: process(value) for value in set(column)}
                column = [known[value] for value in column]
            values.append(column)
        return json.dumps(list(zip(*values, strict=True)), separators=(",", ":"))
