"""The courier's machines, move by move, against the tables of the specification."""

import pytest

from api.couriers.lifecycle import COURIER, VERIFICATION, CourierStatus, Verification
from api.kit.lifecycle import By
from tests.support.machines import moves_of

# from, to, by whom: written down by hand from the specification's table `courier_status`.
MOVES = {
    ("offline", "online"): {"courier"},
    ("online", "offline"): {"courier", "system"},
    ("online", "on_delivery"): {"system"},
    ("online", "on_break"): {"courier"},
    ("on_break", "online"): {"courier"},
    ("on_break", "offline"): {"courier", "system"},
    ("on_delivery", "online"): {"system"},
    ("on_delivery", "offline"): {"system"},
}
# `courier_verification_status`; a manager is staff and acts as an operator.
CHECKS = {
    ("pending", "verified"): {"operator"},
    ("pending", "rejected"): {"operator"},
    ("rejected", "pending"): {"courier"},
    ("verified", "pending"): {"system"},
}


@pytest.mark.parametrize("by", By)
def test_a_courier_moves_as_the_table_says(by: By) -> None:
    listed = {move for move, who in MOVES.items() if by in who}
    assert moves_of(COURIER, CourierStatus, by) == listed


@pytest.mark.parametrize("by", By)
def test_papers_are_checked_as_the_table_says(by: By) -> None:
    listed = {move for move, who in CHECKS.items() if by in who}
    assert moves_of(VERIFICATION, Verification, by) == listed
