"""Updates of many rows, each with values of its own, in the way that each database does fastest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

Types = dict[str, TypeEngine[Any]]
"""The names and types of the values of one row."""
Value = Callable[[str], sa.ColumnElement[Any]]
"""Gives the value of one row by its name, for use inside the statement."""


class Bulk:
    """One conditional UPDATE for many rows, written once.

    `columns` are the names and types of a row's values; `build` writes the statement with them. SQLite runs it
    row by row, which costs it nothing; PostgreSQL takes all rows as arrays and runs it once.
    """

    def __init__(self, columns: Types, build: Callable[[Value], sa.Update]) -> None:
        self._names = tuple(columns)
        self._by_row = build(lambda name: sa.bindparam(name, type_=columns[name]))
        rows = (
            sa.func.unnest(*(sa.bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()))
            .table_valued(*(sa.column(name, kind) for name, kind in columns.items()), name="given")
            .render_derived()
        )
        self._by_array = build(lambda name: rows.c[name])

    async def execute(self, connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run the update for every row."""
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            await connection.execute(self._by_row, [dict(row) for row in rows])
        else:
            await connection.execute(self._by_array, {name: [row[name] for row in rows] for name in self._names})
