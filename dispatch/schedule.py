"""When a courier is where: the forward pass over a route, plain and obvious."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.legs import leg_ms
from dispatch.model import NO_DUE, CourierView, Stop


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop in time, in milliseconds relative to the tick."""

    leg_ms: int
    arrive_ms: int
    begin_ms: int
    depart_ms: int
    late_ms: int

    @property
    def wait_ms(self) -> int:
        """How long the courier stands there before service may begin."""
        return self.begin_ms - self.arrive_ms


def schedule(courier: CourierView, stops: Sequence[Stop]) -> tuple[Visit, ...]:
    """Return the visits of the stops in this sequence, from where the courier is.

    The courier sets off when ready, never in the past; early arrival waits; late arrival is
    counted, not refused.
    """
    visits = []
    x_m, y_m = courier.x_m, courier.y_m
    now_ms = max(0, courier.ready_s * 1000)
    for stop in stops:
        travel_ms = leg_ms(stop.x_m - x_m, stop.y_m - y_m, courier.speed_mm_s)
        arrive_ms = now_ms + travel_ms
        begin_ms = max(arrive_ms, stop.open_s * 1000)
        now_ms = begin_ms + stop.service_s * 1000
        late_ms = max(0, begin_ms - stop.due_s * 1000) if stop.due_s != NO_DUE else 0
        visits.append(Visit(travel_ms, arrive_ms, begin_ms, now_ms, late_ms))
        x_m, y_m = stop.x_m, stop.y_m
    return tuple(visits)
