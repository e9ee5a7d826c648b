"""Phone apps that report a courier's fixes.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "courier_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("courier_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["courier_id"], ["couriers.id"], name=op.f("fk_courier_devices_courier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_devices")),
        sa.UniqueConstraint("number", name=op.f("uq_courier_devices_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_courier_devices_token_hash")),
        comment="only the hash of a token is kept; `last_seq` numbers the fixes of a device",
    )
    op.create_index("ix_courier_devices_courier_id", "courier_devices", ["courier_id"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("courier_devices")
