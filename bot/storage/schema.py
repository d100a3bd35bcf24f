"""The tables, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept as whole seconds since 1970 (UTC): small, and compares alike in every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (signature of SQLAlchemy)
        """Turn an aware datetime into a number."""
        return None if value is None else (value - EPOCH) // SECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (same)
        """Turn the number back into a datetime in UTC."""
        return None if value is None else EPOCH + timedelta(seconds=value)


BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit key. SQLite takes only its own word for it as the number of the row itself, which saves an index."""

TALLY = ("sent", "gone", "uncertain", "rejected", "skipped")
"""The outcomes after which a message of a broadcast is not tried again: each has a column that counts it."""

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

chats = sa.Table(
    "chats",
    metadata,
    sa.Column("chat_id", BIG_KEY, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("country", sa.String(2)),
    sa.Column("audience", sa.String(16)),
    sa.Column("age_band", sa.String(16)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("deactivated_at", Instant),
    sa.Column("reason", sa.String(64)),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column(
        "chat_id",
        BIG_KEY,
        sa.ForeignKey("chats.chat_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
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
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("last_date", sa.Date),
    sa.Column("next_due", Instant),
    sa.Column("next_date", sa.Date),
    # When a worker must look at the row: the due time, the end of a lease, or the next try. One index finds all three.
    sa.Column("wake_at", Instant, index=True),
    sa.Column("worker", sa.String(64)),
    sa.CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    sa.CheckConstraint("minute BETWEEN 0 AND 59", name="minute"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    # No foreign key: the ledger outlives a subscription for a while, and claims need no look at another table.
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("local_date", sa.Date, primary_key=True),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("worker", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(16)),
    sa.Column("tip_id", sa.String(48)),
    sa.Column("message_id", sa.BigInteger),
    sa.Column("recorded_at", Instant),
    # For the purge. An index on the local date would tempt PostgreSQL to look for claims by it. Rows come in the order
    # of time: there the index need only tell ranges of pages apart, and costs a claim next to nothing.
    sa.Index("ix_deliveries_due_at", "due_at", postgresql_using="brin"),
    sqlite_with_rowid=False,
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

updates = sa.Table(
    "updates",
    metadata,
    sa.Column("update_id", BIG_KEY, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False, index=True),
)

counts = sa.Table(
    "counts",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("language", sa.String(8), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("bot_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("file_id", sa.String(255), nullable=False),
    sqlite_with_rowid=False,
)

shown = sa.Table(
    "shown",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("version", sa.String(32), primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
    # For a correction: who saw this.
    sa.Index("ix_shown_item", "item", "version"),
    sqlite_with_rowid=False,
)

summaries = sa.Table(
    "summaries",
    metadata,
    sa.Column("chat_id", BIG_KEY, primary_key=True, autoincrement=False),
    sa.Column("due_at", Instant, nullable=False),
)

broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("broadcast_id", sa.String(16), primary_key=True),
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
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("ends_at", Instant),
    sa.Column("last_chat", sa.BigInteger),
    sa.Column("total", sa.Integer, nullable=False),
    *(sa.Column(outcome, sa.Integer, nullable=False) for outcome in TALLY),
    sa.Column("began_at", Instant),
    sa.Column("began_done", sa.Integer, nullable=False),
    sa.Column("author_message", sa.BigInteger),
    sa.Column("approver_message", sa.BigInteger),
    sa.Column("shown_at", Instant),
    sa.Column("shown_state", sa.String(16)),
)

broadcast_texts = sa.Table(
    "broadcast_texts",
    metadata,
    sa.Column(
        "broadcast_id",
        sa.String(16),
        sa.ForeignKey("broadcasts.broadcast_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("language", sa.String(2), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)

broadcast_deliveries = sa.Table(
    "broadcast_deliveries",
    metadata,
    sa.Column(
        "broadcast_id",
        sa.String(16),
        sa.ForeignKey("broadcasts.broadcast_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("canary", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("worker", sa.String(64)),
    sa.Column("outcome", sa.String(16)),
    # When a worker must look at the row: at once, at the end of a lease, at the next try. NULL: never again.
    sa.Column("wake_at", Instant),
    sa.Index("ix_broadcast_deliveries_wake_at", "broadcast_id", "canary", "wake_at"),
    sqlite_with_rowid=False,
)

PERSONAL = (broadcast_deliveries, summaries, shown, messages, deliveries, subscriptions, chats)
"""The tables that hold rows of a chat, children before parents."""
ALL = (broadcasts, broadcast_texts, *reversed(PERSONAL), updates, counts, pictures)
"""All tables, parents before children."""
