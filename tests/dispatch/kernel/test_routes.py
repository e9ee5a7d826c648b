"""What follows from a sequence, against walking it step by step."""

from hypothesis import given

from dispatch.kernel.routes import copy_row, empty_routes, retime
from tests.dispatch.kernel.small_tasks import (
    greedy_route,
    random_problem,
    search_of,
    seeds,
    task_of,
    walk,
)


@given(seeds)
def test_times_loads_and_cost_are_those_of_a_walk(seed: int) -> None:
    task = task_of(random_problem(seed))
    nodes, _ = greedy_route(task, seed)
    routes, walked = search_of(task, 2, 1, [nodes]).now, walk(task, nodes)
    places = len(nodes) + 2
    assert routes.stop[0, :places].tolist() == list(walked.way)
    assert routes.leave_s[0, :places].tolist() == list(walked.leave_s)
    assert routes.load[0, :places].tolist() == [list(load) for load in walked.loads]
    assert abs(routes.cost[0] - (walked.cost if nodes else 0.0)) < 1e-9
    assert [routes.place_of[node] for node in nodes] == list(range(1, places - 1))


@given(seeds)
def test_the_latest_begin_still_holds_and_a_moment_later_does_not(seed: int) -> None:
    task = task_of(random_problem(seed))
    nodes, _ = greedy_route(task, seed)
    routes = search_of(task, 1, 1, [nodes]).now
    for place in range(1, len(nodes) + 2):
        latest = float(routes.latest_s[0, place])
        assert walk(task, nodes, held_at=place, held_s=latest - 1e-9).feasible
        assert not walk(task, nodes, held_at=place, held_s=latest + 1e-6).feasible


@given(seeds)
def test_equal_rows_have_equal_versions_and_others_do_not(seed: int) -> None:
    task = task_of(random_problem(seed))
    nodes, _ = greedy_route(task, seed)
    routes = search_of(task, 3, 1, [nodes, nodes]).now
    assert routes.version[0] == routes.version[1]
    assert (routes.version[0] == routes.version[2]) == (not nodes)


def test_a_vehicle_costs_only_when_it_drives() -> None:
    task = task_of(random_problem(3), vehicles_first=True)
    routes = search_of(task, 2, 1, [[int(task.pickup[0]), int(task.dropoff[0])]]).now
    assert routes.cost[0] > task.fixed
    assert routes.cost[1] == 0.0


@given(seeds)
def test_a_copied_row_equals_its_source(seed: int) -> None:
    task = task_of(random_problem(seed))
    nodes, _ = greedy_route(task, seed)
    source, target = search_of(task, 1, 1, [nodes]).now, empty_routes(task, 1)
    copy_row(source, target, 0)
    version = int(target.version[0])
    retime(task, target, 0)
    assert target.version[0] == version == source.version[0]
    assert target.cost[0] == source.cost[0]
    assert (target.latest_s[0, : len(nodes) + 2] == source.latest_s[0, : len(nodes) + 2]).all()


def test_routes_that_begin_differently_have_different_versions() -> None:
    task = task_of(random_problem(1, 6))
    routes = search_of(task, 2, 1).now
    for row, nodes in enumerate(([1, 7, 3], [6, 3])):
        routes.stop[row, 1 : len(nodes) + 2] = [*nodes, task.end]
        routes.size[row] = len(nodes)
        retime(task, routes, row)
    assert routes.version[0] != routes.version[1]
