"""Costs: terms sum to totals, weights act on their own term, shares of work."""

from dataclasses import astuple, replace

from hypothesis import given
from hypothesis import strategies as st

from dispatch.cost import Added, Terms, added, courier_share, price, share_of_work
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.policy import DispatchPolicy
from dispatch.schedule import schedule
from tests.dispatch.strategies import id16, policies

amounts = st.integers(-(10**9), 10**9)


@given(st.builds(Added, *[amounts] * 6), st.integers(0, 10**7), policies)
def test_terms_sum_to_the_total(more: Added, share: int, policy: DispatchPolicy) -> None:
    terms = price(more, share, policy)
    assert terms.total_ms == sum(astuple(terms))


def test_a_weight_of_a_thousand_is_one_for_one() -> None:
    ones = DispatchPolicy(
        travel_weight=1000,
        waiting_weight=1000,
        pickup_delay_weight=1000,
        ride_weight=1000,
        detour_weight=1000,
        lateness_weight=1000,
        fairness_weight=1000,
    )
    assert price(Added(1, 2, 3, 4, 5, 6), 7, ones) == Terms(1, 2, 3, 4, 5, 6, 7)


def test_each_term_follows_its_own_weight() -> None:
    more, policy = Added(1000, 1000, 1000, 1000, 1000, 1000), DispatchPolicy()
    dear = price(more, 0, replace(policy, travel_weight=policy.travel_weight + 500))
    assert dear == replace(price(more, 0, policy), travel_ms=600)


def test_what_a_new_delivery_adds_to_a_route() -> None:
    pickup = Stop(id16(5), Kind.PICKUP, 100, 0, service_s=10)
    dropoff = Stop(id16(5), Kind.DROPOFF, 300, 0, due_s=310)
    courier = CourierView(id16(1), 0, 0, 1000, stops=(pickup, dropoff))
    new = Stop(id16(6), Kind.PICKUP, 100, 0, open_s=120, service_s=20)
    door = Stop(id16(6), Kind.DROPOFF, 200, 0, service_s=30)
    stops = (pickup, new, door, dropoff)
    before = (courier.stops, schedule(courier, courier.stops))
    more = added(before, (stops, schedule(courier, stops)), DeliveryView(new, door))
    # Old: at 100, away 110, at 310. New: away 110, waits to 120, away 140, 240, away 270, 370.
    assert more == Added(
        travel_ms=0,
        waiting_ms=10_000,
        pickup_delay_ms=0,
        ride_ms=120_000,
        detour_ms=60_000,
        late_ms=60_000,
    )


def test_what_is_lost_already_is_not_counted() -> None:
    courier = CourierView(id16(1), 0, 0, 1000)
    pickup = Stop(id16(6), Kind.PICKUP, 10, 0, open_s=-500)
    door = Stop(id16(6), Kind.DROPOFF, 10, 0, due_s=-300)
    stops = (pickup, door)
    more = added(((), ()), (stops, schedule(courier, stops)), DeliveryView(pickup, door))
    assert (more.pickup_delay_ms, more.late_ms) == (10_000, 10_000)


def test_the_share_of_work_is_per_hour_of_the_shift() -> None:
    assert share_of_work(done=3, ahead=1, shift_start_s=-7200) == 2000
    assert share_of_work(done=1, ahead=0, shift_start_s=-60) == 1000
    route = (Stop(id16(2), Kind.PICKUP, 0, 0), Stop(id16(2), Kind.DROPOFF, 0, 0))
    courier = CourierView(id16(1), 0, 0, 1000, shift_start_s=-7200, done=3, stops=route)
    assert courier_share(courier) == 2000
