"""How long a leg takes: the door for travel times, and the model that needs no map."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.vehicle import Vehicle


class TravelTimes(Protocol):
    """Seconds for a straight-line distance; whole seconds, rounded up, 0 for no distance."""

    def seconds(self, distance_m: float, vehicle: Vehicle) -> int:
        """Return the seconds one leg takes."""
        ...

    def seconds_of(self, distances_m: ArrayLike, vehicle: Vehicle) -> NDArray[np.int64]:
        """Return the seconds of many legs, shape of `distances_m`."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How a vehicle gets along: speed on the street, and street metres per straight metre."""

    speed_mps: float
    detour: float

    def __post_init__(self) -> None:
        """Raise ValueError for a pace that no vehicle has."""
        if not 0.1 <= self.speed_mps <= 100.0:
            raise ValueError(f"speed_mps must be between 0.1 and 100, not {self.speed_mps}")
        if not 1.0 <= self.detour <= 10.0:
            raise ValueError(f"detour must be between 1 and 10, not {self.detour}")

    @property
    def straight_mm_s(self) -> int:
        """Millimetres of straight line per second; whole, so that recorded ticks replay exactly."""
        return max(1, math.floor(self.speed_mps * 1000 / self.detour))


# Door-to-door averages in a city, stops at lights included. Streets make a leg 1.3 to 1.4 times
# as long as the straight line; who may use paths and cut across squares needs less.
USUAL_PACES = (
    (Vehicle.MOTORCYCLE, Pace(speed_mps=8.0, detour=1.35)),
    (Vehicle.CAR, Pace(speed_mps=7.0, detour=1.4)),
    (Vehicle.BICYCLE, Pace(speed_mps=4.5, detour=1.3)),
    (Vehicle.ON_FOOT, Pace(speed_mps=1.35, detour=1.25)),
)


@dataclass(frozen=True, slots=True)
class DetourModel:
    """Travel times from straight-line distance, a detour factor and a speed per vehicle.

    Raises ValueError when a vehicle has no pace or two.
    """

    paces: tuple[tuple[Vehicle, Pace], ...] = USUAL_PACES

    def __post_init__(self) -> None:
        """Check that each vehicle has exactly one pace."""
        if sorted(vehicle for vehicle, _ in self.paces) != sorted(Vehicle):
            raise ValueError(f"give one pace for each of: {', '.join(Vehicle)}")

    def straight_mm_s(self, vehicle: Vehicle) -> int:
        """Return the effective straight-line speed in millimetres per second."""
        return next(pace.straight_mm_s for of, pace in self.paces if of == vehicle)

    def seconds(self, distance_m: float, vehicle: Vehicle) -> int:
        """Return the seconds one leg takes, rounded up.

        Raises ValueError when the distance is negative or not finite.
        """
        if not 0.0 <= distance_m < math.inf:
            raise ValueError(f"a distance is a number of metres from 0 up, not {distance_m}")
        return math.ceil(distance_m * 1000 / self.straight_mm_s(vehicle))

    def seconds_of(self, distances_m: ArrayLike, vehicle: Vehicle) -> NDArray[np.int64]:
        """Return the seconds of many legs, rounded up, int64, shape of `distances_m`.

        Raises ValueError when a distance is negative or not finite.
        """
        metres = np.asarray(distances_m, dtype=np.float64)
        if not np.all((metres >= 0.0) & (metres < np.inf)):
            raise ValueError("distances are numbers of metres from 0 up")
        return np.ceil(metres * 1000 / self.straight_mm_s(vehicle)).astype(np.int64)
