"""Tips come without pictures unless somebody asked for them, which nobody could before."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the pictures off all subscriptions."""
    op.execute("UPDATE subscriptions SET pictures = FALSE")
