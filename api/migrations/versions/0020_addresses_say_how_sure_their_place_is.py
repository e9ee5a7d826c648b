"""Addresses say how sure their place is.

Revision: 0020, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision; places known so far were sent by the people themselves."""
    op.add_column(
        "addresses", sa.Column("geocode_status", sa.String(), nullable=False, server_default="ok")
    )
    op.alter_column("addresses", "geocode_status", server_default=None)
    op.create_check_constraint(
        op.f("ck_addresses_geocode_status"), "addresses", "geocode_status IN ('ok', 'ambiguous')"
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_column("addresses", "geocode_status")
