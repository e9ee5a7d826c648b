"""From a checked case to the problem that dispatch searches, in VROOM's own inner units.

Times are hundredths of a second. Costs are 3,600 times 100 of what callers see, so that costs per
hour and kilometre stay whole.
"""

from collections.abc import Mapping, Sequence

from api.optimize.case import Case
from api.optimize.schema import Break, Shipment, Task, Vehicle, Window
from api.optimize.travel import Ground
from dispatch.fleet_problem import NO_LIMIT, FleetProblem, Item, Pause, Stop
from dispatch.fleet_problem import Vehicle as FleetVehicle

CS = 100
COST_UNIT = CS * 3600
METRE_UNIT = 360


def problem_of(case: Case, ground: Ground) -> FleetProblem:
    """Return the problem of a case."""
    body = case.body
    kinds = list(dict.fromkeys(of.type for of in body.vehicles))
    # costs that the caller gives stand beside the profile's times, so each needs a place of its own
    ways = tuple(
        own if own is not None else seconds
        for own, seconds in zip(ground.costs, ground.seconds, strict=True)
    )
    return FleetProblem(
        times=ground.seconds,
        ways=ways,
        metres=ground.metres,
        items=tuple(_items(case, ground, kinds)),
        vehicles=tuple(_vehicle(of, ground, kinds) for of in body.vehicles),
        dims=case.dims,
    )


def _items(case: Case, ground: Ground, kinds: Sequence[str]) -> list[Item]:
    body, unit = case.body, len(case.halves) + 1
    zero = (0,) * case.dims
    found = [
        Item(
            first=_stop(job, ground, kinds),
            second=None,
            bring=case.amounts(_delivered(job.delivery, job.pickup, job.amount)),
            carry=case.amounts(job.pickup),
            weight=float(job.priority * unit + 1),
            vehicles=_able(case, job.skills),
        )
        for job in body.jobs
    ]
    return found + [_pair(case, ground, kinds, of, zero, unit) for of in body.shipments]


def _pair(
    case: Case,
    ground: Ground,
    kinds: Sequence[str],
    of: Shipment,
    zero: tuple[int, ...],
    unit: int,
) -> Item:
    return Item(
        first=_stop(of.pickup, ground, kinds),
        second=_stop(of.delivery, ground, kinds),
        bring=zero,
        carry=case.amounts(of.amount),
        weight=2.0 * (of.priority * unit + 1),
        vehicles=_able(case, of.skills),
    )


def _delivered(
    delivery: Sequence[int] | None, pickup: Sequence[int] | None, amount: Sequence[int] | None
) -> Sequence[int] | None:
    """Return what a job delivers: its old name `amount` counts where the new ones are missing."""
    return amount if delivery is None and pickup is None else delivery


def _able(case: Case, skills: Sequence[int]) -> frozenset[int] | None:
    if not skills:
        return None
    wanted = set(skills)
    return frozenset(row for row, of in enumerate(case.body.vehicles) if wanted <= set(of.skills))


def _stop(task: Task, ground: Ground, kinds: Sequence[str]) -> Stop:
    place = ground.place(task.location, task.location_index)
    return Stop(
        place=place or 0,
        windows=windows_cs(task.time_windows),
        service_cs=tuple(by_kind(task.service, task.service_per_type, kind) for kind in kinds),
        setup_cs=tuple(by_kind(task.setup, task.setup_per_type, kind) for kind in kinds),
    )


def by_kind(usual: int, special: Mapping[str, int], kind: str) -> int:
    """Return a duration in hundredths of a second for a type of vehicle."""
    return CS * special.get(kind, usual)


def windows_cs(windows: Sequence[Window] | None) -> tuple[tuple[int, int], ...]:
    """Return sorted windows in hundredths of a second; none: any time."""
    return tuple((begin * CS, end * CS) for begin, end in sorted(windows or ()))


def pace_of(vehicle: Vehicle) -> int:
    """Return hundredths of a second per second of the profile, as whole as VROOM has it."""
    return int(CS / vehicle.speed_factor + 0.5)


def breaks_of(vehicle: Vehicle) -> list[Break]:
    """Return a vehicle's breaks in the sequence in which they are taken."""
    return sorted(vehicle.breaks, key=lambda of: sorted(of.time_windows or [[0, 1 << 32]])[0])


def way_rate_of(vehicle: Vehicle, *, own_costs: bool) -> int:
    """Return what a unit of the profile's way costs, in inner units."""
    if own_costs:
        return COST_UNIT
    return int(CS / vehicle.speed_factor * vehicle.costs.per_hour + 0.5)


def _vehicle(of: Vehicle, ground: Ground, kinds: Sequence[str]) -> FleetVehicle:
    profile = ground.profiles.index(of.profile or "car")
    own_costs = ground.costs[profile] is not None
    window = of.time_window
    return FleetVehicle(
        profile=profile,
        kind=kinds.index(of.type),
        start=ground.place(of.start, of.start_index),
        end=ground.place(of.end, of.end_index),
        window=(0, NO_LIMIT) if window is None else (window[0] * CS, window[1] * CS),
        capacity=tuple(of.capacity),
        pace=float(pace_of(of)),
        way_rate=float(way_rate_of(of, own_costs=own_costs)),
        metre_rate=0.0 if own_costs else float(METRE_UNIT * of.costs.per_km),
        work_rate=float(of.costs.per_task_hour),
        fixed=float(of.costs.fixed * COST_UNIT),
        most_stops=NO_LIMIT if of.max_tasks is None else of.max_tasks,
        most_travel_cs=NO_LIMIT if of.max_travel_time is None else of.max_travel_time * CS,
        most_metres=NO_LIMIT if of.max_distance is None else of.max_distance,
        breaks=tuple(
            Pause(
                windows_cs(pause.time_windows),
                pause.service * CS,
                None if pause.max_load is None else tuple(pause.max_load),
            )
            for pause in breaks_of(of)
        ),
    )
