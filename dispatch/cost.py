"""What an insertion costs, term by term, in whole milliseconds; the terms sum to the total."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.model import NO_DUE, CourierView, DeliveryView, Kind, Stop
from dispatch.policy import DispatchPolicy
from dispatch.schedule import Visit

_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Added:
    """What a new delivery adds to a route, unweighted milliseconds.

    `pickup_delay_ms` is how much longer goods wait once ready, the new ones from now on.
    `ride_ms` is the new delivery's time from pickup to dropoff, `detour_ms` the change of that
    time for the others. `late_ms` counts seconds past due; what is lost already does not count.
    """

    travel_ms: int
    waiting_ms: int
    pickup_delay_ms: int
    ride_ms: int
    detour_ms: int
    late_ms: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The weighted cost of one insertion; a gain is negative.

    `pay_ms` is what it is expected to add to pay, `change_ms` what changing the plan costs.
    """

    travel_ms: int
    waiting_ms: int
    pickup_delay_ms: int
    ride_ms: int
    detour_ms: int
    lateness_ms: int
    fairness_ms: int
    pay_ms: int = 0
    change_ms: int = 0

    @property
    def total_ms(self) -> int:
        """The sum of all terms."""
        return (
            self.travel_ms
            + self.waiting_ms
            + self.pickup_delay_ms
            + self.ride_ms
            + self.detour_ms
            + self.lateness_ms
            + self.fairness_ms
            + self.pay_ms
            + self.change_ms
        )


def price(added: Added, share: int, policy: DispatchPolicy) -> Terms:
    """Weigh what an insertion adds for a courier with this share of the work."""
    return Terms(
        travel_ms=added.travel_ms * policy.travel_weight // 1000,
        waiting_ms=added.waiting_ms * policy.waiting_weight // 1000,
        pickup_delay_ms=added.pickup_delay_ms * policy.pickup_delay_weight // 1000,
        ride_ms=added.ride_ms * policy.ride_weight // 1000,
        detour_ms=added.detour_ms * policy.detour_weight // 1000,
        lateness_ms=added.late_ms * policy.lateness_weight // 1000,
        fairness_ms=share * policy.fairness_weight // 1000,
    )


def share_of_work(done: int, ahead: int, shift_start_s: int) -> int:
    """Return thousandths of deliveries per hour of this shift, done and ahead together.

    The first hour counts as a whole one: nobody is rich for one early delivery.
    """
    return (done + ahead) * _HOUR_S * 1000 // max(_HOUR_S, -shift_start_s)


def courier_share(courier: CourierView) -> int:
    """Return the share of work of one courier."""
    ahead = sum(stop.kind == Kind.DROPOFF for stop in courier.stops)
    return share_of_work(courier.done, ahead, courier.shift_start_s)


def added(
    before: tuple[Sequence[Stop], Sequence[Visit]],
    after: tuple[Sequence[Stop], Sequence[Visit]],
    delivery: DeliveryView,
) -> Added:
    """Compare the (stops, visits) of a route without and with a new delivery."""
    old, new = _Sums.of(*before, new=None), _Sums.of(*after, new=delivery.id)
    begin_ms = {
        stop.kind: visit.begin_ms
        for stop, visit in zip(*after, strict=True)
        if stop.delivery == delivery.id
    }
    return Added(
        travel_ms=new.travel_ms - old.travel_ms,
        waiting_ms=new.waiting_ms - old.waiting_ms,
        pickup_delay_ms=new.pickup_begin_ms
        - old.pickup_begin_ms
        + begin_ms[Kind.PICKUP]
        - max(0, delivery.pickup.open_s * 1000),
        ride_ms=begin_ms[Kind.DROPOFF] - begin_ms[Kind.PICKUP],
        detour_ms=(new.dropoff_begin_ms - old.dropoff_begin_ms)
        - (new.pickup_begin_ms - old.pickup_begin_ms),
        late_ms=new.late_ms - old.late_ms,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    travel_ms: int
    waiting_ms: int
    pickup_begin_ms: int
    dropoff_begin_ms: int
    late_ms: int

    @classmethod
    def of(cls, stops: Sequence[Stop], visits: Sequence[Visit], new: bytes | None) -> "_Sums":
        # Begins of the new delivery are left out: pickup delay and detour of the others are
        # differences of the same stops.
        begins = {Kind.PICKUP: 0, Kind.DROPOFF: 0}
        for stop, visit in zip(stops, visits, strict=True):
            if stop.delivery != new:
                begins[stop.kind] += visit.begin_ms
        return cls(
            travel_ms=sum(visit.leg_ms for visit in visits),
            waiting_ms=sum(visit.wait_ms for visit in visits),
            pickup_begin_ms=begins[Kind.PICKUP],
            dropoff_begin_ms=begins[Kind.DROPOFF],
            late_ms=sum(map(_late_from_now_ms, stops, visits)),
        )


def _late_from_now_ms(stop: Stop, visit: Visit) -> int:
    if stop.due_s == NO_DUE:
        return 0
    return max(0, visit.begin_ms - max(0, stop.due_s * 1000))
