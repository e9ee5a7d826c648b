"""Recreate against a twin that tries every vehicle and place, one item at a time."""

from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed import recreate as parts
from dispatch.kernel.mixed.recreate import MISSED
from dispatch.kernel.mixed.search import start_mixed, stops_by_row
from dispatch.kernel.mixed.task import ORDERS
from tests.dispatch.kernel.mixed.doors import door
from tests.dispatch.kernel.mixed.small_fleets import (
    Step,
    best_insertion,
    random_fleet,
    seeds,
    try_route,
)

recreate = door(parts.recreate)
sort_absent = door(parts.sort_absent)


@given(seeds, st.integers(1, ORDERS - 1))
@settings(max_examples=25)
def test_without_blinks_every_item_goes_where_it_costs_least(seed: int, order: int) -> None:
    problem = random_fleet(seed, 5, 2)
    task = make_mixed(problem)
    search = start_mixed(task, [], chance(seed))
    sort_absent(task, search, order)
    turn = search.trial.absent[:5].tolist()
    routes: list[list[Step]] = [[], []]
    for item in turn:
        tried = [best_insertion(problem, row, steps, item) for row, steps in enumerate(routes)]
        row = min((0, 1), key=lambda of, tried=tried: tried[of][0])  # type: ignore[misc]  # bound
        if tried[row][0] < inf:
            routes[row] = tried[row][1]
    wanted = sum(try_route(problem, row, steps).cost for row, steps in enumerate(routes))
    recreate(task, search, order, 0.0)
    assert abs(search.trial.cost.sum() - wanted) < 1e-6


def test_who_was_left_out_most_often_comes_first() -> None:
    task = make_mixed(random_fleet(1, 4))
    search = start_mixed(task, [], chance(1))
    search.missed[:] = (2, 9, 1, 5)
    sort_absent(task, search, MISSED)
    assert search.trial.absent.tolist() == [1, 3, 0, 2]
    assert stops_by_row(search.trial) == [[], []]
