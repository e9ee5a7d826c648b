"""The course of a search: what its phases hand to each other."""

from dispatch.route_search import Course, Tuning, without_weakest
from tests.dispatch.kernel.small_tasks import random_problem, search_of, task_of, walk


def test_the_route_whose_deliveries_were_left_out_least_is_taken_out() -> None:
    task = task_of(random_problem(1, 3))
    stops = [[int(task.pickup[row]), int(task.dropoff[row])] for row in range(3)]
    missed = search_of(task, 1, 1).memory.missed
    missed[:] = (5, 2, 9)
    assert without_weakest(stops, task, missed) == [stops[0], stops[2]]


def test_a_course_ends_when_its_budget_is_spent() -> None:
    task = task_of(random_problem(1, 8), vehicles_first=True)
    course = Course(task, 3, 1, lambda steps: steps / 1000, Tuning())
    routes = course.run(vehicles_first=True)
    assert 1000 <= course.steps < 1100
    assert all(walk(task, nodes).feasible for nodes in routes)


def test_a_budget_that_is_spent_at_once_still_gives_routes() -> None:
    task = task_of(random_problem(1, 4, tight=0.0), vehicles_first=True)
    assert Course(task, 3, 1, lambda _: 1.0, Tuning()).run(vehicles_first=True)


def test_several_rounds_with_a_pool_give_routes_that_hold() -> None:
    for seed in range(4):
        task = task_of(random_problem(seed, 8), vehicles_first=True)
        for first in (True, False):
            course = Course(task, 4, seed, lambda steps: steps / 3000, Tuning(rounds=3))
            routes = course.run(vehicles_first=first)
            assert all(walk(task, nodes).feasible for nodes in routes)
            served = {node for nodes in routes for node in nodes}
            assert len(served) == sum(map(len, routes))
