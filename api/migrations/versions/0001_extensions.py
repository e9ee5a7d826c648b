"""The extensions we use: PostGIS for places, citext for e-mail addresses.

Revision: 0001, the first.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS citext")


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("DROP EXTENSION citext")
    op.execute("DROP EXTENSION postgis")
