"""Opening OpenStreetMap files: what is in them, object by object, or one clear error."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import osmium
from osmium.filter import KeyFilter
from osmium.osm.types import OSMEntity

from geo.box import Box

_CHUNK_BYTES = 1 << 20


class MapFileError(Exception):
    """A map file that cannot be used, in one sentence that says what to do."""


def objects(map_file: Path, keys: tuple[str, ...], areas: bool = False) -> Iterator[OSMEntity]:
    """Yield the objects of a file (.osm.pbf, .osm, ...) that carry one of the tag keys.

    Ways know the locations of their nodes. With `areas`, closed ways and multipolygon relations
    come again as Area objects. An object is only valid until the next one is asked for.

    Raises MapFileError when the file is missing, broken or of another kind.
    """
    check_readable(map_file)
    try:
        processor = osmium.FileProcessor(str(map_file)).with_locations()
        if areas:
            processor = processor.with_areas(KeyFilter(*keys))
        yield from processor.with_filter(KeyFilter(*keys))
    except RuntimeError as error:
        raise _unreadable(map_file, error) from error


def extent(map_file: Path) -> Box | None:
    """Return the box that the file says it was cut to, or None when it does not say.

    Raises MapFileError as `objects` does.
    """
    check_readable(map_file)
    try:
        told = osmium.FileProcessor(str(map_file)).header.box()
    except RuntimeError as error:
        raise _unreadable(map_file, error) from error
    if not told.valid():
        return None
    low, high = told.bottom_left, told.top_right
    return Box(low.lat, low.lon, high.lat, high.lon)


def content_hash(map_file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises MapFileError when it cannot be read.
    """
    check_readable(map_file)
    digest = hashlib.sha256()
    with map_file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def check_readable(map_file: Path) -> None:
    """Raise MapFileError unless the path is a file that we may read."""
    try:
        with map_file.open("rb"):
            pass
    except FileNotFoundError:
        raise MapFileError(
            f"there is no map file {map_file}: give the path of an .osm.pbf extract"
        ) from None
    except OSError as error:
        raise MapFileError(f"the map file {map_file} cannot be opened: {error.strerror}") from error


def _unreadable(map_file: Path, error: RuntimeError) -> MapFileError:
    return MapFileError(
        f"{map_file} cannot be read as an OpenStreetMap extract ({error}): "
        "give a whole .osm.pbf file"
    )
