"""The arrays that kernels read say what the problem says."""

import numpy as np
from hypothesis import given

from dispatch.kernel.task import ORDERS, make_task
from tests.dispatch.kernel.small_tasks import random_problem, seeds, task_of


@given(seeds)
def test_a_task_says_what_the_problem_says(seed: int) -> None:
    problem = random_problem(seed)
    task = task_of(problem)
    assert (task.time_to_s == problem.travel_s.T).all()
    assert (task.cost_to == problem.cost.T).all()
    assert (task.demand[problem.dropoff] == -problem.demand).all()
    assert (task.delivery_of[problem.pickup] == np.arange(5)).all()
    assert (task.due_s >= problem.due_s).all()
    assert (task.due_s - problem.due_s < 1e-6).all()


def test_some_deliveries_only_are_numbered_anew() -> None:
    problem = random_problem(1)
    task = make_task(problem, np.array([3, 1], np.int32), vehicles_first=False)
    assert task.pickup.tolist() == problem.pickup[[3, 1]].tolist()
    assert task.delivery_of[problem.pickup[0]] == -1
    assert set(task.near[0].tolist()) == {*task.pickup.tolist(), *task.dropoff.tolist()}


@given(seeds)
def test_near_stops_come_nearest_first_and_begin_with_the_stop_itself(seed: int) -> None:
    task = task_of(random_problem(seed))
    for node in task.pickup.tolist():
        ways = task.cost[node, task.near[node]]
        assert task.near[node, 0] == node
        assert (np.diff(ways[1:]) >= 0).all()


@given(seeds)
def test_every_order_has_a_key_for_every_delivery(seed: int) -> None:
    task = task_of(random_problem(seed))
    assert task.keys.shape == (ORDERS, 5)
    assert np.isfinite(task.keys).all()


def test_where_vehicles_come_first_one_costs_more_than_all_ways() -> None:
    task = task_of(random_problem(1), vehicles_first=True)
    assert task.fixed > task.cost.max() * len(task.open_s)
    assert task_of(random_problem(1)).fixed == 0.0
