"""Test keys; the audit trail names the client program; search by trigrams; shops are customers.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WRITTEN = "first_name || ' ' || last_name || ' ' || coalesce(phone, '') || ' ' || coalesce(email::text, '')"


def upgrade() -> None:
    """Go to this revision; every key so far is a live one."""
    op.add_column(
        "api_keys", sa.Column("is_test", sa.Boolean(), nullable=False, server_default="false")
    )
    op.alter_column("api_keys", "is_test", server_default=None)
    op.add_column("audit_logs", sa.Column("user_agent", sa.String(length=200), nullable=True))
    op.add_column("users", sa.Column("customer_kind", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_users_customer_kind"), "users", "customer_kind IN ('individual', 'shop')"
    )
    op.execute("UPDATE users SET customer_kind = 'individual' WHERE role = 'customer'")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        f"CREATE INDEX ix_users_search ON users USING gin (lower({_WRITTEN}) gin_trgm_ops) "
        "WHERE deleted_at IS NULL"
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_index("ix_users_search", table_name="users")
    op.execute("DROP EXTENSION pg_trgm")
    op.drop_column("users", "customer_kind")
    op.drop_column("audit_logs", "user_agent")
    op.drop_column("api_keys", "is_test")
