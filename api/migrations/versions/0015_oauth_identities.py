"""Who people are at sign-in services.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "oauth_identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "provider IN ('google', 'apple', 'facebook')",
            name=op.f("ck_oauth_identities_provider"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_oauth_identities_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_identities")),
        comment="whom somebody is at a sign-in service",
    )
    op.create_index(
        "uq_oauth_identities_subject", "oauth_identities", ["provider", "subject"], unique=True
    )
    op.create_index("ix_oauth_identities_user_id", "oauth_identities", ["user_id"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("oauth_identities")
