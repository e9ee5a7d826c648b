"""A refused try leaves no trace; an accepted one is where the search stands."""

from hypothesis import given

from dispatch.kernel.chance import chance
from dispatch.kernel.recreate import recreate
from dispatch.kernel.routes import Routes
from dispatch.kernel.ruin import ruin
from dispatch.kernel.search import Search, accept, change, keep_best, refuse, start_search, stops_of
from dispatch.kernel.task import Task
from tests.dispatch.kernel.small_tasks import (
    greedy_route,
    random_problem,
    search_of,
    seeds,
    task_of,
)


def try_once(seed: int) -> tuple[Task, Search]:
    """Return a search with a try under way."""
    task = task_of(random_problem(seed, 6))
    nodes, _ = greedy_route(task, seed)
    search = search_of(task, 3, seed, [nodes])
    ruin(task, search.trial, search.memory, 5.0, chance(seed))
    recreate(task, search.trial, search.memory, 0, 0.3, chance(seed))
    return task, search


def contents(routes: Routes) -> tuple[object, ...]:
    """Return all that two equal states have in common."""
    absent = sorted(routes.absent[: routes.absences[0]].tolist())
    return stops_of(routes), absent, routes.route_of.tolist(), routes.version.tolist()


@given(seeds)
def test_a_refused_try_leaves_no_trace(seed: int) -> None:
    task, search = try_once(seed)
    before = contents(search.now)
    refuse(task, search)
    assert contents(search.trial) == contents(search.now) == before
    assert search.memory.touched.sum() == 0


@given(seeds)
def test_an_accepted_try_is_where_the_search_stands(seed: int) -> None:
    task, search = try_once(seed)
    tried, before = contents(search.trial), search.now.cost.sum()
    more = change(search)
    accept(task, search)
    assert contents(search.now) == contents(search.trial) == tried
    assert abs(search.now.cost.sum() - before - more) < 1e-9


@given(seeds)
def test_the_best_is_a_copy_that_later_steps_do_not_change(seed: int) -> None:
    task, search = try_once(seed)
    accept(task, search)
    keep_best(search)
    kept = stops_of(search.best)
    assert kept == stops_of(search.now)
    ruin(task, search.trial, search.memory, 9.0, chance(seed))
    accept(task, search)
    assert stops_of(search.best) == kept


def test_counts_of_an_earlier_search_go_on() -> None:
    task = task_of(random_problem(1))
    first = search_of(task, 1, 1)
    first.memory.missed[2] = 7
    assert start_search(task, [], 1, chance(1), first.memory.missed).memory.missed[2] == 7
