"""Broadcasts of administrators: their texts, their people, and how far they have come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their indices."""
    op.create_table(
        "broadcasts",
        sa.Column("broadcast_id", sa.String(16), nullable=False),
        sa.Column("author", sa.BigInteger, nullable=False),
        sa.Column("approver", sa.BigInteger),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("correction", sa.Boolean, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("item", sa.String(64)),
        sa.Column("languages", sa.Text, nullable=False),
        sa.Column("countries", sa.Text, nullable=False),
        sa.Column("audiences", sa.Text, nullable=False),
        sa.Column("seen_item", sa.String(64)),
        sa.Column("seen_version", sa.String(32)),
        sa.Column("days", sa.SmallInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("last_chat", sa.BigInteger),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("gone", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("began_at", sa.BigInteger),
        sa.Column("began_done", sa.Integer, nullable=False),
        sa.Column("author_message", sa.BigInteger),
        sa.Column("approver_message", sa.BigInteger),
        sa.Column("shown_at", sa.BigInteger),
        sa.Column("shown_state", sa.String(16)),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_broadcasts"),
    )
    op.create_table(
        "broadcast_texts",
        sa.Column("broadcast_id", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", "language", name="pk_broadcast_texts"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.broadcast_id"],
            name="fk_broadcast_texts_broadcast_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "broadcast_deliveries",
        sa.Column("broadcast_id", sa.String(16), nullable=False),
        sa.Column("chat_id", sa.BigInteger, autoincrement=False),
        sa.Column("canary", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("wake_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("broadcast_id", "chat_id", name="pk_broadcast_deliveries"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.broadcast_id"],
            name="fk_broadcast_deliveries_broadcast_id",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_broadcast_deliveries_chat_id", "broadcast_deliveries", ["chat_id"])
    op.create_index("ix_broadcast_deliveries_wake_at", "broadcast_deliveries", ["broadcast_id", "canary", "wake_at"])
