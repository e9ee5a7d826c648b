"""The promise to the customer, made before a courier is known, and when it is at risk."""

from dataclasses import dataclass
from enum import Enum

from dispatch.legs import leg_ms, up_to_s
from dispatch.policy import DispatchPolicy


class Risk(Enum):
    """How a promise stands."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class PromiseWindow:
    """From when to when the customer may expect the delivery, seconds relative to now."""

    start_s: int
    end_s: int


def expected_s(ready_s: int, direct_m: int, policy: DispatchPolicy) -> int:
    """Return when a delivery without a courier will be at the door, seconds from now.

    A courier comes while the goods are being prepared; if these are ready before anybody can
    be there, they wait. Raises ValueError for a negative distance.
    """
    if direct_m < 0:
        raise ValueError(f"direct_m must be 0 or more metres, not {direct_m}")
    ride_s = up_to_s(leg_ms(direct_m, 0, policy.promise_speed_mm_s))
    return max(ready_s, policy.promise_approach_s) + policy.promise_stop_s + ride_s


def promised(
    ready_s: int, direct_m: int, policy: DispatchPolicy, *, clock_s: int = 0
) -> PromiseWindow:
    """Return the window for a delivery ready in `ready_s` seconds, `direct_m` straight metres.

    `clock_s` is the time of day (or any other clock) at now: the ends are rounded outwards to
    full steps of that clock, so that people read round times.
    """
    door_s, step_s = clock_s + expected_s(ready_s, direct_m, policy), policy.promise_round_s
    start_s = (door_s - policy.promise_early_s) // step_s * step_s
    end_s = -(-(door_s + policy.promise_late_s) // step_s) * step_s
    return PromiseWindow(start_s - clock_s, end_s - clock_s)


def risk(end_s: int, eta_s: int, policy: DispatchPolicy) -> Risk:
    """Tell how a promise that ends in `end_s` seconds stands, given the ETA.

    While there is no courier, `expected_s` is the ETA.
    """
    if eta_s > end_s:
        return Risk.LATE
    return Risk.AT_RISK if end_s - eta_s < policy.risk_margin_s else Risk.ON_TIME
