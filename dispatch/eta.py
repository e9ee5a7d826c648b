"""When a courier will be at each stop ahead, as things stand: it reports and never refuses."""

from dataclasses import dataclass

from dispatch.feasibility import Rule, violations
from dispatch.legs import up_to_s
from dispatch.model import CourierView, Kind
from dispatch.schedule import schedule


@dataclass(frozen=True, slots=True)
class StopEta:
    """A stop in time: seconds relative to now, rounded up, and the rules it would break."""

    delivery: bytes
    kind: Kind
    arrive_s: int
    begin_s: int
    depart_s: int
    late_s: int
    broken: tuple[Rule, ...]


def etas(courier: CourierView) -> tuple[StopEta, ...]:
    """Return the ETA of every stop ahead, in sequence, from where the courier is now.

    Times of the stops and of the courier are relative to now. Overload, a missed end of shift
    and a dropoff before its pickup are told per stop: a route that a person made stays a route.
    """
    visits = schedule(courier, courier.stops)
    broken = violations(courier, courier.stops, visits)
    return tuple(
        StopEta(
            delivery=stop.delivery,
            kind=stop.kind,
            arrive_s=up_to_s(visit.arrive_ms),
            begin_s=up_to_s(visit.begin_ms),
            depart_s=up_to_s(visit.depart_ms),
            late_s=up_to_s(visit.late_ms),
            broken=tuple(rule for rule in Rule if (rule, stop.delivery, stop.kind) in broken),
        )
        for stop, visit in zip(courier.stops, visits, strict=True)
    )
