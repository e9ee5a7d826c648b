"""What this installation tells dispatch: its policy, its travel times, its planes in metres."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from api.kit.resources import Key
from api.kit.work import Work
from api.settings import DispatchKind, Settings
from dispatch.explain import unassigned_text
from dispatch.plan import NOBODY, Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.promise import expected_s, promised
from dispatch.reasons import Unserved
from geo.travel import USUAL_PACES, DetourModel, Pace
from geo.vehicle import Vehicle

POLICY: Key[DispatchPolicy] = Key("dispatch policy")
TRAVEL: Key[DetourModel] = Key("travel times")


def policy_of(settings: Settings) -> DispatchPolicy:
    """Return the policy that the settings describe."""
    tick_s = max(1, round(settings.dispatch_tick_s * settings.clock_speed))
    return replace(
        DispatchPolicy(),
        offer_timeout_s=max(1, round(settings.offer_s)),
        rolling=int(settings.dispatch_policy is DispatchKind.ROLLING),
        tick_s=tick_s,
        guaranteed_per_hour=round(1000 * settings.dispatch_guaranteed_per_hour),
        promise_stop_s=2 * settings.dispatch_service_s,
    )


def shadow_of(settings: Settings) -> DispatchPolicy | None:
    """Return the policy that is tried beside the live one, None without; PolicyError if wrong."""
    if not settings.dispatch_shadow:
        return None
    knobs = settings.dispatch_shadow.replace(",", "\n").replace(" ", "")
    return DispatchPolicy.from_text(policy_of(settings).to_text() + knobs)


def travel_of(settings: Settings) -> DetourModel:
    """Return the travel times that the settings describe: by vehicle, or one pace for all."""
    paces = tuple(
        (
            vehicle,
            Pace(
                speed_mps=settings.travel_speed_mps or pace.speed_mps,
                detour=settings.travel_detour or pace.detour,
            ),
        )
        for vehicle, pace in USUAL_PACES
    )
    return DetourModel(paces)


def why_not_yet(work: Work, ready_at: datetime) -> str | None:
    """Return why nobody is sent yet for goods that are ready far ahead; None once they are near."""
    policy = work[POLICY]
    ahead_s = ceil((ready_at - work.now).total_seconds()) - policy.horizon_s
    if ahead_s <= 0:
        return None
    return unassigned_text(Unassigned(NOBODY, Unserved.NOT_YET, amount=ahead_s), policy)


def direct_seconds(work: Work, distance_m: float) -> int:
    """Return how long a car takes for a straight distance."""
    return work[TRAVEL].seconds(distance_m, Vehicle.CAR)


def just_in_time(work: Work, opens_at: datetime, distance_m: float) -> datetime:
    """Return when goods must be ready to be there as a window opens; now, if that has passed."""
    policy = work[POLICY]
    near_s = policy.promise_approach_s  # a courier needs so long in any case
    lead_s = expected_s(near_s, round(distance_m), policy) - near_s
    return max(work.now, opens_at - timedelta(seconds=lead_s))


def promised_window(work: Work, ready_at: datetime, distance_m: float) -> tuple[datetime, datetime]:
    """Return when we promise the delivery of an order ready at `ready_at`."""
    now = work.now.replace(microsecond=0)
    ready_s = max(0, round((ready_at - now).total_seconds()))
    window = promised(ready_s, round(distance_m), work[POLICY], clock_s=int(now.timestamp()))
    return now + timedelta(seconds=window.start_s), now + timedelta(seconds=window.end_s)
