"""An independent check of a plan: slow, obvious, and sharing no code with what made it."""

from dispatch.errors import PlanError
from dispatch.feasibility import Rule, violations
from dispatch.legs import up_to_s
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.plan import Assignment, Plan
from dispatch.problem import Problem
from dispatch.schedule import schedule


def check(problem: Problem, plan: Plan) -> None:
    """Raise PlanError, naming delivery and courier, for a plan that must not be carried out.

    Each waiting delivery is decided once. Nobody gets anything while excluded or barred. What one
    courier gets stands in one sequence: the old one with pickups and dropoffs put in, in this
    order, behind what is pinned. It breaks no rule that the old one did not break, and the load
    fits wherever a new delivery is aboard. Its times are those of the schedule.
    """
    couriers = {view.id: view for view in map(problem.courier, range(len(problem.couriers)))}
    waiting = {view.id: view for view in map(problem.delivery, range(len(problem.waiting)))}
    decided = [one.delivery for one in plan.assignments] + [one.delivery for one in plan.unassigned]
    if sorted(decided) != sorted(waiting):
        raise PlanError("each waiting delivery must be decided exactly once, and no other")
    together: dict[bytes, list[Assignment]] = {}
    for one in plan.assignments:
        together.setdefault(one.courier, []).append(one)
    for id_, mine in together.items():
        wrong = _wrong(mine, couriers.get(id_), waiting)
        if wrong:
            raise PlanError(f"courier {id_.hex()}: {wrong}")


def _wrong(
    mine: list[Assignment], courier: CourierView | None, waiting: dict[bytes, DeliveryView]
) -> str | None:
    if courier is None:
        return "no such courier"
    if courier.excluded:
        return f"the courier is excluded: {courier.excluded.name}"
    stops = mine[0].stops
    for one in mine:
        bars = [
            bar.reason.name for bar in waiting[one.delivery].barred if bar.courier == one.courier
        ]
        if bars:
            return f"the courier is barred: {bars[0]}, for delivery {one.delivery.hex()}"
        if one.stops != stops:
            return "the courier has several sequences"
        if not courier.pinned <= one.pickup_at < one.dropoff_at < len(stops):
            return "the new stops are out of order, or inside what is pinned"
    return _wrong_route(mine, courier, waiting)


def _wrong_route(
    mine: list[Assignment], courier: CourierView, waiting: dict[bytes, DeliveryView]
) -> str | None:
    new: dict[int, Stop] = {}
    for one in mine:
        new[one.pickup_at] = waiting[one.delivery].pickup
        new[one.dropoff_at] = waiting[one.delivery].dropoff
    old = iter(courier.stops)
    stops: list[Stop] = []
    for at, planned in enumerate(mine[0].stops):
        stop = new[at] if at in new else next(old, None)
        if stop is None or (stop.delivery, stop.kind) != (planned.delivery, planned.kind):
            return f"stop {at} is not what the route had, nor a new pickup or dropoff"
        stops.append(stop)
    if next(old, None) is not None:
        return "a stop of the route is missing"
    return _wrong_in_time(mine, courier, stops)


def _wrong_in_time(mine: list[Assignment], courier: CourierView, stops: list[Stop]) -> str | None:
    visits = schedule(courier, stops)
    for at, (planned, visit) in enumerate(zip(mine[0].stops, visits, strict=True)):
        times = (up_to_s(visit.arrive_ms), up_to_s(visit.begin_ms), up_to_s(visit.late_ms))
        if (planned.arrive_s, planned.begin_s, planned.late_s) != times:
            return f"the times of stop {at} are not those of the schedule"
    before = violations(courier, courier.stops, schedule(courier, courier.stops))
    fresh = violations(courier, stops, visits) - before
    if fresh:
        first = min(fresh)
        return f"{first.rule.name} is newly broken at {first.kind.name} of {first.delivery.hex()}"
    if any(overloaded(courier, stops, one.pickup_at, one.dropoff_at) for one in mine):
        return f"{Rule.CAPACITY.name} is exceeded while the new delivery is aboard"
    return None


def overloaded(courier: CourierView, stops: list[Stop], pickup_at: int, dropoff_at: int) -> bool:
    """Tell whether more is aboard than fits, anywhere from the pickup to before the dropoff."""
    load = courier.load
    for at, stop in enumerate(stops[:dropoff_at]):
        load = load.plus(stop.demand) if stop.kind == Kind.PICKUP else load.minus(stop.demand)
        if at >= pickup_at and not load.within(courier.capacity):
            return True
    return False
