"""The answer in VROOM's format: summary, unassigned tasks, routes and their steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.optimize.case import Case, Half
from api.optimize.schema import Break, Task, Vehicle
from api.optimize.timeline import Moment, Route
from geo.point import Point
from geo.polyline import encode

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A route with its steps, and what is wrong with it as a whole."""

    route: Route
    moments: list[Moment]
    violations: list[Json]


@dataclass(frozen=True, slots=True)
class Times:
    """How long the parts of an answer took, in milliseconds."""

    loading: int
    solving: int
    routing: int


def answer(case: Case, told: Sequence[Told], times: Times, *, geometry: bool) -> Json:
    """Return the whole answer."""
    with_metres = geometry or any(of.route.ground.metres_given for of in told)
    routes = [_route(of, with_metres=with_metres, geometry=geometry) for of in told]
    done = {
        (moment.kind, moment.of.task.id)
        for of in told
        for moment in of.moments
        if isinstance(moment.of, Half)
    }
    left = [half for name, half in case.halves.items() if name not in done]
    summary = _summary(case, routes, len(left), with_metres=with_metres)
    summary["computing_times"] = {
        "loading": times.loading,
        "solving": times.solving,
        "routing": times.routing,
    }
    return {
        "code": 0,
        "summary": summary,
        "unassigned": [_unassigned(half) for half in left],
        "routes": routes,
    }


def _summary(case: Case, routes: list[Json], left: int, *, with_metres: bool) -> Json:
    names = ["cost", "setup", "service", "duration", "waiting_time", "priority"]
    names += ["distance"] if with_metres else []
    found: Json = {name: sum(route[name] for route in routes) for name in names}
    if case.dims:
        for name in ("delivery", "amount", "pickup"):
            found[name] = _sums((route[name] for route in routes), case.dims)
    found["routes"], found["unassigned"] = len(routes), left
    found["violations"] = merged(wrong for route in routes for wrong in route["violations"])
    return found


def _sums(amounts: Iterable[Sequence[int]], dims: int) -> list[int]:
    total = [0] * dims
    for amount in amounts:
        total = [a + b for a, b in zip(total, amount, strict=True)]
    return total


def merged(violations: Iterable[Json]) -> list[Json]:
    """Return each cause once; lead times and delays with the sum of their durations."""
    found: dict[str, Json] = {}
    for wrong in violations:
        one = found.setdefault(wrong["cause"], {"cause": wrong["cause"]})
        if "duration" in wrong:
            one["duration"] = one.get("duration", 0) + wrong["duration"]
    return list(found.values())


def _route(told: Told, *, with_metres: bool, geometry: bool) -> Json:
    route, moments, vehicle = told.route, told.moments, told.route.vehicle
    case = route.case
    found: Json = {
        "vehicle": vehicle.id,
        "cost": route.cost(moments),
        "setup": sum(moment.setup for moment in moments),
        "service": sum(moment.service for moment in moments),
        "duration": moments[-1].duration,
        "waiting_time": sum(moment.waiting for moment in moments),
        "priority": sum(_priority(case, moment) for moment in moments),
        "steps": [_step(route, moment, with_metres=with_metres) for moment in moments],
        "violations": told.violations,
    }
    if case.dims:
        found["delivery"] = found["amount"] = _moved(route, moments, down=True)
        found["pickup"] = _moved(route, moments, down=False)
    if with_metres:
        found["distance"] = moments[-1].distance
    if vehicle.description:
        found["description"] = vehicle.description
    if geometry:
        found["geometry"] = _geometry(vehicle, moments)
    return found


def _priority(case: Case, moment: Moment) -> int:
    if not isinstance(moment.of, Half):
        return 0
    if moment.of.kind == "job":
        return case.body.jobs[moment.of.item].priority
    return case.body.shipments[moment.of.item - len(case.body.jobs)].priority


def _moved(route: Route, moments: Sequence[Moment], *, down: bool) -> list[int]:
    """Return how much is delivered (or picked up) along a route."""
    case = route.case
    amounts = []
    for moment in moments:
        if not isinstance(moment.of, Half):
            continue
        if moment.of.kind == "job":
            job = case.body.jobs[moment.of.item]
            old = job.delivery is None and job.pickup is None
            delivered = job.amount if old else job.delivery
            amounts.append(case.amounts(delivered if down else job.pickup))
        elif moment.of.is_second is down:
            amount = case.body.shipments[moment.of.item - len(case.body.jobs)].amount
            amounts.append(case.amounts(amount))
    return _sums(amounts, case.dims)


def _step(route: Route, moment: Moment, *, with_metres: bool) -> Json:
    found: Json = {
        "type": moment.kind,
        "arrival": moment.arrival,
        "duration": moment.duration,
        "setup": moment.setup,
        "service": moment.service,
        "waiting_time": moment.waiting,
        "violations": moment.violations,
    }
    if isinstance(moment.of, Half):
        found["id"] = moment.of.task.id
        found |= _described(moment.of.task)
        if moment.kind == "job":
            found["job"] = moment.of.task.id
    elif isinstance(moment.of, Break):
        found["id"] = moment.of.id
        if moment.of.description:
            found["description"] = moment.of.description
    else:
        found |= _end(route, moment)
    if route.case.dims:
        found["load"] = moment.load
    if with_metres:
        found["distance"] = moment.distance
    return found


def _described(task: Task) -> Json:
    """Return what the caller sent that says which task it is."""
    found: Json = {}
    if task.description:
        found["description"] = task.description
    if task.location is not None:
        found["location"] = task.location[:2]
    if task.location_index is not None:
        found["location_index"] = task.location_index
    return found


def _end(route: Route, moment: Moment) -> Json:
    """Return the place of a start or end: the first or last task's where the vehicle has none."""
    vehicle, first = route.vehicle, moment.kind == "start"
    place = vehicle.start if first else vehicle.end
    index = vehicle.start_index if first else vehicle.end_index
    if place is None and index is None:
        tasks = [of.task for of in route.happenings if isinstance(of, Half)]
        if not tasks:
            return {}
        found = _described(tasks[0 if first else -1])
        found.pop("description", None)
        return found
    told: Json = {} if place is None else {"location": place[:2]}
    return told if index is None else {**told, "location_index": index}


def _geometry(vehicle: Vehicle, moments: Sequence[Moment]) -> str:
    """Return the places of a route as a polyline; between them we draw straight lines."""
    places = [moment.of.task.location for moment in moments if isinstance(moment.of, Half)]
    line = [place for place in (vehicle.start, *places, vehicle.end) if place is not None]
    return encode([Point(place[1], place[0]) for place in line])


def _unassigned(half: Half) -> Json:
    return {"id": half.task.id, "type": half.kind, **_described(half.task)}
