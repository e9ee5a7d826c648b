"""The bound of an insertion is one: nothing cheaper is ever found where waiting costs nothing."""

from dataclasses import replace

from hypothesis import given, settings

from dispatch.tick.board import NEVER
from dispatch.tick.bound import least_added
from dispatch.tick.placing import best_place
from dispatch.tick.roll import roll
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling

_ROUNDING = 10**9  # legs of whole minutes may break the triangle inequality by as much


@given(seeds, seeds)
@settings(max_examples=100)
def test_no_insertion_adds_less(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 5, 6), replace(rolling(knobs), waiting_weight=0)
    rolled = roll(problem, policy, 1)
    board, routes = rolled.board, rolled.routes
    coarse = board.step_ms.any()
    for courier in range(len(routes.size)):
        for delivery in range(len(routes.route_of)):
            if routes.route_of[delivery] == courier:
                continue
            if board.taken[courier] + routes.planned[courier] >= policy.max_deliveries:
                continue
            added, _, _, _ = best_place(board, routes, courier, delivery)
            least = least_added(board, routes, courier, delivery)
            if added < NEVER:
                assert least <= added + (_ROUNDING if coarse else 1_000_000)
