"""The last responsible moment: offer an assignment now, or keep the freedom to change it."""

from dispatch.insertion import Inserted
from dispatch.open_delivery import OpenDelivery
from dispatch.plan import State
from dispatch.policy import DispatchPolicy


def commitment(new: OpenDelivery, inserted: Inserted, policy: DispatchPolicy) -> tuple[State, int]:
    """Return the state and until when, in milliseconds from now, deciding loses nothing.

    The courier must leave the stop before the pickup when done there, or later if the goods
    would not be ready on arrival. Offers take time (`policy.lead_ms`). Waiting until
    the next tick is refused once that would be too late, and when the goods are ready or a due
    time has passed: then somebody waits already.
    """
    leave_by_ms = max(inserted.leave_ms, new.pickup_open_ms - inserted.approach_ms)
    decide_by_ms = leave_by_ms - policy.lead_ms
    waits = new.pickup_open_ms <= 0 or new.due_past
    if waits and leave_by_ms <= policy.ready_commit_s * 1000:
        return State.COMMITTED, decide_by_ms
    if decide_by_ms < policy.tick_s * 1000:
        return State.COMMITTED, decide_by_ms
    return State.HELD, decide_by_ms
