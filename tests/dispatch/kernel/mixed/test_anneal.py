"""Annealing never gives up served weight, and the best never gets worse."""

from hypothesis import given, settings

from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed.anneal import all_sound as all_sound_part
from dispatch.kernel.mixed.anneal import anneal
from dispatch.kernel.mixed.search import start_mixed
from tests.dispatch.kernel.mixed.doors import door
from tests.dispatch.kernel.mixed.small_fleets import random_fleet, seeds

all_sound = door(all_sound_part)


@given(seeds)
@settings(max_examples=20)
def test_the_best_only_improves(seed: int) -> None:
    task = make_mixed(random_fleet(seed, 7, 2))
    search = start_mixed(task, [], chance(seed))
    before = float("inf"), float("inf")
    for _ in range(15):
        anneal(task, search, 2, 4.0, 0.05, 0.2, 100.0)
        found = float(search.best.left[0]), float(search.total[1])
        assert found <= (before[0], before[1] + 1e-9)
        before = found
        assert all_sound(task, search)
