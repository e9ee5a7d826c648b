"""Published pickup-and-delivery instances: Li & Lim's format out of a zip file, best known values.

Format: a line `vehicles capacity speed`, then `id x y demand earliest latest service pickup
delivery`, task 0 being the depot. Travel time and distance are Euclidean, in double precision.
"""

import csv
import re
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

import numpy as np

from dispatch.routing_problem import RoutingProblem


class InstanceError(ValueError):
    """An instance or its best known value is missing or unreadable; says what to do."""


@dataclass(frozen=True, slots=True)
class BestKnown:
    """Fewest vehicles known, and the least distance with so many."""

    vehicles: int
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """A problem with its name; `apart` is true for the third that is never tuned on."""

    name: str
    problem: RoutingProblem
    best: BestKnown

    @property
    def family(self) -> str:
        """Return the class: lc1, lr1, lrc1, lc2, lr2, lrc2."""
        return family_of(self.name)

    @property
    def apart(self) -> bool:
        """Tell whether the instance belongs to the third kept apart, by a hash of its name."""
        return is_apart(self.name)


def family_of(name: str) -> str:
    """Return the letters of a name and the digit behind them."""
    found = re.match(r"[a-z]+\d", name)
    return found[0] if found else name


def is_apart(name: str) -> bool:
    """Tell whether a name falls into the third that is kept apart."""
    return sha256(name.encode()).digest()[0] % 3 == 0


def read_best_known(path: Path) -> dict[str, BestKnown]:
    """Read the columns family, instance, vehicles, distance of a CSV file."""
    try:
        with path.open(newline="") as file:
            return {
                row["instance"]: BestKnown(int(row["vehicles"]), float(row["distance"]))
                for row in csv.DictReader(file)
                if row["family"] == "lilim"
            }
    except (OSError, KeyError, ValueError) as error:
        raise InstanceError(
            f"{path} cannot be read ({error!r}): name a CSV file with the columns family,"
            " instance, vehicles and distance"
        ) from error


def names_of_size(path: Path, size: str, known: dict[str, BestKnown]) -> list[str]:
    """Return the names of all instances in a folder of the zip that have a best known value."""
    with _opened(path) as archive:
        found = [PurePosixPath(name) for name in archive.namelist() if name.endswith(".txt")]
    names = sorted(place.stem for place in found if place.parent.name == size)
    if not names:
        sizes = sorted({place.parent.name for place in found}, key=lambda text: (len(text), text))
        raise InstanceError(f"there is no size {size} in {path}: choose one of {', '.join(sizes)}")
    return [name for name in names if name in known]


def read_instance(path: Path, name: str, known: dict[str, BestKnown]) -> Instance:
    """Read one instance out of the zip."""
    name = name.lower()
    if name not in known:
        raise InstanceError(f"{name} has no best known value: choose one of the CSV file's names")
    with _opened(path) as archive:
        for place in archive.namelist():
            if PurePosixPath(place).name == f"{name}.txt":
                return Instance(name, parse(archive.read(place).decode(), name), known[name])
    raise InstanceError(f"there is no {name}.txt in {path}: choose another instance")


def parse(text: str, name: str) -> RoutingProblem:
    """Return the problem that an instance's text describes."""
    try:
        first, *rows = [line.split() for line in text.splitlines() if line.strip()]
        table = np.array([[float(word) for word in row[:9]] for row in rows])
        x, y, demand, open_s, due_s, service_s, before, after = table[:, 1:].T
    except ValueError as error:
        raise InstanceError(f"{name} is not in Li & Lim's format: {error}") from error
    distance = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    pickup = np.flatnonzero((before == 0) & (after != 0)).astype(np.int32)
    return RoutingProblem(
        travel_s=distance,
        cost=distance,
        open_s=open_s.copy(),
        due_s=due_s.copy(),
        service_s=service_s.copy(),
        pickup=pickup,
        dropoff=after[pickup].astype(np.int32),
        demand=demand[pickup].astype(np.int64)[:, None],
        capacity=np.array([int(first[1])], np.int64),
        vehicles=int(first[0]),
    )


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise InstanceError(f"{path} is no zip file ({error}): name the instances' zip") from error
