"""From when to when a delivery is expected, and how earlier ETAs fared.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BEFORE = (
    "`window_start` is set where the customer asked for it; `generation` grows each time "
    "the delivery goes back to pending"
)


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("deliveries", sa.Column("eta_from", sa.DateTime(timezone=True)))
    op.add_column("deliveries", sa.Column("eta_until", sa.DateTime(timezone=True)))
    op.create_table_comment(
        "deliveries", f"{BEFORE}; four of five come between `eta_from` and `eta_until`"
    )
    op.create_table(
        "eta_samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("aboard", sa.Boolean(), nullable=False),
        sa.Column("horizon", sa.SmallInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("eta_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_eta_samples_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eta_samples")),
        sa.UniqueConstraint(
            "delivery_id",
            "aboard",
            "horizon",
            name=op.f("uq_eta_samples_delivery_id_aboard_horizon"),
        ),
        comment="ETAs as they were worked out, to be compared with `deliveries.delivered_at`",
    )
    op.create_index(op.f("ix_eta_samples_told_at"), "eta_samples", ["told_at"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("eta_samples")
    op.create_table_comment("deliveries", BEFORE)
    op.drop_column("deliveries", "eta_until")
    op.drop_column("deliveries", "eta_from")
