"""The key of trails serves reading by time too.

Revision: 0018, after 0017.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLE, _KEY = "courier_positions", "pk_courier_positions"


def upgrade() -> None:
    """Go to this revision."""
    op.drop_constraint(_KEY, _TABLE, type_="primary")
    op.create_primary_key(_KEY, _TABLE, ["courier_id", "ts", "epoch", "seq"])
    op.drop_index("ix_courier_positions_courier_id_ts", table_name=_TABLE)


def downgrade() -> None:
    """Go back to the one before."""
    op.create_index("ix_courier_positions_courier_id_ts", _TABLE, ["courier_id", "ts"])
    op.drop_constraint(_KEY, _TABLE, type_="primary")
    op.create_primary_key(_KEY, _TABLE, ["courier_id", "epoch", "seq", "ts"])
