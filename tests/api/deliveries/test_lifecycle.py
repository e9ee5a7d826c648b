"""The delivery machine, move by move, against the table of the specification."""

import pytest

from api.deliveries.lifecycle import ABOARD, DELIVERY, EXPECTED, OPEN, DeliveryStatus
from api.kit.lifecycle import By
from tests.support.machines import moves_of

# from, to, by whom: written down by hand from the specification's table `delivery_status`;
# that operators may say of what is picked up that it failed is decision 0032.
MOVES = {
    ("pending", "assigned_to_courier"): "courier operator system",
    ("pending", "cancelled"): "operator system",
    ("assigned_to_courier", "pending"): "operator courier system",
    ("assigned_to_courier", "picked_up"): "courier",
    ("assigned_to_courier", "cancelled"): "operator system",
    ("picked_up", "in_transit"): "courier system",
    ("picked_up", "failed"): "courier operator",
    ("picked_up", "delivered"): "courier",
    ("in_transit", "delivered"): "courier",
    ("in_transit", "failed"): "courier operator",
    ("failed", "in_transit"): "courier operator",
    ("failed", "returned"): "courier operator",
    ("returned", "pending"): "operator system",
}


@pytest.mark.parametrize("by", By)
def test_a_delivery_moves_as_the_table_says(by: By) -> None:
    listed = {move for move, who in MOVES.items() if by in who.split()}
    assert moves_of(DELIVERY, DeliveryStatus, by) == listed


def test_goods_come_aboard_at_the_pickup_and_leave_at_an_end() -> None:
    """Who has the goods follows from the moves: the sets must not say otherwise."""
    boarding = {new for old, new in MOVES if new in ABOARD and old not in ABOARD}
    leaving = {new for old, new in MOVES if old in ABOARD and new not in ABOARD}
    assert boarding == {"picked_up"}
    assert leaving == {"delivered", "returned"}
    waiting = OPEN - ABOARD
    assert waiting == {"assigned_to_courier"}
    not_expected = OPEN - EXPECTED
    assert not_expected == {"failed"}
