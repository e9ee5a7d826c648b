"""When a courier is where: the forward pass over a route, plain and obvious."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.legs import leg_ms
from dispatch.model import NO_DUE, CourierView, Kind, Stop


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop in time, in milliseconds relative to the tick."""

    leg_ms: int
    arrive_ms: int
    begin_ms: int
    depart_ms: int
    late_ms: int
    setup_ms: int = 0

    @property
    def wait_ms(self) -> int:
        """How long the courier stands there before service may begin."""
        return self.begin_ms - self.arrive_ms - self.setup_ms


def schedule(courier: CourierView, stops: Sequence[Stop]) -> tuple[Visit, ...]:
    """Return the visits of the stops in this sequence, from where the courier is.

    The courier sets off when ready, never in the past; early arrival waits; late arrival is
    counted, not refused.
    """
    visits: list[Visit] = []
    x_m, y_m = courier.x_m, courier.y_m
    now_ms = max(0, courier.ready_s * 1000)
    for at, stop in enumerate(stops):
        if at and _joins(stops[at - 1], stop):
            travel_ms, setup_ms, arrive_ms = 0, 0, visits[-1].begin_ms
        else:
            travel_ms = _leg_ms(courier, stop.x_m - x_m, stop.y_m - y_m)
            setup_ms, arrive_ms = stop.setup_s * 1000, now_ms + travel_ms
        begin_ms = max(arrive_ms + setup_ms, stop.open_s * 1000)
        now_ms = begin_ms + stop.service_s * 1000
        late_ms = max(0, begin_ms - stop.due_s * 1000) if stop.due_s != NO_DUE else 0
        visits.append(Visit(travel_ms, arrive_ms, begin_ms, now_ms, late_ms, setup_ms))
        x_m, y_m = stop.x_m, stop.y_m
    return tuple(visits)


def _joins(before: Stop, stop: Stop) -> bool:
    """Tell whether a pickup is part of the visit that the pickup before it began."""
    both = before.kind == stop.kind == Kind.PICKUP and stop.setup_s > 0
    return both and (before.x_m, before.y_m) == (stop.x_m, stop.y_m)


def _leg_ms(courier: CourierView, dx_m: int, dy_m: int) -> int:
    step_ms = max(1, courier.leg_step_s * 1000)
    return -(-leg_ms(dx_m, dy_m, courier.speed_mm_s) // step_ms) * step_ms
