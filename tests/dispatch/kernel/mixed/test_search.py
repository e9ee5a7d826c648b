"""A search keeps its three states in step."""

from hypothesis import given, settings

from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed import search
from dispatch.kernel.mixed.anneal import anneal
from dispatch.kernel.mixed.search import start_mixed, stops_by_row
from tests.dispatch.kernel.mixed.doors import door
from tests.dispatch.kernel.mixed.small_fleets import random_fleet, seeds

change = door(search.change)


@given(seeds)
@settings(max_examples=20)
def test_between_steps_now_and_trial_are_equal_and_totals_true(seed: int) -> None:
    task = make_mixed(random_fleet(seed, 7, 3))
    search = start_mixed(task, [], chance(seed))
    for _ in range(20):
        anneal(task, search, 1, 3.0, 0.05, 0.3, 50.0)
        assert stops_by_row(search.now) == stops_by_row(search.trial)
        assert abs(search.now.cost.sum() - search.total[0]) < 1e-6
        assert abs(search.best.cost.sum() - search.total[1]) < 1e-6
        assert change(search) == 0.0
        assert search.now.route_of.tolist() == search.trial.route_of.tolist()
