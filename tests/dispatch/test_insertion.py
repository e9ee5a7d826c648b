"""Insertion against its twin: enumerate all pairs, schedule each, price each."""

from dataclasses import replace

from hypothesis import given

from dispatch.assemble import assemble
from dispatch.check import overloaded
from dispatch.cost import Added, added, courier_share, price
from dispatch.feasibility import violations
from dispatch.insertion import Inserted, cheapest
from dispatch.model import CourierView, DeliveryView, Kind, Load, Stop
from dispatch.open_delivery import open_deliveries
from dispatch.open_route import open_routes
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import WhyNot
from dispatch.schedule import schedule
from tests.dispatch.strategies import ZONE, Maker, id16, policies, problems, seeds

Found = tuple[int, int, int, Added]


def brute_force(courier: CourierView, new: DeliveryView, policy: DispatchPolicy) -> Found | None:
    """Return (total, pickup position, dropoff position, added) of the first cheapest pair."""
    before = schedule(courier, courier.stops)
    old = violations(courier, courier.stops, before)
    latest_ms = max(0, new.pickup.open_s * 1000) + policy.lookahead_s * 1000
    best: Found | None = None
    for pickup_at in range(courier.pinned, len(courier.stops) + 1):
        for dropoff_at in range(pickup_at + 1, len(courier.stops) + 2):
            stops = list(courier.stops)
            stops.insert(pickup_at, new.pickup)
            stops.insert(dropoff_at, new.dropoff)
            visits = schedule(courier, stops)
            if violations(courier, stops, visits) - old:
                continue
            if overloaded(courier, stops, pickup_at, dropoff_at):
                continue
            if visits[pickup_at].begin_ms > latest_ms:
                continue
            more = added((courier.stops, before), (stops, visits), new)
            total_ms = price(more, courier_share(courier), policy).total_ms
            if best is None or total_ms < best[0]:
                best = (total_ms, pickup_at, dropoff_at, more)
    return best


def pairs(problem: Problem) -> list[tuple[int, int]]:
    return [
        (courier, delivery)
        for courier in range(len(problem.couriers))
        for delivery in range(len(problem.waiting))
    ]


@given(problems, policies)
def test_the_cheapest_insertion_is_that_of_brute_force(
    problem: Problem, policy: DispatchPolicy
) -> None:
    routes = {route.row: route for route in open_routes(problem)}
    deliveries = {delivery.row: delivery for delivery in open_deliveries(problem)}
    for courier, delivery in pairs(problem):
        slow = brute_force(problem.courier(courier), problem.delivery(delivery), policy)
        fast, _ = cheapest(routes[courier], deliveries[delivery], policy)
        if isinstance(fast, Inserted):
            assert slow == (fast.total_ms, fast.pickup_at, fast.dropoff_at, fast.added)
        else:
            assert slow is None


@given(seeds, policies)
def test_long_routes_too(seed: int, policy: DispatchPolicy) -> None:
    maker = Maker(seed)
    courier = replace(maker.courier(8), capacity=Load(20, 100_000, 100_000), shift_end_s=30_000)
    problem = assemble(ZONE, 0, [courier], [maker.delivery([])])
    slow = brute_force(problem.courier(0), problem.delivery(0), policy)
    fast, _ = cheapest(open_routes(problem)[0], open_deliveries(problem)[0], policy)
    if isinstance(fast, Inserted):
        assert slow == (fast.total_ms, fast.pickup_at, fast.dropoff_at, fast.added)
    else:
        assert slow is None


def one(courier: CourierView, **pickup: int) -> Inserted | WhyNot:
    stop = Stop(id16(99), Kind.PICKUP, 0, 0, demand=Load(1, 0, 0))
    new = DeliveryView(replace(stop, **pickup), replace(stop, kind=Kind.DROPOFF, x_m=1000))
    problem = assemble(ZONE, 0, [courier], [new])
    return cheapest(open_routes(problem)[0], open_deliveries(problem)[0], DispatchPolicy())[0]


IDLE = CourierView(id16(1), 0, 0, 1000, capacity=Load(1, 1000, 1000))


def test_an_idle_courier_at_the_pickup_only_rides() -> None:
    inserted = one(IDLE)
    assert isinstance(inserted, Inserted)
    assert inserted.added == Added(1_000_000, 0, 0, 1_000_000, 0, 0)
    assert (inserted.pickup_at, inserted.dropoff_at) == (0, 1)


def test_a_full_courier_has_no_capacity() -> None:
    aboard = Stop(id16(5), Kind.DROPOFF, 0, 500, demand=Load(1, 0, 0))
    full = replace(IDLE, capacity=Load(1, 0, 0), load=Load(1, 0, 0), pinned=0, stops=(aboard,))
    inserted = one(full)
    assert isinstance(inserted, Inserted)
    assert inserted.pickup_at == 1
    assert one(replace(full, capacity=Load(0, 0, 0))) is WhyNot.NO_CAPACITY


def test_a_pickup_behind_the_end_of_the_shift_is_refused() -> None:
    assert one(replace(IDLE, shift_end_s=100), x_m=200) is WhyNot.SHIFT_ENDS
    assert isinstance(one(replace(IDLE, shift_end_s=100), x_m=100), Inserted)


def test_pushing_another_pickup_behind_the_end_of_the_shift_is_refused() -> None:
    pickup = Stop(id16(5), Kind.PICKUP, 90, 0, demand=Load(1, 0, 0))
    dropoff = replace(pickup, kind=Kind.DROPOFF)
    busy = replace(IDLE, capacity=Load(2, 0, 0), shift_end_s=100, stops=(pickup, dropoff))
    inserted = one(busy, x_m=-5, service_s=0)
    assert isinstance(inserted, Inserted)
    assert inserted.pickup_at == 0
    assert one(busy, x_m=-20) is WhyNot.SHIFT_ENDS


def test_a_courier_busy_beyond_the_look_ahead_is_too_late() -> None:
    limit_s = DispatchPolicy().lookahead_s
    assert isinstance(one(replace(IDLE, ready_s=limit_s)), Inserted)
    assert one(replace(IDLE, ready_s=limit_s + 1)) is WhyNot.TOO_LATE


def test_nothing_is_inserted_into_the_pinned_prefix() -> None:
    pickup = Stop(id16(5), Kind.PICKUP, 2000, 0, demand=Load(0, 0, 0))
    dropoff = replace(pickup, kind=Kind.DROPOFF, x_m=4000)
    inserted = one(replace(IDLE, pinned=2, shift_end_s=99_999, stops=(pickup, dropoff)))
    assert inserted is WhyNot.TOO_LATE
    near = (replace(pickup, x_m=5), replace(dropoff, x_m=5))
    inserted = one(replace(IDLE, pinned=2, stops=near))
    assert isinstance(inserted, Inserted)
    assert inserted.pickup_at == 2
