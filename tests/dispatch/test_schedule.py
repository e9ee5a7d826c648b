"""The forward pass: travel, waiting, service, lateness."""

from dataclasses import replace

from hypothesis import given

from dispatch.model import NO_DUE, CourierView, Kind, Stop
from dispatch.problem import Problem
from dispatch.schedule import Visit, schedule
from tests.dispatch.strategies import id16, problems

COURIER = CourierView(id16(1), 0, 0, 1000, ready_s=10)
STOP = Stop(id16(2), Kind.PICKUP, 30, 40, service_s=5)


def test_early_arrival_waits() -> None:
    (visit,) = schedule(COURIER, [replace(STOP, open_s=100)])
    assert visit == Visit(50_000, 60_000, 100_000, 105_000, 0)
    assert visit.wait_ms == 40_000


def test_late_arrival_is_counted() -> None:
    (visit,) = schedule(COURIER, [replace(STOP, due_s=45)])
    assert (visit.begin_ms, visit.late_ms) == (60_000, 15_000)


def test_a_stop_overdue_at_the_tick_is_late_by_all_of_it() -> None:
    (visit,) = schedule(COURIER, [replace(STOP, due_s=-40)])
    assert visit.late_ms == 100_000


def test_without_due_time_nothing_is_late() -> None:
    far = replace(STOP, x_m=30_000_000, due_s=NO_DUE)
    (visit,) = schedule(replace(COURIER, speed_mm_s=1), [far])
    assert visit.late_ms == 0


def test_a_courier_ready_in_the_past_sets_off_now() -> None:
    (visit,) = schedule(replace(COURIER, ready_s=-500), [STOP])
    assert visit.arrive_ms == 50_000


@given(problems)
def test_time_only_goes_on(problem: Problem) -> None:
    for row in range(len(problem.couriers)):
        courier = problem.courier(row)
        clock_ms = max(0, courier.ready_s * 1000)
        for stop, visit in zip(courier.stops, schedule(courier, courier.stops), strict=True):
            assert visit.arrive_ms == clock_ms + visit.leg_ms
            assert visit.begin_ms >= max(visit.arrive_ms, stop.open_s * 1000)
            assert visit.depart_ms == visit.begin_ms + stop.service_s * 1000
            clock_ms = visit.depart_ms
