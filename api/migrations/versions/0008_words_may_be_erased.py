"""Words may be taken out of append-only tables while a person is erased.

Revision: 0008, after 0007.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{except_words}
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""

_EXCEPT_WORDS = """
    IF TG_OP = 'UPDATE' AND current_setting('hermod.erasing', true) = 'on'
        AND TG_TABLE_NAME IN ('delivery_events', 'order_status_history')
        AND to_jsonb(NEW) - '{comment,data}'::text[] = to_jsonb(OLD) - '{comment,data}'::text[]
    THEN
        RETURN NEW;
    END IF;
"""


def upgrade() -> None:
    """Go to this revision."""
    op.execute(_REFUSE.replace("{except_words}", _EXCEPT_WORDS))


def downgrade() -> None:
    """Go back to the one before."""
    op.execute(_REFUSE.replace("{except_words}", ""))
