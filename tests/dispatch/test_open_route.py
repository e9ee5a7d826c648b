"""Open routes: the same times and loads as the obvious schedule, sorted by id."""

from hypothesis import given

from dispatch.cost import courier_share
from dispatch.model import Kind
from dispatch.open_route import open_routes
from dispatch.problem import Problem
from dispatch.schedule import schedule
from tests.dispatch.strategies import problems


@given(problems)
def test_nodes_have_the_times_of_the_schedule(problem: Problem) -> None:
    for route in open_routes(problem):
        courier = problem.courier(route.row)
        visits = schedule(courier, courier.stops)
        assert route.id == courier.id
        assert route.arrive_ms[1:] == [visit.arrive_ms for visit in visits]
        assert route.begin_ms[1:] == [visit.begin_ms for visit in visits]
        assert route.depart_ms[1:] == [visit.depart_ms for visit in visits]
        assert route.leg_ms[1:] == [visit.leg_ms for visit in visits]
        assert route.share == courier_share(courier)


@given(problems)
def test_nodes_have_the_load_behind_them(problem: Problem) -> None:
    for route in open_routes(problem):
        courier = problem.courier(route.row)
        load = courier.load
        assert route.load[0] == load
        for stop, behind in zip(courier.stops, route.load[1:], strict=True):
            pickup = stop.kind == Kind.PICKUP
            load = load.plus(stop.demand) if pickup else load.minus(stop.demand)
            assert behind == load


@given(problems)
def test_routes_come_in_the_order_of_ids(problem: Problem) -> None:
    ids = [route.id for route in open_routes(problem)]
    assert ids == sorted(ids)
    assert len(ids) == len(problem.couriers)
