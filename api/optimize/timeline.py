"""What happens along a route: each step with its times, told as VROOM tells them.

Callers see whole seconds. Rounding down each moment and taking differences of what is shown keeps
sums consistent for whoever adds them up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from api.optimize.case import Case, Half
from api.optimize.problem import CS, by_kind, pace_of, windows_cs
from api.optimize.schema import Break, Task, Vehicle, Window
from api.optimize.travel import Ground

Happening = Half | Break
"""What a vehicle does between its start and its end."""


@dataclass(slots=True)
class Moment:
    """A step: what it is, and when (seconds for callers)."""

    kind: str
    of: Half | Break | None
    arrival: int
    duration: int = 0
    setup: int = 0
    service: int = 0
    waiting: int = 0
    distance: int = 0
    load: list[int] = field(default_factory=list)
    violations: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Course:
    """When a vehicle is where, in hundredths of a second: its start, and for each happening how
    much of the way it has travelled since the one before and when it begins; then the end.
    """

    start_cs: int
    travel_cs: tuple[int, ...]
    begin_cs: tuple[int, ...]
    end_cs: int


class Route:
    """A vehicle's happenings in sequence, and the ways between them."""

    def __init__(
        self, case: Case, ground: Ground, vehicle: Vehicle, happenings: Sequence[Happening]
    ) -> None:
        self.case, self.ground, self.vehicle = case, ground, vehicle
        self.happenings = tuple(happenings)
        self.profile = ground.profiles.index(vehicle.profile or "car")
        self._pace = pace_of(vehicle)

    def place(self, happening: Happening) -> int | None:
        """Return where something happens; None for a break."""
        if isinstance(happening, Break):
            return None
        return self.ground.place(happening.task.location, happening.task.location_index)

    def legs(self) -> list[tuple[int | None, int | None]]:
        """Return the ways between places, one per task and one to the end; None: no way."""
        places = [place for h in self.happenings if (place := self.place(h)) is not None]
        start = self.ground.place(self.vehicle.start, self.vehicle.start_index)
        end = self.ground.place(self.vehicle.end, self.vehicle.end_index)
        return list(zip([start, *places], [*places, end], strict=True))

    def travel_cs(self, a: int | None, b: int | None) -> int:
        """Return the time of a way in hundredths of a second."""
        if a is None or b is None:
            return 0
        return self._pace * int(self.ground.seconds[self.profile][a, b])

    def metres(self, a: int | None, b: int | None) -> int:
        """Return the length of a way."""
        return 0 if a is None or b is None else int(self.ground.metres[self.profile][a, b])

    def setup_cs(self, task: Task, before: int | None) -> int:
        """Return the setup at a task for a vehicle that comes from a place."""
        if self.ground.place(task.location, task.location_index) == before:
            return 0
        return by_kind(task.setup, task.setup_per_type, self.vehicle.type)

    def stays_cs(self) -> Iterator[tuple[int, int]]:
        """Yield setup and service of every happening."""
        before = self.ground.place(self.vehicle.start, self.vehicle.start_index)
        for happening in self.happenings:
            if isinstance(happening, Break):
                yield 0, CS * happening.service
                continue
            task = happening.task
            service = by_kind(task.service, task.service_per_type, self.vehicle.type)
            yield self.setup_cs(task, before), service
            before = self.place(happening)

    def loads(self) -> list[list[int]]:
        """Return what is on board at the start and after every happening."""
        load = [0] * self.case.dims
        changes = [self._change(happening) for happening in self.happenings]
        for bring, _ in changes:
            load = [a + b for a, b in zip(load, bring, strict=True)]
        loads = [load]
        for happening, (bring, change) in zip(self.happenings, changes, strict=True):
            if not isinstance(happening, Break):
                load = [a - b + c for a, b, c in zip(load, bring, change, strict=True)]
            loads.append(load)
        return loads

    def _change(self, happening: Happening) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return what is brought from the start and how the load changes otherwise."""
        case, zero = self.case, (0,) * self.case.dims
        if isinstance(happening, Break):
            return zero, zero
        if happening.kind == "job":
            job = case.body.jobs[happening.item]
            old = job.delivery is None and job.pickup is None
            return case.amounts(job.amount if old else job.delivery), case.amounts(job.pickup)
        amount = case.amounts(case.body.shipments[happening.item - len(case.body.jobs)].amount)
        return zero, tuple(-one for one in amount) if happening.is_second else amount

    def moments(self, course: Course) -> list[Moment]:
        """Return all steps from start to end as callers see them."""
        loads, legs = self.loads(), iter(self.legs())
        found = [Moment("start", None, course.start_cs // CS, load=loads[0])]
        done_cs, told = course.start_cs, course.start_cs // CS
        travelled = metres = so_far = 0
        way = next(legs)
        rows = zip(
            self.happenings,
            course.travel_cs,
            course.begin_cs,
            self.stays_cs(),
            loads[1:],
            strict=True,
        )
        for happening, travel_cs, begin_cs, (setup_cs, service_cs), load in rows:
            arrival = (done_cs + travel_cs) // CS
            moved = arrival - told
            travelled += moved
            at = Moment(_kind(happening), happening, arrival, travelled, load=load)
            at.setup, at.service = setup_cs // CS, service_cs // CS
            at.waiting = begin_cs // CS - arrival
            if isinstance(happening, Break):
                whole_s = self.travel_cs(*way) // CS
                so_far += round(moved * self.metres(*way) / whole_s) if whole_s else 0
                at.distance = so_far
            else:
                metres += self.metres(*way)
                so_far = at.distance = metres
                way = next(legs)
            told = at.arrival + at.waiting + at.setup + at.service
            done_cs = begin_cs + setup_cs + service_cs
            found.append(at)
        end = course.end_cs // CS
        last = Moment("end", None, end, travelled + end - told, load=loads[-1])
        last.distance = metres + self.metres(*way)
        return [*found, last]

    def cost(self, moments: Sequence[Moment]) -> int:
        """Return the cost of the route for callers."""
        costs, last = self.vehicle.costs, moments[-1]
        stay_cs = sum(setup + service for setup, service in self.stays_cs())
        own = self.ground.costs[self.profile]
        if own is None:
            per_time = last.duration * costs.per_hour / 3600
            way = int(per_time + last.distance * costs.per_km / 1000 + 0.5)
        else:
            ways = [(a, b) for a, b in self.legs() if a is not None and b is not None]
            way = sum(int(own[a, b]) for a, b in ways)
        return costs.fixed + way + stay_cs * costs.per_task_hour // (3600 * CS)


def _kind(happening: Happening) -> str:
    return "break" if isinstance(happening, Break) else happening.kind


def soonest(route: Route, start_cs: int) -> Course:
    """Return the course of a route that leaves at `start_cs` and does everything at once.

    The route must hold: every window is met.
    """
    time, travels, begins = start_cs, [], []
    legs = [route.travel_cs(*leg) for leg in route.legs()]
    left, leg = legs[0], 0
    for happening, (setup, service) in zip(route.happenings, route.stays_cs(), strict=True):
        if isinstance(happening, Break):
            begin = _first_begin(happening.time_windows, time)
            moved = min(begin - time, left)
            travels.append(moved)
            left -= moved
        else:
            travels.append(left)
            begin = _first_begin(happening.task.time_windows, time + left)
            leg += 1
            left = legs[leg]
        begins.append(begin)
        time = begin + setup + service
    return Course(start_cs, tuple(travels), tuple(begins), time + left)


def _first_begin(windows: Sequence[Window] | None, time_cs: int) -> int:
    given = windows_cs(windows)
    fitting = [max(time_cs, begin) for begin, end in given if time_cs <= end]
    return min(fitting) if given else time_cs
