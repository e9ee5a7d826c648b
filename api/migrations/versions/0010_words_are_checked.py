"""Columns of words take their words only.

Revision: 0010, after 0009. The tables declared this from the beginning; no migration made it.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WORDS = (
    ("consents", "kind", "terms privacy marketing location"),
    ("couriers", "status", "offline online on_delivery on_break"),
    ("couriers", "vehicle_type", "motorcycle car bicycle on_foot"),
    ("couriers", "verification_status", "pending verified rejected"),
    (
        "deliveries",
        "failure_reason",
        "recipient_absent wrong_address refused damaged access vehicle other",
    ),
    (
        "deliveries",
        "status",
        "pending assigned_to_courier picked_up in_transit delivered failed returned cancelled",
    ),
    ("deliveries", "type", "outbound return_pickup"),
    ("delivery_offers", "source", "tick manual"),
    ("delivery_offers", "status", "offered accepted rejected expired withdrawn"),
    ("delivery_routes", "status", "draft planned in_progress completed cancelled"),
    ("one_time_codes", "purpose", "registration login login_link password_reset change_contact"),
    ("orders", "delivery_method", "delivery pickup"),
    ("orders", "kind", "sale rental mixed"),
    ("orders", "payment_method", "cash invoice"),
    (
        "orders",
        "payment_status",
        "pending processing completed failed cancelled partially_refunded refunded",
    ),
    (
        "orders",
        "status",
        "pending confirmed preparing ready_for_delivery in_delivery delivered active return_requested returned completed cancelled refunded",
    ),
    ("route_stops", "kind", "pickup dropoff"),
    (
        "users",
        "role",
        "customer courier vendor support operator manager location_admin admin super_admin service",
    ),
)


def upgrade() -> None:
    """Go to this revision."""
    for table, column, words in _WORDS:
        listed = ", ".join(f"'{word}'" for word in words.split())
        name = op.f(f"ck_{table}_{column}")
        op.create_check_constraint(name, table, f"{column} IN ({listed})")


def downgrade() -> None:
    """Go back to the one before."""
    for table, column, _words in _WORDS:
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
