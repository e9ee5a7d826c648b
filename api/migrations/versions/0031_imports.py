"""Files of orders are imported; orders are called by a reference of their sender's.

Revision: 0031, after 0030.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("orders", sa.Column("external_reference", sa.String(length=100), nullable=True))
    op.create_index(
        "uq_orders_company_id_external_reference",
        "orders",
        ["company_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("external_reference IS NOT NULL AND company_id IS NOT NULL"),
    )
    op.create_index(
        "uq_orders_user_id_external_reference",
        "orders",
        ["user_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("external_reference IS NOT NULL AND company_id IS NULL"),
    )
    op.create_table(
        "import_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.String(length=100), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("scope", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("ok", sa.Integer(), nullable=False),
        sa.Column("existing", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("errors", postgresql.JSONB(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('orders')", name=op.f("ck_import_jobs_kind")),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_import_jobs_status")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_import_jobs_file_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_import_jobs_user_id")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_import_jobs_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_jobs")),
        comment="`scope`: the zones that the sender is kept to, null for all; `attempts` that broke",
    )
    op.create_index("ix_import_jobs_user_id", "import_jobs", ["user_id"])
    op.create_index("ix_import_jobs_file_id", "import_jobs", ["file_id"])
    op.create_index(
        "ix_import_jobs_open",
        "import_jobs",
        ["id"],
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("import_jobs")
    op.drop_index("uq_orders_user_id_external_reference", table_name="orders")
    op.drop_index("uq_orders_company_id_external_reference", table_name="orders")
    op.drop_column("orders", "external_reference")
