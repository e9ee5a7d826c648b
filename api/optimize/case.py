"""A body checked and numbered: what VROOM's names mean, before anything is searched."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.optimize.errors import CannotOptimize
from api.optimize.schema import Body, Break, Job, Shipment, Step, Task, Vehicle, Window

FOREVER = (1 << 32) - 1
ROUTING_STEPS = ("job", "pickup", "delivery")


@dataclass(frozen=True, slots=True)
class Half:
    """One task: a job, or the pickup or delivery of a shipment, as the answer names it."""

    kind: str  # job, pickup, delivery
    task: Task
    item: int
    is_second: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A problem whose parts fit together.

    Items are jobs, then shipments. `dims` is how many amounts there are. `by_index` tells whether
    places are numbers of given matrices rather than coordinates.
    """

    body: Body
    dims: int
    by_index: bool
    halves: dict[tuple[str, int], Half]

    @property
    def items(self) -> int:
        """Return how many jobs and shipments there are."""
        return len(self.body.jobs) + len(self.body.shipments)

    def amounts(self, given: Sequence[int] | None) -> tuple[int, ...]:
        """Return amounts in all dimensions: what is not given is 0."""
        return tuple(given) if given is not None else (0,) * self.dims


def read_case(body: Body) -> Case:
    """Return a checked problem; raise CannotOptimize for the first thing that does not fit."""
    if not body.vehicles:
        raise CannotOptimize("No vehicle defined: give at least one")
    if not body.jobs and not body.shipments:
        raise CannotOptimize("No task defined: give jobs or shipments")
    by_index = bool(body.matrices) or body.matrix is not None
    case = Case(body, len(body.vehicles[0].capacity), by_index, _halves(body))
    _check_ids(body)
    for vehicle in body.vehicles:
        _check_vehicle(case, vehicle)
    for half in case.halves.values():
        _check_place(half.task, f"{half.kind} {half.task.id}", by_index)
        check_windows(half.task.time_windows, f"{half.kind} {half.task.id}")
    _check_amounts(case)
    _check_steps(case)
    return case


def _halves(body: Body) -> dict[tuple[str, int], Half]:
    found: dict[tuple[str, int], Half] = {}
    for half in _each_half(body.jobs, body.shipments):
        name = half.kind, half.task.id
        if name in found:
            raise CannotOptimize(f"Duplicate {half.kind} id: {half.task.id}")
        found[name] = half
    return found


def _each_half(jobs: Sequence[Job], shipments: Sequence[Shipment]) -> Iterator[Half]:
    for item, job in enumerate(jobs):
        yield Half("job", job, item, False)
    for item, shipment in enumerate(shipments, start=len(jobs)):
        yield Half("pickup", shipment.pickup, item, False)
        yield Half("delivery", shipment.delivery, item, True)


def _check_ids(body: Body) -> None:
    for vehicle in body.vehicles:
        ids = [pause.id for pause in vehicle.breaks]
        for number in ids:
            if ids.count(number) > 1:
                raise CannotOptimize(f"Duplicate break id {number} for vehicle {vehicle.id}")


def _check_vehicle(case: Case, vehicle: Vehicle) -> None:
    name = f"vehicle {vehicle.id}"
    starts, ends = (vehicle.start, vehicle.start_index), (vehicle.end, vehicle.end_index)
    if not any(part is not None for part in (*starts, *ends)):
        raise CannotOptimize(f"No start or end specified for {name}: give one of them")
    for side, (place, number) in (("start", starts), ("end", ends)):
        if case.by_index and place is not None and number is None:
            raise CannotOptimize(f"{name} has no {side}_index: matrices need one")
        if not case.by_index and number is not None and place is None:
            raise CannotOptimize(f"{name} has a {side}_index, but there are no matrices")
        check_coordinates(place, name)
    if vehicle.time_window is not None:
        check_windows([vehicle.time_window], name)
    if len(vehicle.capacity) != case.dims:
        raise CannotOptimize(
            f"Inconsistent capacity length: {len(vehicle.capacity)} for {name} and {case.dims} for"
            " the first vehicle"
        )
    for pause in vehicle.breaks:
        _check_break(case, pause, name)


def _check_break(case: Case, pause: Break, name: str) -> None:
    check_windows(pause.time_windows, f"break {pause.id} of {name}")
    if pause.max_load is not None and len(pause.max_load) != case.dims:
        raise CannotOptimize(f"Inconsistent max_load length of break {pause.id} of {name}")


def _check_place(task: Task, name: str, by_index: bool) -> None:
    if by_index and task.location_index is None:
        raise CannotOptimize(f"{name} has no location_index: matrices need one")
    if not by_index and task.location is None:
        raise CannotOptimize(f"{name} has no location: give one, or matrices and location_index")
    check_coordinates(task.location, name)


def check_coordinates(place: Sequence[float] | None, name: str) -> None:
    """Raise CannotOptimize for what is no longitude and latitude."""
    if place is not None and not (abs(place[0]) <= 180.0 and abs(place[1]) <= 90.0):
        raise CannotOptimize(f"{name}: {place} is no [longitude, latitude] in degrees")


def check_windows(windows: Sequence[Window] | None, name: str) -> None:
    """Raise CannotOptimize for windows that are none, end before they begin, or overlap."""
    if windows is None:
        return
    if not windows:
        raise CannotOptimize(f"Empty time-windows for {name}: leave the key out for any time")
    for begin, end in windows:
        if begin > end:
            raise CannotOptimize(f"Invalid time window of {name}: [{begin}, {end}]")
    ordered = sorted(windows)
    for (_, end), (begin, _) in itertools.pairwise(ordered):
        if begin <= end:
            raise CannotOptimize(f"Overlapping time windows for {name}")


def _check_amounts(case: Case) -> None:
    given = [
        (f"job {job.id}", amount)
        for job in case.body.jobs
        for amount in (job.delivery, job.pickup, job.amount)
    ]
    given += [(f"shipment with pickup {of.pickup.id}", of.amount) for of in case.body.shipments]
    for name, amount in given:
        if amount is not None and len(amount) != case.dims:
            raise CannotOptimize(
                f"Inconsistent amount length for {name}: {len(amount)}, vehicles have {case.dims}"
                " capacities"
            )


def _check_steps(case: Case) -> None:
    seen: set[tuple[str, int]] = set()
    for vehicle in case.body.vehicles:
        breaks = {pause.id for pause in vehicle.breaks}
        for step in vehicle.steps or ():
            _check_step(case, vehicle, step, breaks)
            name = step.type, step.id or 0
            if step.type in ROUTING_STEPS and name in seen:
                raise CannotOptimize(f"Duplicate {step.type} id {step.id} in input steps")
            seen.add(name)
            breaks -= {step.id} if step.type == "break" else set()


def _check_step(case: Case, vehicle: Vehicle, step: Step, breaks: set[int]) -> None:
    name = f"in steps for vehicle {vehicle.id}"
    if step.type in {"start", "end"}:
        return
    if step.type not in {*ROUTING_STEPS, "break"}:
        raise CannotOptimize(f"Invalid type '{step.type}' {name}")
    if step.id is None:
        raise CannotOptimize(f"A step of type {step.type} has no id {name}")
    known = step.id in breaks if step.type == "break" else (step.type, step.id) in case.halves
    if not known:
        raise CannotOptimize(
            f"Invalid {step.type} id {step.id} {name}: it is unknown or given twice"
        )
