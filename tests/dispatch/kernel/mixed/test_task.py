"""The arrays of a task have one row per node, item, vehicle and break."""

from dispatch.fleet_task import make_mixed
from tests.dispatch.kernel.mixed.small_fleets import random_fleet


def test_arrays_are_as_long_as_what_they_describe() -> None:
    problem = random_fleet(4, 6, 3, breaks=2)
    task = make_mixed(problem)
    nodes = len(task.nodes.place)
    assert task.nodes.time.shape == task.nodes.way.shape == (1, nodes, nodes)
    assert task.items.allowed.shape == (6, 3)
    assert task.fleet.capacity.shape == (3, 2)
    assert len(task.breaks.length) == task.fleet.break_from[-1]
