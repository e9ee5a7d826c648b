"""Open orders are counted by customer, waiting deliveries found by when they are ready.

Revision: 0028, after 0018.
"""

from alembic import op
from sqlalchemy import text

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

_OPEN = "status IN ('pending', 'confirmed', 'preparing', 'ready_for_delivery', 'in_delivery')"


def upgrade() -> None:
    """Go to this revision."""
    op.create_index("ix_orders_user_id_open", "orders", ["user_id"], postgresql_where=text(_OPEN))
    op.create_index(
        "ix_deliveries_pending",
        "deliveries",
        ["ready_at"],
        postgresql_where=text("status = 'pending'"),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_index("ix_deliveries_pending", table_name="deliveries")
    op.drop_index("ix_orders_user_id_open", table_name="orders")
