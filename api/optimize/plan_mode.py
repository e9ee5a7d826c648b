"""Plan mode: the given routes are kept, times are chosen, and whatever does not hold is named."""

from collections.abc import Sequence

from api.optimize.answer import Json, Told, merged
from api.optimize.case import Case, Half
from api.optimize.errors import CannotOptimize
from api.optimize.problem import CS, windows_cs
from api.optimize.schema import Break, Step, Vehicle
from api.optimize.timeline import Course, Happening, Moment, Route
from api.optimize.travel import Ground
from dispatch.errors import ProblemError
from dispatch.fixed_route import Call, FixedTimes, fixed_times
from dispatch.fleet_problem import NO_LIMIT, Window


def planned(case: Case, ground: Ground) -> list[Told]:
    """Return the given routes with their times; raise CannotOptimize where no times fit."""
    told = []
    for vehicle in case.body.vehicles:
        steps = [step for step in vehicle.steps or () if step.type not in {"start", "end"}]
        if not steps:
            continue
        route = Route(case, ground, vehicle, [_happening(case, vehicle, step) for step in steps])
        try:
            times = _times(route, vehicle, steps)
        except ProblemError as error:
            raise CannotOptimize(f"Infeasible route for vehicle {vehicle.id}: {error}") from error
        course = Course(times.start_cs, times.travel_cs, times.begin_cs, times.end_cs)
        moments = route.moments(course)
        told.append(Told(route, moments, _judge(route, moments, times)))
    return told


def _happening(case: Case, vehicle: Vehicle, step: Step) -> Happening:
    if step.type == "break":
        return next(pause for pause in vehicle.breaks if pause.id == step.id)
    return case.halves[step.type, step.id or 0]


def _windows_of(happening: Happening) -> tuple[Window, ...]:
    of = happening if isinstance(happening, Break) else happening.task
    return windows_cs(of.time_windows)


def _times(route: Route, vehicle: Vehicle, steps: Sequence[Step]) -> FixedTimes:
    ways = [route.travel_cs(a, b) for a, b in route.legs()]
    last, on_way = ways.pop(), iter(ways)
    calls = []
    for happening, step, stay in zip(route.happenings, steps, route.stays_cs(), strict=True):
        travel = None if isinstance(happening, Break) else next(on_way)
        earliest, latest = _forced(step)
        calls.append(Call(_windows_of(happening), sum(stay), travel, earliest, latest))
    hours = vehicle.time_window
    free = (0, NO_LIMIT)
    given = {step.type: _forced(step) for step in vehicle.steps or ()}
    ends = given.get("start", free), given.get("end", free)
    working = free if hours is None else (hours[0] * CS, hours[1] * CS)
    return fixed_times(calls, last, working, ends)


def _forced(step: Step) -> Window:
    """Return the bounds that a step's own `service_*` set."""
    at = None if step.service_at is None else step.service_at * CS
    after = (step.service_after or 0) * CS
    before = NO_LIMIT if step.service_before is None else step.service_before * CS
    return (after, before) if at is None else (max(at, after), min(at, before))


def _judge(route: Route, moments: Sequence[Moment], times: FixedTimes) -> list[Json]:
    """Note at every step what does not hold; return what does not hold on the route."""
    vehicle = route.vehicle
    _on_time(route, moments, times)
    tasks = 0
    for moment in moments:
        tasks += isinstance(moment.of, Half)
        causes = [
            ("load", any(map(int.__gt__, moment.load, vehicle.capacity))),
            (
                "skills",
                isinstance(moment.of, Half) and not _skilled(route.case, vehicle, moment.of),
            ),
            ("max_tasks", isinstance(moment.of, Half) and _over(tasks, vehicle.max_tasks)),
            ("max_travel_time", _over(moment.duration, vehicle.max_travel_time)),
            ("max_distance", _over(moment.distance, vehicle.max_distance)),
            ("max_load", isinstance(moment.of, Break) and _too_full(moment.of, moment.load)),
        ]
        moment.violations += [{"cause": cause} for cause, breaks in causes if breaks]
    _in_sequence(moments)
    whole = merged(wrong for moment in moments for wrong in moment.violations)
    taken = {moment.of.id for moment in moments if isinstance(moment.of, Break)}
    if any(pause.id not in taken for pause in vehicle.breaks):
        whole.append({"cause": "missing_break"})
    return whole


def _on_time(route: Route, moments: Sequence[Moment], times: FixedTimes) -> None:
    """Note lead times and delays, in whole seconds as callers see them."""
    hours = route.vehicle.time_window
    if hours is not None:
        _note(moments[0], hours[0] - moments[0].arrival, "lead_time")
        _note(moments[-1], moments[-1].arrival - hours[1], "delay")
    for moment, happening, number in zip(
        moments[1:-1], route.happenings, times.window, strict=True
    ):
        windows = _windows_of(happening)
        if windows:
            begin, end = (bound // CS for bound in windows[number])
            begins = moment.arrival + moment.waiting
            _note(moment, begin - begins, "lead_time")
            _note(moment, begins - end, "delay")


def _note(moment: Moment, seconds: int, cause: str) -> None:
    if seconds > 0:
        moment.violations.append({"cause": cause, "duration": seconds})


def _skilled(case: Case, vehicle: Vehicle, half: Half) -> bool:
    body = case.body
    alone = half.kind == "job"
    of = body.jobs[half.item] if alone else body.shipments[half.item - len(body.jobs)]
    return set(of.skills) <= set(vehicle.skills)


def _over(amount: int, most: int | None) -> bool:
    return most is not None and amount > most


def _too_full(pause: Break, load: Sequence[int]) -> bool:
    return pause.max_load is not None and any(
        have > most for have, most in zip(load, pause.max_load, strict=True)
    )


def _in_sequence(moments: Sequence[Moment]) -> None:
    """Note pickups without a later delivery and deliveries without an earlier pickup."""
    halves = [(moment, moment.of) for moment in moments if isinstance(moment.of, Half)]
    at = {(of.item, of.is_second): number for number, (_, of) in enumerate(halves)}
    for number, (moment, of) in enumerate(halves):
        if of.kind == "job":
            continue
        other = at.get((of.item, not of.is_second))
        if other is None or (other < number) is not of.is_second:
            moment.violations.append({"cause": "precedence"})
