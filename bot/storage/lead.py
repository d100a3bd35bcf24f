"""Who of several replicas dispatches: one at a time, and another one soon after it died or froze."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.storage.engine import POSTGRES_SECONDS, Database, one_sentence

logger = logging.getLogger(__name__)

LOCK = 0x6C656164
"""The number of the advisory lock that the leader holds."""
LAPSE = timedelta(seconds=15)
"""After so long without a sign of life the server ends the leader's session, and with it the lock."""
BEAT = timedelta(seconds=4)
"""How often the leader gives a sign of life."""
TAKE = sa.text("SELECT pg_try_advisory_lock(:lock)")
_FAILURES = (SQLAlchemyError, OSError, TimeoutError)


class Lead:
    """The claim to be the one that dispatches, on a connection of its own.

    A session's advisory lock goes with the session: at once when the process dies. A frozen process would keep both for
    ever, because its kernel goes on answering for it; hence the server ends a session that says nothing for LAPSE.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine: AsyncEngine | None = None
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()
        self._beat: asyncio.Task[None] | None = None

    async def hold(self) -> bool:
        """Say whether this process leads now, and try to if nobody does. Raises StoreError."""
        if self._database.sqlite:
            return True
        async with self._turn:
            if self._beat is not None and await self._alive():
                return True
            with one_sentence(self._database.url):
                return await self._try()

    async def _try(self) -> bool:
        connection = self._connection or await self._connect()
        try:
            held = (await connection.execute(TAKE, {"lock": LOCK})).scalar() is True
        except _FAILURES:
            await self._drop()
            raise
        if held:
            logger.info("lead-taken")
            self._beat = asyncio.create_task(self._keep_alive())
        return held

    async def _connect(self) -> AsyncConnection:
        if self._engine is None:
            self._engine = create_async_engine(
                self._database.url,
                hide_parameters=True,
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
                connect_args={"command_timeout": POSTGRES_SECONDS, "timeout": POSTGRES_SECONDS},
            )
        self._connection = await self._engine.connect()
        milliseconds = LAPSE // timedelta(milliseconds=1)
        await self._connection.execute(sa.text(f"SET idle_session_timeout = {milliseconds}"))
        return self._connection

    async def _alive(self) -> bool:
        """Tell whether the session still stands; when the server ended it, the lead is lost."""
        try:
            assert self._connection is not None  # noqa: S101  (only a leader asks)
            await self._connection.execute(sa.text("SELECT 1"))
        except _FAILURES:
            logger.warning("lead-lost")
            await self._drop()
            return False
        return True

    async def _keep_alive(self) -> None:
        standing = True
        while standing:
            await asyncio.sleep(BEAT.total_seconds())
            async with self._turn:
                standing = await self._alive()

    async def _drop(self) -> None:
        if self._beat is not None and self._beat is not asyncio.current_task():
            self._beat.cancel()
        connection, self._connection, self._beat = self._connection, None, None
        if connection is not None:
            with suppress(*_FAILURES):
                await connection.invalidate()
            with suppress(*_FAILURES):
                await connection.close()

    async def close(self) -> None:
        """Give the lead up, so that another process has it at once."""
        async with self._turn:
            await self._drop()
        if self._engine is not None:
            await self._engine.dispose()
