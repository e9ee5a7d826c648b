"""Followers of an order: coarse before pickup, exact while carried, not too often, never stale."""

from uuid import UUID, uuid4

from geo import cells
from geo.point import Point, distance_m
from tests.tracking.gateways import HeardSockets, plan_of, position_of
from tracking.fleet import Fleet, LiveCourier
from tracking.followers import COARSE_RESOLUTION, Followers
from tracking.plans import Followed
from tracking.positions import Position

ANNA = UUID(int=1)


class Ride:
    """A courier whose orders are followed, each by its customer."""

    def __init__(self, *orders: Followed) -> None:
        self.fleet, self.sockets = Fleet(), HeardSockets()
        self.followers = Followers(self.sockets, 1.0)  # type: ignore[arg-type]
        self.followers.are_vouched = True
        self.carry(*orders)

    def carry(self, *orders: Followed) -> None:
        """Change what the courier carries."""
        self.fleet.apply(plan_of(ANNA, *orders))

    def at(self, now_s: float, seq: int, lat: float = 41.15) -> Position:
        """Move and tell."""
        position = position_of(ANNA, seq, lat=lat)
        self.fleet.move(self.courier, position)
        self.followers.tell(self.courier, now_s)
        return position

    def tick(self, now_s: float) -> None:
        """Let a tick pass."""
        self.followers.catch_up(self.fleet, now_s)

    @property
    def courier(self) -> LiveCourier:
        """Return the courier."""
        return self.fleet.couriers[ANNA]

    def heard(self, order: Followed) -> list[int]:
        """Return when the positions were fixed that followers of an order heard of."""
        inbox = self.sockets.inbox[f"order:{order.order_id}"]
        assert {event for event, _ in inbox} <= {"delivery:location"}
        assert all(shown["orderId"] == str(order.order_id) for _, (shown,) in inbox)
        return [shown["atMs"] for _, (shown,) in inbox]


def exact() -> Followed:
    """Return an order that is being carried."""
    return Followed(uuid4(), exact=True)


def test_the_exact_place_is_shown_while_the_goods_are_aboard() -> None:
    """With speed and heading, so that the page can draw on."""
    order = exact()
    ride = Ride(order)
    position = ride.at(0, 1)
    ((_event, (shown,)),) = ride.sockets.inbox[f"order:{order.order_id}"]
    assert shown == {
        "orderId": str(order.order_id),
        "latitude": round(position.lat, 6),
        "longitude": round(position.lng, 6),
        "headingDeg": 90.0,
        "speedMps": 5.0,
        "atMs": position.t_ms,
        "exact": True,
    }


def test_before_pickup_only_the_middle_of_a_cell_is_shown() -> None:
    """From two places of one cell nobody can tell which it was; no speed, no heading either."""
    order = Followed(uuid4(), exact=False)
    ride = Ride(order)
    first = ride.at(0, 1)
    ride.at(1.5, 2, lat=41.1501)
    (_, (one,)), (_, (two,)) = ride.sockets.inbox[f"order:{order.order_id}"]
    middle = cells.centre(cells.cell_of(Point(first.lat, first.lng), COARSE_RESOLUTION))
    for shown in (one, two):
        assert distance_m(Point(shown["latitude"], shown["longitude"]), middle) < 0.2
        assert (shown["headingDeg"], shown["speedMps"], shown["exact"]) == (None, None, False)


def test_positions_come_at_most_once_per_second_and_the_last_one_comes() -> None:
    """What was held back follows with a tick, so that a courier who stops is shown where."""
    order = exact()
    ride = Ride(order)
    told = [ride.at(0.0, 1), ride.at(0.4, 2), ride.at(0.8, 3)]
    ride.tick(0.9)
    assert ride.heard(order) == [told[0].t_ms]
    ride.tick(1.1)
    assert ride.heard(order) == [told[0].t_ms, told[2].t_ms]
    ride.tick(5.0)
    assert len(ride.heard(order)) == 2, "nothing new, nothing said"


def test_while_nobody_vouches_for_the_plans_nobody_is_shown() -> None:
    """The delivery may be over; where it is not, the newest position comes afterwards."""
    order = exact()
    ride = Ride(order)
    ride.followers.are_vouched = False
    last = [ride.at(0.0, 1), ride.at(2.0, 2)][-1]
    ride.tick(4.0)
    assert ride.heard(order) == []
    ride.followers.are_vouched = True
    ride.tick(5.0)
    assert ride.heard(order) == [last.t_ms]


def test_each_order_is_told_on_its_own() -> None:
    """A second order's followers do not wait for the first one's, nor hear the same thing twice."""
    one, two = exact(), exact()
    ride = Ride(one)
    first = ride.at(0.0, 1)
    ride.carry(one, two)
    second = ride.at(0.5, 2)
    assert ride.heard(two) == [second.t_ms]
    ride.tick(1.2)
    ride.tick(2.5)
    assert ride.heard(one) == [first.t_ms, second.t_ms]
    assert ride.heard(two) == [second.t_ms]


def test_after_the_delivery_nothing_is_sent_not_even_what_was_held_back() -> None:
    """The link shows no courier who carries other people's orders."""
    order = exact()
    ride = Ride(order)
    ride.at(0.0, 1)
    ride.at(0.5, 2)
    ride.carry()
    ride.tick(1.5)
    ride.at(2.0, 3)
    assert len(ride.heard(order)) == 1


def test_nothing_is_sent_of_a_courier_who_went_home_or_was_never_seen() -> None:
    """There is no position to show."""
    order = exact()
    ride = Ride(order)
    ride.followers.tell(ride.courier, 0.0)
    assert ride.heard(order) == []
    ride.at(1.0, 1)
    ride.at(1.5, 2)
    ride.fleet.off_shift(ANNA)
    ride.tick(9.0)
    assert len(ride.heard(order)) == 1


def test_orders_of_the_past_take_no_memory() -> None:
    """What nobody carries is forgotten."""
    orders = [exact() for _ in range(50)]
    ride = Ride(*orders)
    ride.at(0.0, 1)
    ride.followers.forget({orders[0].order_id})
    assert set(ride.followers._sent_at) == {orders[0].order_id}
