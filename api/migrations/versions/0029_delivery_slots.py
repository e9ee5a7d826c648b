"""Delivery slots with places, and the slot that an order takes one of.

Revision: 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "delivery_slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.Column("max_orders", sa.Integer(), nullable=False),
        sa.Column("current_orders", sa.Integer(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "current_orders >= 0 AND current_orders <= max_orders",
            name=op.f("ck_delivery_slots_places"),
        ),
        sa.CheckConstraint(
            "start_time < end_time OR end_time = '00:00'", name=op.f("ck_delivery_slots_hours")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_delivery_slots_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_slots")),
        sa.UniqueConstraint(
            "zone_id",
            "date",
            "start_time",
            name=op.f("uq_delivery_slots_zone_id_date_start_time"),
        ),
        comment="date and times are the wall clock's in the zone; 00:00 ends the day",
    )
    op.add_column("orders", sa.Column("slot_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_orders_slot_id"), "orders", "delivery_slots", ["slot_id"], ["id"]
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_column("orders", "slot_id")
    op.drop_table("delivery_slots")
