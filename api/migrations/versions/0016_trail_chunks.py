"""Trails of days past are packed.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "trail_chunks",
        sa.Column("courier_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("courier_id", "day", name=op.f("pk_trail_chunks")),
        comment="trails of days past, packed (`geo/chunk.py`): one row for a courier's day",
    )
    op.create_index("ix_trail_chunks_day", "trail_chunks", ["day"])
    # What is deflated already is not to be compressed again.
    op.execute("ALTER TABLE trail_chunks ALTER COLUMN packed SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("trail_chunks")
