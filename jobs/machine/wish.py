"""What somebody may ask of the demo, read from NAME=value words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.machine.map_extract import is_whole_extract
from jobs.machine.steps import CannotGoOn


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of the demo; `city` is a map extract, None a generated city."""

    port: int = 8080
    couriers: int = 60
    city: Path | None = None
    speed: float = 10.0
    seed: int = 1
    reset: bool = False


def read_wish(variables: Mapping[str, str]) -> Wish:
    """Return what the variables of `demo` ask for; raises CannotGoOn for one without sense."""
    plain = Wish()
    city = variables.get("CITY", "")
    if city and not Path(city).is_file():
        raise CannotGoOn(
            f"CITY={city} is not a file: name a map extract (.osm.pbf), or leave it out."
        )
    if city and not city.endswith(".pbf"):
        raise CannotGoOn(f"CITY={city} must be called so: give the extract a name with .osm.pbf.")
    if city and not is_whole_extract(Path(city)):
        raise CannotGoOn(
            f"CITY={city} is no OpenStreetMap extract, or cut short: name a whole .osm.pbf file, or"
            " leave it out."
        )
    return Wish(
        port=_whole(variables, "PORT", plain.port, 1, 65532),
        couriers=_whole(variables, "COURIERS", plain.couriers, 1, 100_000),
        city=Path(city).resolve() if city else None,
        speed=_number(variables, "SPEED", plain.speed, 0.1, 1000.0),
        seed=_whole(variables, "SEED", plain.seed, 0, 2**31),
        reset=_whole(variables, "RESET", 0, 0, 1) == 1,
    )


def _whole(variables: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    given = variables.get(name, "") or str(default)
    if not re.fullmatch(r"[0-9]{1,10}", given) or not low <= int(given) <= high:
        raise CannotGoOn(f"{name}={given} does not work: give a whole number from {low} to {high}.")
    return int(given)


def _number(
    variables: Mapping[str, str], name: str, default: float, low: float, high: float
) -> float:
    given = variables.get(name, "") or str(default)
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", given) or not low <= float(given) <= high:
        raise CannotGoOn(f"{name}={given} does not work: give a number from {low:g} to {high:g}.")
    return float(given)
