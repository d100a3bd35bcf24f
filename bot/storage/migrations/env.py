"""Runs the migrations on the connection that `bot.storage.engine` hands over; there is no alembic.ini."""

from __future__ import annotations

from alembic import context

from bot.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # The caller owns the transaction, so that two starting processes upgrade one after the other.
    transactional_ddl=True,
)
context.run_migrations()
