"""The first tables: chats, subscriptions, deliveries, messages, updates, counts, pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their indices."""
    op.create_table(
        "chats",
        sa.Column("chat_id", BIG_KEY, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("audience", sa.String(16)),
        sa.Column("age_band", sa.String(16)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("deactivated_at", sa.BigInteger),
        sa.Column("reason", sa.String(64)),
        sa.PrimaryKeyConstraint("chat_id", name="pk_chats"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("chat_id", BIG_KEY, autoincrement=False),
        sa.Column("hour", sa.SmallInteger, nullable=False),
        sa.Column("minute", sa.SmallInteger, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("days", sa.String(16), nullable=False),
        sa.Column("weekday", sa.SmallInteger),
        sa.Column("quiet_start", sa.SmallInteger),
        sa.Column("quiet_until", sa.SmallInteger),
        sa.Column("paused_until", sa.Date),
        sa.Column("pictures", sa.Boolean, nullable=False),
        sa.Column("excluded", sa.Text, nullable=False),
        sa.Column("sent", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("last_date", sa.Date),
        sa.Column("next_due", sa.BigInteger),
        sa.Column("next_date", sa.Date),
        sa.Column("wake_at", sa.BigInteger),
        sa.Column("worker", sa.String(64)),
        sa.PrimaryKeyConstraint("chat_id", name="pk_subscriptions"),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.chat_id"], name="fk_subscriptions_chat_id", ondelete="CASCADE"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="ck_subscriptions_hour"),
        sa.CheckConstraint("minute BETWEEN 0 AND 59", name="ck_subscriptions_minute"),
    )
    op.create_index("ix_subscriptions_wake_at", "subscriptions", ["wake_at"])
    op.create_table(
        "deliveries",
        sa.Column("chat_id", sa.BigInteger, autoincrement=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("tip_id", sa.String(48)),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("recorded_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("chat_id", "local_date", name="pk_deliveries"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"])
    op.create_table(
        "messages",
        sa.Column("chat_id", sa.BigInteger, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_messages"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_messages_at", "messages", ["at"])
    op.create_table(
        "updates",
        sa.Column("update_id", BIG_KEY, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("update_id", name="pk_updates"),
    )
    op.create_index("ix_updates_at", "updates", ["at"])
    op.create_table(
        "counts",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "key", "language", name="pk_counts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pictures",
        sa.Column("bot_id", sa.BigInteger, autoincrement=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("file_id", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "key", name="pk_pictures"),
        sqlite_with_rowid=False,
    )
