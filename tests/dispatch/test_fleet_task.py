"""From a fleet problem to arrays: nodes, windows, groups, limits."""

from dataclasses import replace

from dispatch.fleet_problem import NO_LIMIT
from dispatch.fleet_task import make_mixed
from tests.dispatch.kernel.mixed.small_fleets import random_fleet


def test_stops_have_nodes_and_equal_ends_share_one() -> None:
    problem = random_fleet(3, 6, 3)
    task = make_mixed(problem)
    pairs = sum(item.second is not None for item in problem.items)
    ends = {place for of in problem.vehicles for place in (of.start, of.end)}
    assert len(task.nodes.place) == 6 + pairs + len(ends)
    assert (task.items.first != task.items.second).sum() == pairs
    for row, of in enumerate(problem.vehicles):
        assert task.nodes.place[task.fleet.start[row]] == (-1 if of.start is None else of.start)


def test_from_nowhere_it_is_no_way() -> None:
    problem = random_fleet(3)
    vehicles = tuple(replace(of, end=None) for of in problem.vehicles)
    task = make_mixed(replace(problem, vehicles=vehicles))
    end = task.fleet.end[0]
    assert not task.nodes.time[:, :, end].any()
    assert not task.nodes.way[:, end].any()


def test_vehicles_that_differ_in_nothing_are_of_one_group() -> None:
    problem = random_fleet(3)
    one = problem.vehicles[0]
    task = make_mixed(replace(problem, vehicles=(one, one, replace(one, fixed=7.0))))
    groups = task.fleet.group.tolist()
    assert groups[0] == groups[1] != groups[2]


def test_only_soft_windows_rides_and_loaded_breaks_need_care() -> None:
    problem = random_fleet(3, breaks=0)
    assert not make_mixed(problem).fleet.careful.any()
    assert make_mixed(random_fleet(3, breaks=0, soft=True)).fleet.careful.all()
    ride = replace(problem.items[0], ride_cs=50)
    assert make_mixed(replace(problem, items=(ride,))).fleet.careful.all()


def test_no_limit_is_a_number() -> None:
    problem = random_fleet(3)
    forever = replace(problem.vehicles[0], window=(0, 10**18))
    assert make_mixed(replace(problem, vehicles=(forever,))).fleet.closes[0] == NO_LIMIT
