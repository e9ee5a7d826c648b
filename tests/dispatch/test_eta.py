"""ETAs: as scheduled, with what is wrong, never refusing."""

from dataclasses import replace

from hypothesis import given

from dispatch.eta import etas
from dispatch.feasibility import Rule
from dispatch.legs import up_to_s
from dispatch.model import CourierView, Kind, Load, Stop
from dispatch.problem import Problem
from dispatch.schedule import schedule
from tests.dispatch.strategies import id16, problems

DROPOFF = Stop(id16(2), Kind.DROPOFF, 30, 40, due_s=20, service_s=60, demand=Load(2, 0, 0))
PICKUP = replace(DROPOFF, kind=Kind.PICKUP, due_s=99)
COURIER = CourierView(id16(1), 0, 0, 1001, capacity=Load(1, 0, 0), shift_end_s=0)


@given(problems)
def test_every_stop_has_its_eta(problem: Problem) -> None:
    for row in range(len(problem.couriers)):
        courier = problem.courier(row)
        told = etas(courier)
        assert [(one.delivery, one.kind) for one in told] == [
            (stop.delivery, stop.kind) for stop in courier.stops
        ]
        visits = schedule(courier, courier.stops)
        assert [one.depart_s for one in told] == [up_to_s(visit.depart_ms) for visit in visits]


def test_all_that_is_wrong_is_told_and_nothing_refused() -> None:
    backwards = replace(COURIER, load=Load(2, 0, 0), stops=(DROPOFF, PICKUP))
    first, second = etas(backwards)
    assert (first.arrive_s, first.begin_s, first.depart_s, first.late_s) == (50, 50, 110, 30)
    assert first.broken == ()
    assert second.broken == (Rule.CAPACITY, Rule.PRECEDENCE, Rule.SHIFT)


def test_without_stops_there_is_nothing_to_tell() -> None:
    assert etas(COURIER) == ()
