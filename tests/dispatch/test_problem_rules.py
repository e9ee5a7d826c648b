"""What a problem refuses, one sentence each."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.assemble import assemble
from dispatch.errors import ProblemError
from dispatch.model import Bar, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.problem import Barred, Offsets
from dispatch.reasons import WhyNot
from tests.dispatch.strategies import ZONE, id16

PICKUP = Stop(id16(7), Kind.PICKUP, 0, 0)
DROPOFF = replace(PICKUP, kind=Kind.DROPOFF)
COURIER = CourierView(id16(1), 0, 0, 1000)
WAITING = DeliveryView(PICKUP, DROPOFF)


def with_stops(*stops: Stop, **changed: object) -> list[CourierView]:
    return [replace(COURIER, stops=stops, **changed)]  # type: ignore[arg-type]  # shorthand


@pytest.mark.parametrize(
    ("couriers", "waiting", "sentence"),
    [
        ([COURIER, COURIER], [], "is listed twice"),
        ([], [WAITING, WAITING], "is listed twice"),
        (with_stops(PICKUP, DROPOFF), [WAITING], "also elsewhere"),
        (with_stops(PICKUP), [], "has a pickup and no dropoff"),
        (with_stops(PICKUP, PICKUP, DROPOFF), [], "one pickup before one dropoff"),
        (with_stops(DROPOFF, PICKUP, load=Load(1, 0, 0)), [], "one pickup before one dropoff"),
        (with_stops(PICKUP, DROPOFF, DROPOFF), [], "one pickup before one dropoff"),
        (with_stops(PICKUP, replace(DROPOFF, demand=Load(2, 0, 0))), [], "same demand"),
        (with_stops(DROPOFF), [], "is less than what is aboard"),
        (with_stops(pinned=1), [], "more stops are pinned than there are"),
        ([replace(COURIER, excluded=WhyNot.TOO_FAR)], [], "excluded: 40 is none of the codes"),
        ([], [replace(WAITING, barred=(Bar(id16(1), WhyNot.SILENT),))], "reason: 1 is none of"),
        ([replace(COURIER, speed_mm_s=0)], [], "speed_mm_s, row 0: 0 is not between"),
        ([replace(COURIER, x_m=2**31)], [], "x_m, row 0"),
        ([replace(COURIER, x_m=1.5)], [], "x_m must hold whole numbers"),
        ([replace(COURIER, id=b"short")], [], "an id must be 16 bytes, not 5"),
        ([], [DeliveryView(PICKUP, replace(DROPOFF, delivery=id16(8)))], "the same delivery"),
    ],
)
def test_contradictions_are_refused_with_a_sentence(
    couriers: list[CourierView], waiting: list[DeliveryView], sentence: str
) -> None:
    with pytest.raises(ProblemError, match=sentence):
        assemble(ZONE, 0, couriers, waiting)


def test_a_delivery_on_two_routes_is_refused() -> None:
    other = replace(COURIER, id=id16(2), stops=(PICKUP, DROPOFF))
    with pytest.raises(ProblemError, match="also elsewhere"):
        assemble(ZONE, 0, [*with_stops(PICKUP, DROPOFF), other], [])


@pytest.mark.parametrize("at", [[0], [0, 2], [1, 1], [0, 0, 1]])
def test_offsets_must_cut_the_rows_into_runs(at: list[int]) -> None:
    problem = assemble(ZONE, 0, [COURIER], [])
    with pytest.raises(ProblemError, match="stop_offsets must rise from 0 to 0 in 2 steps"):
        replace(problem, stop_offsets=Offsets(np.array(at)))


def test_columns_of_a_group_are_equally_long() -> None:
    with pytest.raises(ProblemError, match="must be equally long"):
        Barred(np.zeros((2, 16), np.uint8), np.zeros(1, np.uint8))


def test_a_column_has_its_width() -> None:
    with pytest.raises(ProblemError, match="rows of 16"):
        Barred(np.zeros((1, 15), np.uint8), np.zeros(1, np.uint8))


def test_an_overloaded_route_that_a_person_made_is_accepted() -> None:
    over = with_stops(DROPOFF, load=Load(9, 0, 0), capacity=Load(1, 0, 0))
    assert len(assemble(ZONE, 0, over, []).stops) == 1
