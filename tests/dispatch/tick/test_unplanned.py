"""Why nobody, in a rolling plan: the reason is true, and the change it names would have helped."""

from dataclasses import replace

import pytest

from dispatch.assemble import assemble
from dispatch.model import Bar, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.plan import Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.reasons import Unserved, WhyNot
from dispatch.solve import solve
from tests.dispatch.strategies import ZONE, id16

POLICY = DispatchPolicy(rolling=1, radius_m=5000, lookahead_s=600, horizon_s=900, max_deliveries=2)
COURIER = CourierView(id16(1), 0, 0, 1000, capacity=Load(3, 1000, 1000))
PICKUP = Stop(id16(9), Kind.PICKUP, 100, 0)
NEW = DeliveryView(PICKUP, replace(PICKUP, kind=Kind.DROPOFF, x_m=300))
HEAVY = Load(4, 1200, 10)


def left(courier: CourierView, new: DeliveryView, policy: DispatchPolicy = POLICY) -> Unassigned:
    plan = solve(assemble(ZONE, 0, [courier], [new]), policy, 1)
    assert not plan.assignments
    (one,) = plan.unassigned
    return one


def carrying(count: int) -> tuple[Stop, ...]:
    nothing = Load(0, 0, 0)
    return tuple(
        Stop(id16(20 + at), Kind.DROPOFF, 0, 0, service_s=30, demand=nothing) for at in range(count)
    )


@pytest.mark.parametrize(
    ("courier", "new", "expected"),
    [
        (COURIER, replace(NEW, pickup=replace(PICKUP, open_s=1000)),
         Unassigned(id16(9), Unserved.NOT_YET, amount=100)),
        (replace(COURIER, x_m=7300, speed_mm_s=50_000), NEW,
         Unassigned(id16(9), Unserved.TOO_FAR, 1, id16(1), 7200)),
        (replace(COURIER, ready_s=1000), NEW,
         Unassigned(id16(9), Unserved.TOO_LATE, 1, id16(1), 1100)),
        (replace(COURIER, shift_end_s=40), NEW,
         Unassigned(id16(9), Unserved.SHIFT_ENDS, 1, id16(1), 60)),
        (COURIER, DeliveryView(replace(PICKUP, demand=HEAVY), replace(NEW.dropoff, demand=HEAVY)),
         Unassigned(id16(9), Unserved.NO_CAPACITY, 1, id16(1), room=Load(1, 200, 0))),
        (replace(COURIER, stops=carrying(2)), NEW,
         Unassigned(id16(9), Unserved.ROUTE_FULL, 1)),
        (COURIER, replace(NEW, barred=(Bar(id16(1), WhyNot.BARRED_REFUSED),)),
         Unassigned(id16(9), Unserved.BARRED, 1)),
        (replace(COURIER, excluded=WhyNot.SILENT), NEW,
         Unassigned(id16(9), Unserved.EXCLUDED, 1)),
    ],
    ids=lambda one: one.reason.name if isinstance(one, Unassigned) else "",
)  # fmt: skip
def test_the_reason_is_named(courier: CourierView, new: DeliveryView, expected: Unassigned) -> None:
    assert left(courier, new) == expected


@pytest.mark.parametrize(
    ("courier", "helped"),
    [
        (replace(COURIER, ready_s=1000), lambda c, p, n: (c, replace(p, lookahead_s=n))),
        (
            replace(COURIER, shift_end_s=40),
            lambda c, p, n: (replace(c, shift_end_s=c.shift_end_s + n), p),
        ),
        (
            replace(COURIER, x_m=7300, speed_mm_s=50_000),
            lambda c, p, n: (c, replace(p, radius_m=n)),
        ),
    ],
    ids=["look-ahead", "overtime", "radius"],
)
def test_the_change_named_helps_and_less_does_not(courier: CourierView, helped: object) -> None:
    amount = left(courier, NEW).amount
    changed, policy = helped(courier, POLICY, amount)  # type: ignore[operator]
    assert solve(assemble(ZONE, 0, [changed], [NEW]), policy, 1).assignments
    changed, policy = helped(courier, POLICY, amount - 1)  # type: ignore[operator]
    assert not solve(assemble(ZONE, 0, [changed], [NEW]), policy, 1).assignments


def test_more_than_fit_leaves_one_who_is_taken() -> None:
    other = DeliveryView(*(replace(stop, delivery=id16(10)) for stop in (NEW.pickup, NEW.dropoff)))
    one_at_most = replace(POLICY, max_deliveries=1)
    plan = solve(assemble(ZONE, 0, [COURIER], [NEW, other]), one_at_most, 1)
    (one,) = plan.unassigned
    assert (one.reason, one.couriers) == (Unserved.TAKEN, 1)
    assert len(plan.assignments) == 1
