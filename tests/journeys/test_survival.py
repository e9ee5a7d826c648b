"""Programs are killed in a living city: they come back, nothing is lost, nothing happens twice."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import wait_until
from tests.support.small_demo import COURIERS, SmallDemo, small_demo

PROGRAMS = (("api", "api"), ("api.realtime", "realtime"), ("jobs", "jobs"))

DELIVERED = "SELECT count(*) FROM orders WHERE status = 'delivered'"
FIXES = """
    SELECT (SELECT count(*) FROM courier_positions)
         + (SELECT coalesce(sum(fixes), 0) FROM trail_chunks)
"""
UNFINISHED = """
    SELECT count(*) FROM orders
    WHERE order_number = ANY ('{%s}') AND status NOT IN ('delivered', 'cancelled')
"""
DELIVERIES_TOO_MANY = """
    SELECT order_id FROM deliveries WHERE status <> 'cancelled' GROUP BY 1 HAVING count(*) > 1
"""
WINNERS_TOO_MANY = """
    SELECT delivery_id, generation FROM delivery_offers WHERE status = 'accepted'
    GROUP BY 1, 2 HAVING count(*) > 1
"""
CARRIERS_TOO_MANY = """
    SELECT delivery_id FROM delivery_events
    WHERE new_status IN ('picked_up', 'in_transit', 'delivered')
    GROUP BY 1 HAVING count(DISTINCT courier_id) > 1
"""
STEPS_TWICE = """
    SELECT delivery_id, new_status FROM delivery_events
    WHERE new_status IN ('picked_up', 'delivered') GROUP BY 1, 2 HAVING count(*) > 1
"""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[SmallDemo]:
    """Return a living city whose first orders have been delivered."""
    with small_demo(tmp_path) as running:
        running.wait_for("lives here", 180)
        wait_until(lambda: running.number(DELIVERED) >= 2, patience_s=240)
        yield running


@pytest.mark.city
@pytest.mark.timeout(900)
def test_killed_programs_come_back_and_no_order_is_lost_or_carried_twice(demo: SmallDemo) -> None:
    """`kill -9` of each program in turn; robots, phones and the queue go on by themselves."""
    placed_before = demo.rows("SELECT order_number FROM orders")
    for module, name in PROGRAMS:
        delivered, fixes = demo.number(DELIVERED), demo.number(FIXES)
        demo.kill(module, name)
        wait_until(lambda least=delivered: demo.number(DELIVERED) > least, patience_s=240)
        wait_until(lambda least=fixes: demo.number(FIXES) > least + 50, patience_s=240)

    unfinished = UNFINISHED % ",".join(placed_before)
    wait_until(lambda: demo.number(unfinished) == 0, patience_s=400)
    table = demo.end_city()
    seen = int(_figure(r"orders placed *│ *(\d+)", table))
    kept = demo.number("SELECT count(*) FROM orders")
    assert seen <= kept <= seen + COURIERS  # a robot may have left while its order was placed
    for question in (DELIVERIES_TOO_MANY, WINNERS_TOO_MANY, CARRIERS_TOO_MANY, STEPS_TWICE):
        assert demo.rows(question) == [], question
    assert _figure(r"fixes forgotten by phones *│ *(\d+)", table) == "0"
    assert int(_figure(r"reconnects *│ *\d+ / (\d+)", table)) >= COURIERS


def _figure(pattern: str, table: str) -> str:
    found = re.search(pattern, table)
    assert found is not None, table
    return found[1]
