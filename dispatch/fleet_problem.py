"""What a mixed fleet has to do: stops, what is carried between them, vehicles and their breaks.

Times are whole hundredths of a second (`_cs`), so that scaled travel times stay exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import ProblemError

Matrix = NDArray[np.float64]
Window = tuple[int, int]
"""When something may begin, both ends included."""

NO_LIMIT = 10**15
"""Stands for no limit: finite, so that what is impossible (infinity) is never within it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit at a place of the matrices.

    `windows` are sorted and do not overlap; none: any time. `service_cs` and `setup_cs` have one
    value per kind of vehicle; setup is needed when the vehicle comes from another place. Beginning
    after `soft_cs` costs `late_rate` per hundredth of a second.
    """

    place: int
    windows: tuple[Window, ...]
    service_cs: tuple[int, ...]
    setup_cs: tuple[int, ...]
    soft_cs: int = NO_LIMIT
    late_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """Something to do as a whole or not at all: a pickup and its dropoff, or one stop alone.

    With two stops `carry` is on board between them. With one, `bring` is on board from the start to
    the stop and `carry` from the stop to the end. `weight` says how bad it is to leave it out,
    before all cost. `vehicles` may carry it (none given: all). `ride_cs` limits the time between
    leaving the first stop and beginning at the second.
    """

    first: Stop
    second: Stop | None
    bring: tuple[int, ...]
    carry: tuple[int, ...]
    weight: float = 1.0
    vehicles: frozenset[int] | None = None
    ride_cs: int = NO_LIMIT


@dataclass(frozen=True, slots=True)
class Pause:
    """A break: when it may begin, how long it is, and the most that may be on board meanwhile."""

    windows: tuple[Window, ...]
    length_cs: int
    most_load: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle: profile and kind are numbers of matrices and of service times.

    A way costs `way_rate` x the profile's way + `metre_rate` x metres, a stay `work_rate` per
    hundredth of a second, using the vehicle `fixed`. Travel takes `pace` x the profile's time.
    Without `start` (or `end`) the route starts (ends) at its first (last) stop.
    """

    profile: int
    kind: int
    start: int | None
    end: int | None
    window: Window
    capacity: tuple[int, ...]
    pace: float = 1.0
    way_rate: float = 1.0
    metre_rate: float = 0.0
    work_rate: float = 0.0
    fixed: float = 0.0
    most_stops: int = NO_LIMIT
    most_travel_cs: int = NO_LIMIT
    most_metres: int = NO_LIMIT
    breaks: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FleetProblem:
    """The whole task; matrices are [places, places] per profile, row = from.

    `ways` is what a way costs before a vehicle's rate. Raises ProblemError on construction.
    """

    times: tuple[Matrix, ...]
    ways: tuple[Matrix, ...]
    metres: tuple[Matrix, ...]
    items: tuple[Item, ...]
    vehicles: tuple[Vehicle, ...]
    dims: int

    def __post_init__(self) -> None:
        """Check what would make a search go wrong."""
        _check_matrices(self)
        for vehicle in self.vehicles:
            if len(vehicle.capacity) != self.dims:
                raise ProblemError(f"give every vehicle {self.dims} capacities")
            if not 0 <= vehicle.profile < len(self.times):
                raise ProblemError(f"there is no profile {vehicle.profile}")
        kinds = max((vehicle.kind for vehicle in self.vehicles), default=0) + 1
        for item in self.items:
            for stop in (item.first, item.second):
                if stop and not kinds <= len(stop.service_cs) == len(stop.setup_cs):
                    raise ProblemError(f"give every stop times for {kinds} kinds of vehicle")
            if len(item.bring) != self.dims or len(item.carry) != self.dims:
                raise ProblemError(f"give every item {self.dims} amounts")
        places = len(self.times[0])
        if any(not 0 <= place < places for place in _places(self)):
            raise ProblemError(f"places are numbered from 0 to {places - 1}")


def _check_matrices(problem: FleetProblem) -> None:
    if not len(problem.times) == len(problem.ways) == len(problem.metres) > 0:
        raise ProblemError("give times, ways and metres for every profile, and at least one")
    size = len(problem.times[0])
    for matrix in (*problem.times, *problem.ways, *problem.metres):
        if matrix.shape != (size, size):
            raise ProblemError("matrices must be square and all of one size")
        if not (np.isfinite(matrix).all() and (matrix >= 0).all()):
            raise ProblemError("a matrix holds NaN, infinity or a number below 0")


def _places(problem: FleetProblem) -> list[int]:
    stops = [stop.place for item in problem.items for stop in (item.first, item.second) if stop]
    ends = [end for of in problem.vehicles for end in (of.start, of.end) if end is not None]
    return stops + ends
