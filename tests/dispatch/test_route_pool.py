"""The pool chooses the cheapest routes that serve everybody once."""

from dispatch.kernel.anneal import anneal
from dispatch.kernel.search import Search, stops_of
from dispatch.kernel.task import Task
from dispatch.route_pool import RoutePool
from tests.dispatch.kernel.small_tasks import random_problem, search_of, task_of, walk


def searched(seed: int) -> tuple[Task, Search]:
    """Return a search that served everybody."""
    task = task_of(random_problem(seed, 6, tight=0.0, dims=1, vehicles=6))
    search = search_of(task, 6, seed)
    anneal(task, search, 1, 0.0, 0.0, 1.0, 1.0)
    return task, search


def cost(task: Task, stops: list[list[int]]) -> float:
    """Return what routes cost."""
    return sum(walk(task, nodes).cost + task.fixed for nodes in stops)


def served(stops: list[list[int]]) -> list[int]:
    """Return all nodes of some routes, sorted."""
    return sorted(node for nodes in stops for node in nodes)


def test_the_choice_serves_everybody_and_costs_no_more() -> None:
    for seed in range(8):
        task, search = searched(seed)
        pool = RoutePool(task)
        pool.add(search.now)
        start = stops_of(search.now)
        for _ in range(30):
            anneal(task, search, 5, 3.0, 0.1, 50.0, 50.0)
            pool.add(search.now)
        chosen = pool.choose(start)
        assert served(chosen) == served(start)
        assert cost(task, chosen) <= cost(task, start) + 1e-2
        assert all(walk(task, nodes).feasible for nodes in chosen)
        assert len(chosen) <= len(start)
        assert pool.choose(start) == chosen


def test_routes_that_the_pool_does_not_know_stay() -> None:
    task, search = searched(1)
    start = stops_of(search.now)
    assert RoutePool(task).choose(start) == start


def test_of_two_sequences_the_cheaper_one_is_kept() -> None:
    task, search = searched(2)
    pool = RoutePool(task)
    pool.add(search.now)
    before = len(pool)
    pool.add(search.now)
    assert len(pool) == before > 0
