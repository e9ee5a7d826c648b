"""The last responsible moment."""

from dataclasses import replace

from dispatch.assemble import assemble
from dispatch.commitment import commitment
from dispatch.insertion import Inserted, cheapest
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.open_delivery import open_deliveries
from dispatch.open_route import open_routes
from dispatch.plan import State
from dispatch.policy import DispatchPolicy
from tests.dispatch.strategies import ZONE, id16

POLICY = DispatchPolicy(offer_timeout_s=40, expected_offers=1500, tick_s=1, ready_commit_s=60)
COURIER = CourierView(id16(1), 0, 0, 1000)  # 100 s from the pickup
PICKUP = Stop(id16(2), Kind.PICKUP, 100, 0)


def decided(
    ready_s: int, courier: CourierView = COURIER, due_s: int = 99_999, policy: object = POLICY
) -> tuple[State, int]:
    assert isinstance(policy, DispatchPolicy)
    pickup = replace(PICKUP, open_s=ready_s)
    new = DeliveryView(pickup, replace(PICKUP, kind=Kind.DROPOFF, x_m=200, due_s=due_s))
    problem = assemble(ZONE, 0, [courier], [new])
    (delivery,) = open_deliveries(problem)
    inserted, _ = cheapest(open_routes(problem)[0], delivery, policy)
    assert isinstance(inserted, Inserted)
    return commitment(delivery, inserted, policy)


def test_it_is_held_while_waiting_costs_nothing() -> None:
    # Ready in 500 s, 100 s away, 60 s for offers: time to decide until 340 s from now.
    assert decided(500) == (State.HELD, 340_000)


def test_it_is_committed_in_the_last_tick_that_is_early_enough() -> None:
    assert decided(161) == (State.HELD, 1000)
    assert decided(160) == (State.COMMITTED, 0)


def test_a_longer_tick_commits_earlier() -> None:
    assert decided(219, policy=replace(POLICY, tick_s=60))[0] is State.COMMITTED
    assert decided(220, policy=replace(POLICY, tick_s=60))[0] is State.HELD


def test_a_ready_delivery_is_committed_at_once() -> None:
    assert decided(0)[0] is State.COMMITTED
    assert decided(-900)[0] is State.COMMITTED


def test_a_ready_delivery_waits_for_a_busy_courier_only_as_long_as_the_policy_says() -> None:
    busy = replace(COURIER, ready_s=300)
    assert decided(-900, busy)[0] is State.HELD
    assert decided(-900, busy, policy=replace(POLICY, ready_commit_s=300))[0] is State.COMMITTED


def test_a_passed_due_time_commits_though_the_goods_are_not_ready() -> None:
    policy = replace(POLICY, ready_commit_s=900)
    assert decided(900, due_s=-1, policy=policy)[0] is State.COMMITTED
    assert decided(900, due_s=0, policy=policy)[0] is State.HELD


def test_a_busy_courier_has_time_until_he_is_done() -> None:
    assert decided(0, replace(COURIER, ready_s=500)) == (State.HELD, 440_000)
