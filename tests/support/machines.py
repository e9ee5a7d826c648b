"""State machines as tests see them: every move tried, by everybody."""

from enum import StrEnum
from itertools import product
from typing import TypeVar

from api.kit.errors import InvalidTransition
from api.kit.lifecycle import By, Lifecycle

# from, to, by whom: written down by hand from the specification's table `order_status`. A manager
# is staff and acts as an operator. The system prepares what its sender has ready (marked *).
ORDER_MOVES = {
    ("pending", "confirmed"): "system operator",
    ("pending", "cancelled"): "customer operator system",
    ("confirmed", "preparing"): "operator vendor system",  # *
    ("confirmed", "cancelled"): "customer operator vendor",
    ("preparing", "ready_for_delivery"): "operator vendor system",  # *
    ("preparing", "cancelled"): "operator vendor customer",
    ("ready_for_delivery", "in_delivery"): "courier system",
    ("ready_for_delivery", "delivered"): "operator",
    ("ready_for_delivery", "cancelled"): "operator",
    ("in_delivery", "delivered"): "courier system",
    ("in_delivery", "ready_for_delivery"): "system operator",
    ("in_delivery", "cancelled"): "operator",
    ("delivered", "active"): "system",
    ("delivered", "completed"): "system customer",
    ("delivered", "return_requested"): "customer",
    ("active", "return_requested"): "customer system",
    ("active", "returned"): "operator",
    ("return_requested", "active"): "customer operator",
    ("return_requested", "delivered"): "customer operator",
    ("return_requested", "returned"): "courier operator",
    ("returned", "completed"): "operator",
    ("returned", "refunded"): "system",
    ("completed", "refunded"): "operator",
    ("cancelled", "refunded"): "system",
}

A = {by: f"an {by}" if by is By.OPERATOR else f"a {by}" for by in By} | {By.SYSTEM: "the system"}
Status = TypeVar("Status", bound=StrEnum)


def moves_of(machine: Lifecycle[Status], statuses: type[Status], by: By) -> set[tuple[str, str]]:
    """Return every move that `by` can make; check what the others are told."""
    made: set[tuple[str, str]] = set()
    refused: dict[tuple[str, str], str] = {}
    for old, new in product(statuses, repeat=2):
        try:
            assert machine.advance(old, new, by) is new
        except InvalidTransition as error:
            refused[old, new] = error.message
        else:
            made.add((old.value, new.value))
    for (old_status, new_status), message in refused.items():
        possible = [new.value for new in statuses if (old_status, new.value) in made]
        told = message.partition("possible now: ")[2]
        final = not any(old is old_status for old, _new in machine.moves)
        nothing = ["nothing: it is final" if final else f"nothing for {A[by]}"]
        assert set(told.split(", ")) == set(possible or nothing), new_status
    return made
