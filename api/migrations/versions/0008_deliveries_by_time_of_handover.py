"""Deliveries are found by when they were handed over.

Revision: 0008, after 0007.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_index("ix_deliveries_delivered_at", "deliveries", ["delivered_at"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_index("ix_deliveries_delivered_at", table_name="deliveries")
