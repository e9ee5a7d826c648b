"""Tails are swapped whole, and only where both routes hold."""

from hypothesis import given, settings

from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed import search, tails
from dispatch.kernel.mixed.anneal import anneal
from dispatch.kernel.mixed.search import start_mixed, stops_by_row
from tests.dispatch.kernel.mixed.doors import door
from tests.dispatch.kernel.mixed.small_fleets import random_fleet, seeds, try_route

settle = door(search.settle)
swap_tails = door(tails.swap_tails)


@given(seeds)
@settings(max_examples=40)
def test_swapped_routes_hold_and_serve_the_same(seed: int) -> None:
    problem = random_fleet(seed, 8, 3)
    task = make_mixed(problem)
    search = start_mixed(task, [], chance(seed))
    anneal(task, search, 1, 0.0, 0.0, 0.0, 1.0)
    items = task.items
    for _ in range(20):
        before = stops_by_row(search.now)
        if not swap_tails(task, search):
            settle(task, search, search.now, search.trial)
            assert stops_by_row(search.trial) == before
            continue
        after = stops_by_row(search.trial)
        assert sorted(sum(before, [])) == sorted(sum(after, []))  # noqa: RUF017  # small
        for row, nodes in enumerate(after):
            of = [int(task.nodes.item_of[node]) for node in nodes]
            steps = [(n, bool(items.first[n] != node)) for n, node in zip(of, nodes, strict=True)]
            tried = try_route(problem, row, steps)
            assert tried.holds
            assert abs(tried.cost - search.trial.cost[row]) < 1e-6
        settle(task, search, search.trial, search.now)
