"""Updates of many rows, each with values of its own, in the way that each database does fastest."""

from __future__ import annotations

import json
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
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            await connection.execute(self._by_json, {"rows": self._json(connection.dialect, rows)})
        else:
            await connection.execute(self._by_array, {name: [row[name] for row in rows] for name in self._columns})

    def _json(self, dialect: sa.Dialect, rows: Sequence[Mapping[str, object]]) -> str:
        values = []
        for name, kind in self._columns.items():
            process = kind.dialect_impl(dialect).bind_processor(dialect)
            column = [row[name] for row in rows]
            values.append([process(value) for value in column] if process else column)
        return json.dumps(list(zip(*values, strict=True)), separators=(",", ":"))
