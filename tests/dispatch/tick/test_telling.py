"""When a decision is due: as late as costs nothing, at once where somebody waits already."""

from dataclasses import replace

import pytest

from dispatch.assemble import assemble
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.plan import State
from dispatch.policy import DispatchPolicy
from dispatch.solve import solve
from tests.dispatch.strategies import ZONE, id16

POLICY = DispatchPolicy(rolling=1, offer_timeout_s=0, tick_s=10, ready_commit_s=0)
COURIER = CourierView(id16(1), 0, 0, 5000)


def decided(open_s: int, courier: CourierView = COURIER) -> tuple[State, int]:
    pickup = Stop(id16(3), Kind.PICKUP, 1000, 0, open_s=open_s, setup_s=30)
    view = DeliveryView(pickup, replace(pickup, kind=Kind.DROPOFF, x_m=2000))
    (one,) = solve(assemble(ZONE, 0, [courier], [view]), POLICY, 1).assignments
    return one.state, one.decide_by_s


@pytest.mark.parametrize(
    ("open_s", "state", "by_s"),
    [
        (0, State.COMMITTED, 0),
        (235, State.COMMITTED, 5),
        (240, State.HELD, 10),
        (500, State.HELD, 270),
    ],
)
def test_the_courier_sets_off_when_waiting_would_make_it_later(
    open_s: int, state: State, by_s: int
) -> None:
    # 200 s on the way, 30 s to set up.
    assert decided(open_s) == (state, by_s)


def test_behind_what_is_accepted_there_is_time_until_that_is_done() -> None:
    stop = Stop(id16(9), Kind.DROPOFF, 500, 0, service_s=60)
    busy = replace(COURIER, stops=(stop,), pinned=1, load=stop.demand)
    assert decided(0, busy) == (State.HELD, 160)


def test_of_two_orders_in_sequence_the_second_waits_for_the_first() -> None:
    views = []
    for at, x_m, open_s in ((3, 1000, 2000), (4, -4000, 0)):
        pickup = Stop(id16(at), Kind.PICKUP, x_m, 0, open_s=open_s)
        views.append(DeliveryView(pickup, replace(pickup, kind=Kind.DROPOFF, y_m=900)))
    plan = solve(assemble(ZONE, 0, [COURIER], views), POLICY, 1)
    states = {one.delivery: one.state for one in plan.assignments}
    assert states == {id16(4): State.COMMITTED, id16(3): State.HELD}
