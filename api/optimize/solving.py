"""From the raw body to the answer: read, search or time given routes, tell. In its own process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from api.optimize.answer import Json, Times, Told, answer
from api.optimize.case import Case, read_case
from api.optimize.errors import TOO_LARGE, CannotOptimize, explained
from api.optimize.plan_mode import planned
from api.optimize.problem import breaks_of, problem_of
from api.optimize.schema import Body, Options
from api.optimize.timeline import Happening, Route, soonest
from api.optimize.travel import Ground, survey
from dispatch.errors import ProblemError
from dispatch.fleet_routing import FleetRoute, plan_fleet
from dispatch.routing import Budget
from geo.travel import DetourModel

_SMALL = 100
"""Fewer tasks get up to four times as many steps each: that is still well within a second."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The largest problem, and the longest search in seconds."""

    tasks: int
    vehicles: int
    seconds: float


def solve(raw: bytes, travel: DetourModel, allowed: Allowed, now_s: Callable[[], float]) -> Json:
    """Return the answer to a body; raise CannotOptimize where there is none."""
    began = now_s()
    body = parse(raw)
    options = body.options or Options()
    case = read_case(body)
    _check_size(case, allowed)
    loaded = now_s()
    ground = survey(case, travel, geometry=bool(options.g))
    routed = now_s()
    told = planned(case, ground) if options.c else _searched(case, ground, options, allowed, now_s)
    times = Times(*(round(1000 * s) for s in (loaded - began, now_s() - routed, routed - loaded)))
    return answer(case, told, times, geometry=bool(options.g))


def parse(raw: bytes) -> Body:
    """Return the body that `raw` spells; raise CannotOptimize for what it may not hold."""
    try:
        decoded: Any = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise CannotOptimize(f"Invalid JSON object in request: {error}") from error
    try:
        return Body.model_validate(decoded)
    except ValidationError as error:
        raise explained(error) from error


def _check_size(case: Case, allowed: Allowed) -> None:
    for count, most, name in (
        (len(case.halves), allowed.tasks, "locations"),
        (len(case.body.vehicles), allowed.vehicles, "vehicles"),
    ):
        if count > most:
            raise CannotOptimize(
                f"Too many {name} ({count}) in query, maximum is set to {most}",
                status=413,
                code=TOO_LARGE,
            )


def budget_of(case: Case, options: Options, most_s: float) -> Budget:
    """Return how long to search: by size and `x`, within `l` and what the installation allows.

    Within the seconds a budget of steps decides, so that the same body gets the same answer.
    """
    level = 5 if options.x is None else options.x
    seconds = most_s if options.l is None else min(most_s, options.l)
    tasks = len(case.halves)
    steps = round((level + 1) * (20 + 40 * tasks) * min(4.0, max(1.0, _SMALL / tasks)))
    return Budget(steps=steps, seconds=max(seconds, 0.001))


def _searched(
    case: Case, ground: Ground, options: Options, allowed: Allowed, now_s: Callable[[], float]
) -> list[Told]:
    problem = problem_of(case, ground)
    start = _given(case)
    budget = budget_of(case, options, allowed.seconds)
    try:
        plan = plan_fleet(problem, budget, 1, now_s, start=start)
    except ProblemError as error:
        raise CannotOptimize(f"{error}") from error
    told = []
    for vehicle, found in zip(case.body.vehicles, plan.routes, strict=True):
        if found.visits:
            route = Route(case, ground, vehicle, _happenings(case, breaks_of(vehicle), found))
            told.append(Told(route, route.moments(soonest(route, found.start_cs)), []))
    return told


def _happenings(case: Case, breaks: list[Any], found: FleetRoute) -> list[Happening]:
    """Return visits and breaks in the sequence in which they happen."""
    halves = {(half.item, half.is_second): half for half in case.halves.values()}
    happenings: list[Happening] = []
    taken = 0
    for visit in found.visits:
        happenings += breaks[taken : visit.breaks]
        taken = visit.breaks
        happenings.append(halves[visit.item, visit.is_second])
    return happenings + breaks[taken:]


def _given(case: Case) -> list[list[tuple[int, bool]]]:
    """Return the routes to begin with, if any vehicle has steps."""
    return [
        [
            (half.item, half.is_second)
            for step in vehicle.steps or ()
            if (half := case.halves.get((step.type, step.id or 0))) is not None
        ]
        for vehicle in case.body.vehicles
    ]
