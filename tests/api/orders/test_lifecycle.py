"""The order machine, move by move, against the table of the specification."""

import pytest

from api.kit.lifecycle import By
from api.orders.lifecycle import ORDER, OrderStatus
from tests.support.machines import ORDER_MOVES, moves_of


@pytest.mark.parametrize("by", By)
def test_an_order_moves_as_the_table_says(by: By) -> None:
    listed = {move for move, who in ORDER_MOVES.items() if by in who.split()}
    assert moves_of(ORDER, OrderStatus, by) == listed


def test_refunded_is_the_only_end_and_every_status_is_reached_from_the_start() -> None:
    assert {old for old in OrderStatus if not any(m[0] == old for m in ORDER_MOVES)} == {"refunded"}
    reached = {"pending"}
    for _ in OrderStatus:
        reached |= {new for old, new in ORDER_MOVES if old in reached}
    assert reached == set(OrderStatus)
