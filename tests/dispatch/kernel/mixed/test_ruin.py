"""Ruin takes whole items out and leaves pinned ones where they are."""

from hypothesis import given, settings

from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed import ruin as parts
from dispatch.kernel.mixed.anneal import anneal
from dispatch.kernel.mixed.search import start_mixed, stops_by_row
from tests.dispatch.kernel.mixed.doors import door
from tests.dispatch.kernel.mixed.small_fleets import random_fleet, seeds

ruin = door(parts.ruin)


@given(seeds)
@settings(max_examples=30)
def test_what_is_out_is_out_with_both_stops(seed: int) -> None:
    task = make_mixed(random_fleet(seed, 7, 3))
    search = start_mixed(task, [], chance(seed))
    anneal(task, search, 1, 0.0, 0.0, 0.0, 1.0)
    ruin(task, search, 4.0)
    routes = search.trial
    served = {int(task.nodes.item_of[node]) for nodes in stops_by_row(routes) for node in nodes}
    absent = set(routes.absent[: routes.absences[0]].tolist())
    assert served | absent == set(range(7))
    assert not served & absent
    weights = task.items.weight[sorted(absent)].sum()
    assert abs(routes.left[0] - weights) < 1e-9
    assert not search.marked.any()


def test_pinned_items_stay() -> None:
    task = make_mixed(random_fleet(2, 7, 3))
    search = start_mixed(task, [], chance(1))
    anneal(task, search, 1, 0.0, 0.0, 0.0, 1.0)
    task.items.pinned[:] = 1
    before = stops_by_row(search.trial)
    ruin(task, search, 4.0)
    assert stops_by_row(search.trial) == before
