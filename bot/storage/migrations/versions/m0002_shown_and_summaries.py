"""What subscribed chats were shown, and which administrators want a weekly summary."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their indices."""
    op.create_table(
        "shown",
        sa.Column("chat_id", sa.BigInteger, autoincrement=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "item", "version", name="pk_shown"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shown_at", "shown", ["at"])
    op.create_index("ix_shown_item", "shown", ["item", "version"])
    op.create_table(
        "summaries",
        sa.Column("chat_id", BIG_KEY, autoincrement=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_summaries"),
    )
