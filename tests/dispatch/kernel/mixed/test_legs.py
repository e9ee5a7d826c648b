"""Legs: windows and breaks against their twins."""

from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.fleet_task import make_mixed
from dispatch.kernel.mixed import legs
from dispatch.kernel.mixed.task import MixedTask
from tests.dispatch.kernel.mixed.doors import door
from tests.dispatch.kernel.mixed.small_fleets import first_begin, random_fleet, seeds

action = door(legs.action)
last_begin = door(legs.last_begin)
leave_by = door(legs.leave_by)
may_pause = door(legs.may_pause)
next_begin = door(legs.next_begin)
price = door(legs.price)
step = door(legs.step)
travel = door(legs.travel)

WINDOWS = (10.0, 40.0), (60.0, 80.0)
OPENS, CLOSES = (np.array(side) for side in zip(*WINDOWS, strict=True))


@given(st.integers(0, 100), st.integers(0, 2))
def test_one_begins_in_the_next_window(time: int, count: int) -> None:
    wanted = first_begin([(10, 40), (60, 80)][:count], time)
    assert next_begin(count, OPENS, CLOSES, float(time)) == wanted


@given(st.integers(0, 100))
def test_the_latest_begin_is_the_last_moment_that_is_allowed(time: int) -> None:
    allowed = [
        moment for moment in range(time + 1) if first_begin([(10, 40), (60, 80)], moment) == moment
    ]
    assert last_begin(2, OPENS, CLOSES, float(time)) == max(allowed, default=-inf)


def task_with_breaks(seed: int) -> MixedTask:
    """Return a task whose first vehicle has breaks."""
    while not (problem := random_fleet(seed, breaks=2)).vehicles[0].breaks:
        seed += 1
    return make_mixed(problem)


@given(seeds, st.integers(0, 300), st.integers(1, 80))
def test_who_leaves_by_the_latest_time_arrives_in_time(seed: int, time: int, wait: int) -> None:
    task = task_with_breaks(seed)
    count = int(task.fleet.break_from[1])
    a, b, none = int(task.fleet.start[0]), 0, np.zeros(2, np.int64)
    length, stay = travel(task, 0, a, b), action(task, 0, a, b)
    target = np.zeros(count + 1)
    arrive = time + length + wait
    latest = leave_by(task, 0, length, none, arrive, 0, count)
    if latest < 0.0:
        return
    source = np.array([latest, *[inf] * count])
    task.nodes.windows[b] = 0
    step(task, 0, source, a, b, target)
    assert target[count] - stay <= arrive + 1e-9
    step(task, 0, source + 0.01, a, b, target)
    assert target[count] - stay > arrive - 1e-9


def test_setup_is_needed_only_at_a_new_place() -> None:
    task = make_mixed(random_fleet(1))
    task.nodes.place[:2] = 3
    kind = task.fleet.kind[0]
    assert action(task, 0, 0, 1) == task.nodes.service[kind, 1]
    task.nodes.place[1] = 4
    assert action(task, 0, 0, 1) == task.nodes.service[kind, 1] + task.nodes.setup[kind, 1]


def test_a_leg_costs_ways_metres_and_work() -> None:
    task = make_mixed(random_fleet(1))
    task.fleet.way_rate[0], task.fleet.metre_rate[0], task.fleet.work_rate[0] = 2.0, 0.5, 3.0
    wanted = 2.0 * task.nodes.way[0, 0, 1] + 0.5 * task.nodes.metres[0, 0, 1]
    assert abs(price(task, 0, 0, 1) - wanted - 3.0 * action(task, 0, 0, 1)) < 1e-9


def test_a_break_is_refused_with_too_much_on_board() -> None:
    task = task_with_breaks(1)
    task.breaks.most_load[0] = (2, 5)
    assert may_pause(task.breaks, 0, np.array([2, 5]))
    assert not may_pause(task.breaks, 0, np.array([2, 6]))
