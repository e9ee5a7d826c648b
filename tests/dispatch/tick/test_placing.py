"""Insertions of the rolling plan against trying every pair of places on the plain schedule."""

from hypothesis import given, settings

from dispatch.tick.board import NEVER
from dispatch.tick.placing import best_place
from dispatch.tick.roll import roll
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import best_by_trying, busy, rolling


@given(seeds, seeds)
@settings(max_examples=150)
def test_the_best_places_are_those_found_by_trying_all(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 4, 5), rolling(knobs)
    rolled = roll(problem, policy, 1)
    board, rows = rolled.board, rolled.rows
    views = [problem.delivery(row) for row in rows.waiting.tolist()]
    new = {view.id for view in views}
    for row in range(len(rows.couriers)):
        courier = problem.courier(int(rows.couriers[row]))
        old = list(courier.stops)
        stops = []
        for stop in rolled.routes.stop[row, 1 : rolled.routes.size[row] + 1].tolist():
            at = int(board.delivery[stop])
            is_pickup = board.is_pickup[stop]
            stops.append(
                (views[at].pickup if is_pickup else views[at].dropoff) if at >= 0 else old.pop(0)
            )
        for delivery, view in enumerate(views):
            if rolled.routes.route_of[delivery] == row:
                continue
            if board.taken[row] + rolled.routes.planned[row] >= policy.max_deliveries:
                continue
            cost, _, _, why = best_place(board, rolled.routes, row, delivery)
            planned = int(rolled.routes.planned[row])
            paid = int(board.pay[row, planned + 1] - board.pay[row, planned])
            home = int(board.home[delivery])
            moved = policy.change_s * 1_000_000 if home not in {-1, row} else 0
            slow = best_by_trying(courier, stops, view, policy, new)
            assert (cost == NEVER) == (slow is None) == (why != 0)
            if slow is not None:
                assert cost - paid - moved == slow
