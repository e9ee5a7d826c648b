"""Codes that reset a password or confirm another contact, and codes for contacts nobody has.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.alter_column("one_time_codes", "user_id", existing_type=sa.Uuid(), nullable=True)
    op.execute(
        "COMMENT ON TABLE one_time_codes IS 'only hashes are kept; without a user: "
        "nobody has the contact (times are real time)'"
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("DELETE FROM one_time_codes")
    op.execute("COMMENT ON TABLE one_time_codes IS 'only hashes are kept (times are real time)'")
    op.alter_column("one_time_codes", "user_id", existing_type=sa.Uuid(), nullable=False)
