"""Fleet reduction says yes only when everything fits, and then the routes hold."""

from hypothesis import given, settings

from dispatch.kernel.fleet import missed, squeeze
from dispatch.kernel.judge import judge
from dispatch.kernel.search import stops_of
from tests.dispatch.kernel.small_tasks import random_problem, search_of, seeds, task_of


@given(seeds)
@settings(max_examples=50)
def test_yes_means_that_everything_fits(seed: int) -> None:
    problem = random_problem(seed, 8, vehicles=2)
    task = task_of(problem, vehicles_first=True)
    search = search_of(task, 2, seed)
    found = squeeze(task, search, 200, 5.0, 0.01, 1.0)
    assert found == (search.now.absences[0] == 0)
    verdict = judge(problem, stops_of(search.now), all_served=found)
    assert verdict.violations == ()
    if found:
        assert stops_of(search.best) == stops_of(search.now)


def test_two_routes_that_fit_into_one_become_one() -> None:
    problem = random_problem(1, 4, tight=0.0, dims=1)
    problem.capacity[:] = 100
    task = task_of(problem, vehicles_first=True)
    search = search_of(task, 1, 1)
    assert squeeze(task, search, 500, 5.0, 0.01, 1.0)


def test_deliveries_left_out_are_counted() -> None:
    task = task_of(random_problem(1, 4))
    search = search_of(task, 1, 1)
    search.memory.missed[:] = (2, 9, 1, 5)
    assert missed(search.memory, search.now) == 17
