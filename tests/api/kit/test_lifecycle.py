"""State machines as tables: who may make which move, and what the others are told."""

from enum import StrEnum

import pytest

from api.kit.actor import SYSTEM, Actor, Role
from api.kit.errors import InvalidTransition
from api.kit.lifecycle import By, Lifecycle, capacity_of


class Light(StrEnum):
    """Statuses of the tests."""

    RED = "red"
    GREEN = "green"
    OFF = "off"


LIGHT = Lifecycle(
    "the light",
    {
        (Light.RED, Light.GREEN): frozenset({By.SYSTEM, By.OPERATOR}),
        (Light.RED, Light.OFF): frozenset({By.OPERATOR}),
    },
)


@pytest.mark.parametrize(
    ("old", "new", "by", "told"),
    [
        (
            Light.GREEN,
            Light.RED,
            By.OPERATOR,
            "green and cannot become red; possible now: nothing: it is final",
        ),
        (
            Light.RED,
            Light.OFF,
            By.SYSTEM,
            "red and cannot become off except by an operator; possible now: green",
        ),
        (Light.RED, Light.RED, By.OPERATOR, "possible now: green, off"),
        (
            Light.RED,
            Light.GREEN,
            By.CUSTOMER,
            "red and cannot become green except by an operator or the system; "
            "possible now: nothing for a customer",
        ),
    ],
)
def test_a_move_that_is_not_in_the_table_names_those_that_are(
    old: Light, new: Light, by: By, told: str
) -> None:
    with pytest.raises(InvalidTransition, match=told):
        LIGHT.advance(old, new, by)


def test_a_move_of_the_table_is_made() -> None:
    assert LIGHT.advance(Light.RED, Light.GREEN, By.SYSTEM) is Light.GREEN


def test_staff_act_as_operators_and_nobody_acts_as_the_system() -> None:
    capacities = {role: capacity_of(Actor(role=role)) for role in Role}
    own = {Role.CUSTOMER: By.CUSTOMER, Role.COURIER: By.COURIER, Role.VENDOR: By.VENDOR}
    assert capacities == {role: own.get(role, By.OPERATOR) for role in Role}
    assert capacity_of(SYSTEM) is By.SYSTEM
