"""Annealing: valid routes, never a worse best, the same seed the same answer."""

from hypothesis import given, settings

from dispatch.kernel.anneal import anneal
from dispatch.kernel.judge import judge
from dispatch.kernel.search import stops_of
from tests.dispatch.kernel.small_tasks import random_problem, search_of, seeds, task_of


@given(seeds)
@settings(max_examples=50)
def test_the_best_is_valid_and_its_cost_is_what_it_says(seed: int) -> None:
    problem = random_problem(seed, 8)
    task = task_of(problem)
    search = search_of(task, 3, seed)
    anneal(task, search, 200, 5.0, 0.01, 20.0, 0.1)
    verdict = judge(problem, stops_of(search.best), all_served=False)
    assert verdict.violations == ()
    assert abs(verdict.cost - search.total[1]) < 1e-6


@given(seeds)
@settings(max_examples=30)
def test_the_best_never_gets_worse(seed: int) -> None:
    task = task_of(random_problem(seed, 8))
    search = search_of(task, 3, seed)
    before = (9, 0.0)
    for _ in range(5):
        anneal(task, search, 20, 5.0, 0.01, 50.0, 50.0)
        after = (int(search.best.absences[0]), float(search.total[1]))
        assert after <= before
        before = after


def test_the_same_seed_gives_the_same_routes() -> None:
    task = task_of(random_problem(5, 12))
    searches = [search_of(task, 3, 7) for _ in range(2)]
    for search in searches:
        anneal(task, search, 500, 5.0, 0.01, 20.0, 0.1)
    assert stops_of(searches[0].best) == stops_of(searches[1].best)


def test_a_small_problem_is_solved_to_the_optimum() -> None:
    """Three deliveries on a line, one vehicle: there and back."""
    problem = random_problem(1, 3, tight=0.0, dims=1, vehicles=1)
    problem.capacity[:] = 100
    points = [0.0] * 8
    for place, node in enumerate([*problem.pickup, *problem.dropoff], start=1):
        points[int(node)] = float(place)
    for a in range(8):
        for b in range(8):
            problem.travel_s[a, b] = problem.cost[a, b] = abs(points[a] - points[b])
    task = task_of(problem)
    search = search_of(task, 1, 3)
    anneal(task, search, 300, 4.0, 0.01, 5.0, 0.1)
    assert search.total[1] == 12.0
