"""The forward pass of the kernel against the plain schedule."""

from hypothesis import given, settings

from dispatch.schedule import schedule
from dispatch.tick.roll import roll
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, cost_of, rolling


@given(seeds, seeds)
@settings(max_examples=100)
def test_times_and_costs_are_those_of_the_schedule(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 5, 7), rolling(knobs)
    rolled = roll(problem, policy, 1)
    board, routes, rows = rolled.board, rolled.routes, rolled.rows
    views = [problem.delivery(row) for row in rows.waiting.tolist()]
    for row in range(len(rows.couriers)):
        courier = problem.courier(int(rows.couriers[row]))
        old, stops = list(courier.stops), []
        for stop in routes.stop[row, 1 : routes.size[row] + 1].tolist():
            at = int(board.delivery[stop])
            if at < 0:
                stops.append(old.pop(0))
            else:
                stops.append(views[at].pickup if board.is_pickup[stop] else views[at].dropoff)
        for place, visit in enumerate(schedule(courier, stops), start=1):
            assert routes.arrive_ms[row, place] == visit.arrive_ms
            assert routes.begin_ms[row, place] == visit.begin_ms
            assert routes.depart_ms[row, place] == visit.depart_ms
        slow = cost_of(courier, stops, policy, {view.id for view in views})
        assert routes.prefix[row, routes.size[row]] == slow
