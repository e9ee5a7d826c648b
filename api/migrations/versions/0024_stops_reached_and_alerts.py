"""A stop tells when its courier reached it; alerts.

Revision: 0024, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("route_stops", sa.Column("reached_at", sa.DateTime(timezone=True)))
    op.create_table_comment(
        "route_stops",
        "`reached_at` is what the courier's fixes say, `done_at` what the courier said",
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("courier_id", sa.Uuid(), nullable=True),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('stuck', 'off_route', 'at_risk', 'late')", name=op.f("ck_alerts_kind")
        ),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_alerts_courier_id")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_alerts_delivery_id")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_alerts_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "uq_alerts_delivery_id_kind_open",
        "alerts",
        ["delivery_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_alerts_ended_at", "alerts", ["ended_at"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("alerts")
    op.drop_table_comment("route_stops")
    op.drop_column("route_stops", "reached_at")
