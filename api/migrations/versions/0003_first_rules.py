"""What tables alone cannot say: an audit trail that only grows, order numbers, currencies.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# ISO 4217 minor units of the currencies that our markets and their neighbours use.
_DECIMALS = {
    "AED": 2,
    "BHD": 3,
    "CHF": 2,
    "CNY": 2,
    "EGP": 2,
    "EUR": 2,
    "GBP": 2,
    "IQD": 3,
    "JOD": 3,
    "JPY": 0,
    "KGS": 2,
    "KRW": 0,
    "KWD": 3,
    "KZT": 2,
    "OMR": 3,
    "PLN": 2,
    "QAR": 2,
    "SAR": 2,
    "TRY": 2,
    "USD": 2,
    "UZS": 2,
}

_REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""

_APPEND_ONLY = ("audit_logs", "delivery_events", "order_status_history")


def upgrade() -> None:
    """Go to this revision."""
    op.execute("CREATE SEQUENCE order_numbers START 100001")
    op.execute(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    currencies = sa.table("currencies", sa.column("code"), sa.column("decimals"))
    rows = [{"code": code, "decimals": decimals} for code, decimals in _DECIMALS.items()]
    op.bulk_insert(currencies, rows)


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("DELETE FROM currencies")
    for table in _APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change")
    op.execute("DROP SEQUENCE order_numbers")
