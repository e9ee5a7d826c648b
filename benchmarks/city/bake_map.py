"""Bakes the basemap of the played city, and says beside it where the city is."""

import json
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks.city.errors import CityError
from benchmarks.city.ground import INVENTED_RADIUS_M, MAP_RADIUS_M, streets_of
from benchmarks.city.streets import Streets
from geo.map_file import MapFileError, content_hash
from jobs.basemap import MAX_ZOOM, MIN_ZOOM, Title, bake

FORMAT = 1
"""Raise it when the map would look different for the same city."""


@dataclass(frozen=True, slots=True)
class MapWish:
    """Which city to draw (a map file, or the seed of an invented one), into which file."""

    map_file: Path | None
    seed: int
    out: Path
    cache: Path

    @property
    def note(self) -> Path:
        """The file beside the map that says where the city is, and for whom it was baked."""
        return self.out.with_name(f"{self.out.name}.json")


async def bake_city(wish: MapWish, database_url: str) -> str:
    """Bake the map unless it is there already; return a sentence that says what was done.

    Raises CityError when the map file or the database cannot be used.
    """
    stamp = _stamp(wish)
    if wish.out.is_file() and _known_stamp(wish.note) == stamp:
        return f"The map {wish.out} is there already."
    streets = streets_of(wish.map_file, wish.seed, wish.cache)
    features = list(streets.features())
    wish.out.parent.mkdir(parents=True, exist_ok=True)
    wish.note.unlink(missing_ok=True)
    try:
        connection = await asyncpg.connect(database_url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        message = f"PostgreSQL does not answer ({error}): correct --database-url."
        raise CityError(message) from error
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        title = Title(streets.name, streets.attribution)
        tiles = await bake(connection, features, wish.out, title)
    finally:
        await connection.close(timeout=5)
    wish.note.write_text(json.dumps(_note(streets, stamp), indent=1) + "\n")
    return f"Baked {tiles} tiles of {streets.name} into {wish.out}."


def _note(streets: Streets, stamp: str) -> dict[str, object]:
    box = streets.box
    return {
        "name": streets.name,
        "attribution": streets.attribution,
        "centre": {"latitude": streets.centre.lat, "longitude": streets.centre.lng},
        "radiusM": streets.radius_m,
        "bbox": [box.min_lng, box.min_lat, box.max_lng, box.max_lat],
        "stamp": stamp,
    }


def _stamp(wish: MapWish) -> str:
    """Return what the map depends on; it need not be baked again while that is the same."""
    zooms = f"{FORMAT}/{MIN_ZOOM}-{MAX_ZOOM}"
    if wish.map_file is None:
        return f"{zooms}/invented/{INVENTED_RADIUS_M:g}/{wish.seed}"
    try:
        return f"{zooms}/{wish.map_file.name}/{MAP_RADIUS_M:g}/{content_hash(wish.map_file)}"
    except MapFileError as error:
        raise CityError(f"{error}.") from error


def _known_stamp(note: Path) -> str | None:
    try:
        return str(json.loads(note.read_text())["stamp"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
