"""The board says what the problem says, in the order of ids."""

from hypothesis import given, settings

from dispatch.cost import courier_share
from dispatch.model import Kind
from dispatch.tick.board import FIRST
from dispatch.tick.lay_out import lay_out, rows_of, shares_of
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling


@given(seeds, seeds)
@settings(max_examples=60)
def test_rows_are_sorted_and_stops_are_those_of_the_views(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 6, 6), rolling(knobs)
    rows = rows_of(problem, policy)
    assert rows.courier_ids == sorted(rows.courier_ids)
    assert rows.waiting_ids == sorted(rows.waiting_ids)
    board = lay_out(problem, policy, rows, rows.waiting * 0 - 1)
    first = int(board.knobs[FIRST])
    shares = shares_of(problem, rows)
    for at, row in enumerate(rows.couriers.tolist()):
        view = problem.courier(row)
        mine = range(int(rows.stops_from[at]), int(rows.stops_from[at + 1]))
        assert [(int(board.x_m[s]), int(board.y_m[s])) for s in mine] == [
            (stop.x_m, stop.y_m) for stop in view.stops
        ]
        assert shares[at] == courier_share(view)
        assert board.taken[at] == sum(stop.kind is Kind.DROPOFF for stop in view.stops)
    for at, row in enumerate(rows.waiting.tolist()):
        delivery = problem.delivery(row)
        assert delivery.pickup.open_s <= policy.horizon_s
        assert board.x_m[first + at] == delivery.pickup.x_m
        assert board.x_m[first + at + len(rows.waiting)] == delivery.dropoff.x_m
        assert board.setup_ms[first + at] == delivery.pickup.setup_s * 1000
