"""The past, made in the database: many deliveries through the API, or two minutes, take long."""

from tests.support.cast import Cast

_ORDERS = """
INSERT INTO orders
SELECT (jsonb_populate_record(pattern, jsonb_build_object(
    'id', gen_random_uuid(), 'order_number', 'PAST' || n,
    'created_at', now() - interval '3 hours', 'promised_until', now() + interval '1 day'))).*
FROM orders AS pattern, generate_series(1, {count}) AS n
"""
_DELIVERIES = """
INSERT INTO deliveries
SELECT (jsonb_populate_record(pattern, jsonb_build_object(
    'id', gen_random_uuid(), 'order_id', o.id,
    'delivered_at', o.created_at + interval '150 minutes'))).*
FROM deliveries AS pattern, orders AS o
WHERE o.order_number LIKE 'PAST%'
"""


async def copy_delivered(cast: Cast, count: int) -> None:
    """Copy the only order, which is delivered: each 150 min from order to door, 30 min ago."""
    await cast.stack.rows(_ORDERS.format(count=count))
    await cast.stack.rows(_DELIVERIES)


async def age_journal(cast: Cast) -> None:
    """Let two minutes pass for the deliveries' journal, which is append-only otherwise."""
    await cast.stack.rows(
        """
        DO $$ BEGIN
            SET LOCAL session_replication_role = replica;
            UPDATE delivery_events SET at = at - interval '2 minutes';
        END $$
        """
    )
