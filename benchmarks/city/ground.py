"""On whose streets a city is played: those of a map, or invented ones."""

from pathlib import Path

from benchmarks.city.errors import CityError
from benchmarks.city.streets import Streets, invented_streets, streets_of_map
from geo.map_file import MapFileError
from geo.point import Point

MAP_RADIUS_M = 6000.0
INVENTED_RADIUS_M = 3500.0
NOWHERE = Point(46.2, 8.9)
"""Where invented cities lie: mountains in truth, so nobody misses a street of theirs."""


def streets_of(map_file: Path | None, seed: int, cache: Path) -> Streets:
    """Return the streets of a map file, else invented ones of a seed.

    Raises CityError when the file cannot be used.
    """
    if map_file is None:
        return invented_streets(NOWHERE, INVENTED_RADIUS_M, seed)
    try:
        return streets_of_map(map_file, cache, MAP_RADIUS_M)
    except MapFileError as error:
        raise CityError(f"{error}.") from error
    except OSError as error:
        raise CityError(f"The folder {cache} cannot be written: {error.strerror}.") from error
