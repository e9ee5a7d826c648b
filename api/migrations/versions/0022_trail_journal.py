"""Fixes are durable in a journal first; a courier's day may lie in several parts.

Revision: 0022, after 0018. Settle and pack everything before going back: parts are dropped then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KEY = "pk_trail_chunks"
_SAID = "trails of days past, packed (`geo/chunk.py`): one row for a courier's day"
_SAYS = "trails, packed (`geo/chunk.py`): part 0 is a courier's day, others wait to join it"


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "trail_journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_journal")),
        comment="fixes that are durable and have no place of their own yet: for a second or two",
    )
    # It is read once: deflating it would cost more than writing it.
    op.execute("ALTER TABLE trail_journal ALTER COLUMN packed SET STORAGE EXTERNAL")
    part = sa.Column("part", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    op.add_column("trail_chunks", part)
    op.alter_column("trail_chunks", "part", server_default=None)
    op.drop_constraint(_KEY, "trail_chunks", type_="primary")
    op.create_primary_key(_KEY, "trail_chunks", ["courier_id", "day", "part"])
    op.create_table_comment("trail_chunks", _SAYS, existing_comment=_SAID)


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("DELETE FROM trail_chunks WHERE part > 0")
    op.drop_constraint(_KEY, "trail_chunks", type_="primary")
    op.drop_column("trail_chunks", "part")
    op.create_primary_key(_KEY, "trail_chunks", ["courier_id", "day"])
    op.create_table_comment("trail_chunks", _SAID, existing_comment=_SAYS)
    op.drop_table("trail_journal")
