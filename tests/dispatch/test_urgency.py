"""Urgency: waiting counts while pickup was possible, the ride cancels out."""

from dataclasses import replace

from dispatch.assemble import assemble
from dispatch.model import DeliveryView, Kind, Stop
from dispatch.open_delivery import OpenDelivery, open_deliveries
from dispatch.policy import DispatchPolicy
from dispatch.urgency import leave_ms
from tests.dispatch.strategies import ZONE, id16

POLICY = DispatchPolicy(ride_weight=1000, urgency_weight=3000, promise_speed_mm_s=4000)
PICKUP = Stop(id16(1), Kind.PICKUP, 0, 0, service_s=30)


def delivery(ready_s: int, age_s: int, far_m: int = 0) -> OpenDelivery:
    pickup = replace(PICKUP, open_s=ready_s)
    dropoff = replace(PICKUP, kind=Kind.DROPOFF, x_m=far_m)
    (new,) = open_deliveries(assemble(ZONE, 0, [], [DeliveryView(pickup, dropoff, age_s)]))
    return new


def test_it_is_the_direct_ride_and_the_time_waited() -> None:
    assert leave_ms(delivery(-60, 200, far_m=400), POLICY) == 30_000 + 100_000 + 180_000


def test_nobody_waited_longer_than_the_delivery_is_known() -> None:
    assert leave_ms(delivery(-600, 20), POLICY) == leave_ms(delivery(-20, 20), POLICY)


def test_what_is_not_ready_yet_is_the_less_urgent_the_later() -> None:
    known_long = 86_400
    prices = [leave_ms(delivery(ready_s, known_long), POLICY) for ready_s in (1500, 300, 0, -60)]
    assert prices == sorted(prices)
    assert len(set(prices)) == 4
