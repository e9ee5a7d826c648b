"""Matrices of a problem: the given ones, or our own travel times between coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.optimize.case import Case
from api.optimize.errors import CannotOptimize
from api.optimize.schema import PER_HOUR, Matrices
from geo.point import EARTH_RADIUS_M
from geo.travel import DetourModel
from geo.vehicle import Vehicle

Matrix = NDArray[np.float64]

PROFILES = {
    "car": Vehicle.CAR,
    "auto": Vehicle.CAR,
    "driving-car": Vehicle.CAR,
    "taxi": Vehicle.CAR,
    "bike": Vehicle.BICYCLE,
    "bicycle": Vehicle.BICYCLE,
    "cycling-regular": Vehicle.BICYCLE,
    "cycling-electric": Vehicle.BICYCLE,
    "foot": Vehicle.ON_FOOT,
    "pedestrian": Vehicle.ON_FOOT,
    "on_foot": Vehicle.ON_FOOT,
    "foot-walking": Vehicle.ON_FOOT,
    "motorcycle": Vehicle.MOTORCYCLE,
    "motor_scooter": Vehicle.MOTORCYCLE,
}
"""Names of profiles that routing engines use, and the vehicle whose times we take."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Places and, by profile, seconds, metres and own costs between them (costs: where given).

    `metres_given` tells whether the caller sent distances.
    """

    places: dict[tuple[float, ...], int]
    by_index: bool
    profiles: tuple[str, ...]
    seconds: tuple[Matrix, ...]
    metres: tuple[Matrix, ...]
    costs: tuple[Matrix | None, ...]
    metres_given: bool

    def place(self, coordinates: Sequence[float] | None, index: int | None) -> int | None:
        """Return the number of a place in the matrices, None for no place."""
        if self.by_index:
            return index
        return None if coordinates is None else self.places[coordinates[0], coordinates[1]]


def survey(case: Case, travel: DetourModel, *, geometry: bool) -> Ground:
    """Return the ground of a problem; raise CannotOptimize where it lacks something."""
    body = case.body
    profiles = tuple(dict.fromkeys(of.profile or "car" for of in body.vehicles))
    given = dict(body.matrices or {})
    if body.matrices is None and body.matrix is not None:
        given = {"car": Matrices(durations=body.matrix)}
    points, by_place = _points(case)
    if geometry and points is None:
        raise CannotOptimize("Route geometry request with missing coordinates: give every location")
    needs = geometry or any(of.costs.per_km or of.max_distance is not None for of in body.vehicles)
    own = None if points is None else _Own(points, travel)
    seconds, metres, costs = [], [], []
    for profile in profiles:
        of = given.get(profile, Matrices())
        seconds.append(_chosen(of.durations, f"durations of {profile}", own, profile, "seconds"))
        size = seconds[-1].shape
        own = own and own.padded(len(seconds[-1]))
        if of.distances is not None or needs:
            found = _chosen(of.distances, f"distances of {profile}", own, profile, "metres")
            metres.append(_same_size(found, size, f"distances of {profile}"))
        else:
            metres.append(np.zeros(size))
        given_costs = None if of.costs is None else _matrix(of.costs, f"costs of {profile}")
        costs.append(_same_size(given_costs, size, f"costs of {profile}"))
    for vehicle in body.vehicles:
        own_costs = costs[profiles.index(vehicle.profile or "car")]
        if vehicle.costs.per_hour != PER_HOUR and own_costs is not None:
            raise CannotOptimize(
                f"Custom costs are incompatible with costs per_hour: vehicle {vehicle.id}"
            )
    metres_given = any(given.get(name, Matrices()).distances is not None for name in profiles)
    if len({matrix.shape for matrix in seconds}) > 1:
        raise CannotOptimize("All matrices must be of one size")
    _check_reach(case, len(seconds[0]))
    return Ground(
        by_place, case.by_index, profiles, tuple(seconds), tuple(metres), tuple(costs), metres_given
    )


@dataclass(frozen=True, slots=True)
class _Own:
    """Straight lines between points, and our model of travel."""

    points: NDArray[np.float64]  # [n, 2]: longitude, latitude
    travel: DetourModel

    def padded(self, size: int) -> "_Own":
        """Return as many points as a given matrix has rows; nobody goes to those added."""
        more = max(0, size - len(self.points))
        return _Own(np.vstack([self.points, np.zeros((more, 2))]), self.travel)

    def seconds(self, vehicle: Vehicle) -> Matrix:
        found: Matrix = self.travel.seconds_of(self._straight(), vehicle).astype(np.float64)
        return found

    def metres(self, vehicle: Vehicle) -> Matrix:
        detour = next(pace.detour for of, pace in self.travel.paces if of == vehicle)
        found: Matrix = np.rint(self._straight() * detour)
        return found

    def _straight(self) -> Matrix:
        lng, lat = np.radians(self.points.T)
        half = np.sin((lat[:, None] - lat) / 2) ** 2
        half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lng[:, None] - lng) / 2) ** 2
        found: Matrix = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
        return found


def _points(case: Case) -> tuple[NDArray[np.float64] | None, dict[tuple[float, ...], int]]:
    """Return coordinates of all places (None where some are missing) and numbers by coordinates."""
    pairs = [(half.task.location, half.task.location_index) for half in case.halves.values()]
    for of in case.body.vehicles:
        pairs += [(of.start, of.start_index), (of.end, of.end_index)]
    if not case.by_index:
        places: dict[tuple[float, ...], int] = {}
        for place, _ in pairs:
            if place is not None:
                places.setdefault((place[0], place[1]), len(places))
        return np.array(list(places), np.float64), places
    known = {index: place for place, index in pairs if place is not None and index is not None}
    used = {index for _, index in pairs if index is not None}
    if not used <= set(known):
        return None, {}
    points = np.zeros((max(used) + 1, 2))
    for index, spot in known.items():
        points[index] = spot[0], spot[1]
    return points, {}


def _chosen(
    given: list[Any] | None, name: str, own: _Own | None, profile: str, what: str
) -> Matrix:
    """Return a given matrix, or our own."""
    if given is not None:
        return _matrix(given, name)
    if own is None:
        raise CannotOptimize(f"There are no {name}, and no coordinates to work them out from")
    if profile not in PROFILES:
        known = ", ".join(PROFILES)
        raise CannotOptimize(f"Invalid profile: {profile}. Without matrices we know {known}")
    vehicle = PROFILES[profile]
    return own.seconds(vehicle) if what == "seconds" else own.metres(vehicle)


def _matrix(given: list[Any], name: str) -> Matrix:
    try:
        found = np.array(given)
    except ValueError as error:
        raise CannotOptimize(
            f"The {name} are no square matrix: make all rows equally long"
        ) from error
    if found.ndim != 2 or found.shape[0] != found.shape[1] or found.size == 0:
        raise CannotOptimize(f"The {name} are no square matrix: make all rows equally long")
    if found.dtype.kind not in "iu" or (found < 0).any() or (found >= 1 << 32).any():
        raise CannotOptimize(f"The {name} must be whole numbers from 0 to {(1 << 32) - 1}")
    return found.astype(np.float64)


def _same_size(found: Matrix | None, size: tuple[int, ...], name: str) -> Any:
    if found is not None and found.shape != size:
        raise CannotOptimize(f"The {name} are not as large as the durations")
    return found


def _check_reach(case: Case, size: int) -> None:
    """Raise CannotOptimize where a location_index is beyond the matrices."""
    if not case.by_index:
        return
    used = [half.task.location_index for half in case.halves.values()]
    used += [index for of in case.body.vehicles for index in (of.start_index, of.end_index)]
    far = max(index for index in used if index is not None)
    if far >= size:
        raise CannotOptimize(f"location_index {far} is beyond the matrices, which have {size} rows")
