"""Who goes first when not all can be served: the price of leaving a delivery to a later tick."""

from dispatch.legs import leg_ms
from dispatch.open_delivery import OpenDelivery
from dispatch.policy import DispatchPolicy


def leave_ms(new: OpenDelivery, policy: DispatchPolicy) -> int:
    """Return what leaving a delivery costs, to be compared with the cost of serving it.

    A long ride is no reason to be left, for it costs the same later: so the direct ride counts,
    at the speed that promises assume. Having waited while it could have been picked up is a
    reason to be served. The price looks at the delivery alone: were it to depend on the pairs
    that happened to be priced, so would the plan.
    """
    dx_m, dy_m = new.dropoff_x_m - new.pickup_x_m, new.dropoff_y_m - new.pickup_y_m
    ride_ms = new.pickup_service_ms + leg_ms(dx_m, dy_m, policy.promise_speed_mm_s)
    waited_ms = min(new.age_s * 1000, -new.pickup_open_ms)
    return (ride_ms * policy.ride_weight + waited_ms * policy.urgency_weight) // 1000
