"""Files and avatars; erased accounts are found by an index.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("driver", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("variants", postgresql.JSONB(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("driver IN ('local', 's3')", name=op.f("ck_files_driver")),
        sa.CheckConstraint("visibility IN ('public', 'private')", name=op.f("ck_files_visibility")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_files_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("key", name=op.f("uq_files_key")),
        comment="a row counts as deleted until its bytes are in the store (times are real time)",
    )
    op.create_index("ix_files_owner_id", "files", ["owner_id"])
    op.create_index(
        "ix_files_deleted_at",
        "files",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_users_deleted_at",
        "users",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.add_column("users", sa.Column("avatar_file_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_users_avatar_file_id"), "users", "files", ["avatar_file_id"], ["id"]
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_constraint(op.f("fk_users_avatar_file_id"), "users", type_="foreignkey")
    op.drop_column("users", "avatar_file_id")
    op.drop_index("ix_users_deleted_at", table_name="users")
    op.drop_table("files")
