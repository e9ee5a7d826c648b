"""Deliveries are found by when they were handed over.

Revision: 0017, after 0016.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_index("ix_deliveries_delivered_at", "deliveries", ["delivered_at"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_index("ix_deliveries_delivered_at", table_name="deliveries")
