"""Bakes map features into one file of vector tiles, by PostGIS, for maps without internet."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from geo.box import Box
from geo.feature import Feature, Layer
from jobs.tile_file import Tile, TileSet, write_tiles

MIN_ZOOM = 8
MAX_ZOOM = 15
_DEADLINE_S = 600.0
# Half the side of the web-mercator square (EPSG:3857), metres.
_HALF_WORLD_M = math.pi * 6_378_137.0

# The zoom from which on each kind is drawn.
_FROM_ZOOM = {
    (Layer.AREAS, "water"): 8,
    (Layer.AREAS, "landuse"): 8,
    (Layer.AREAS, "park"): 10,
    (Layer.AREAS, "building"): 14,
    (Layer.ROADS, "motorway"): 8,
    (Layer.ROADS, "trunk"): 8,
    (Layer.ROADS, "primary"): 9,
    (Layer.ROADS, "secondary"): 10,
    (Layer.ROADS, "tertiary"): 11,
    (Layer.ROADS, "rail"): 11,
    (Layer.ROADS, "minor"): 12,
    (Layer.ROADS, "service"): 14,
    (Layer.ROADS, "path"): 14,
    (Layer.PLACES, "city"): 8,
    (Layer.PLACES, "town"): 9,
    (Layer.PLACES, "village"): 11,
    (Layer.PLACES, "suburb"): 11,
    (Layer.PLACES, "quarter"): 12,
    (Layer.PLACES, "neighbourhood"): 13,
    (Layer.PLACES, "hamlet"): 13,
}

_CREATE = """
    CREATE TEMPORARY TABLE basemap_read (
        layer text NOT NULL, kind text NOT NULL, name text NOT NULL, from_zoom int NOT NULL,
        wkb bytea NOT NULL
    ) ON COMMIT DROP
"""
# `breadth_m` lets a tile leave out areas that would be smaller than a few dots.
_PROJECT = """
    CREATE TEMPORARY TABLE basemap_feature ON COMMIT DROP AS
    SELECT row_number() OVER () AS number, layer, kind, nullif(name, '') AS name, from_zoom, shape,
           sqrt(ST_Area(shape)) AS breadth_m
    FROM (
        SELECT layer, kind, name, from_zoom,
               ST_Transform(ST_SetSRID(ST_GeomFromWKB(wkb), 4326), 3857) AS shape
        FROM basemap_read
    ) AS projected
"""
_INDEX = "CREATE INDEX ON basemap_feature USING gist (shape)"
_EXTENT = """
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT ST_Extent(shape) AS box FROM basemap_feature) AS all_features
"""
# Shapes are simplified below zoom 14 to half a dot of a 512 px tile; above, they stay as they are.
_LAYER = """
    (SELECT ST_AsMVT(inside, '{layer}', 4096, 'shape') FROM (
        SELECT feature.kind AS class, feature.name,
               ST_AsMVTGeom(
                   CASE WHEN $1 >= 14 THEN feature.shape
                        ELSE ST_Simplify(feature.shape, tile.dot_m / 2, true) END,
                   tile.envelope, 4096, 64, true) AS shape
        FROM basemap_feature AS feature
        WHERE feature.layer = '{layer}' AND feature.from_zoom <= $1
          AND feature.shape && tile.reach
          AND (feature.breadth_m = 0 OR feature.breadth_m >= 3 * tile.dot_m)
        ORDER BY feature.number
    ) AS inside WHERE shape IS NOT NULL)
"""
_TILE = f"""
    WITH tile AS (
        SELECT ST_TileEnvelope($1, $2, $3) AS envelope,
               ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096) AS reach,
               {2 * _HALF_WORLD_M} / 512 / power(2, $1) AS dot_m
    )
    SELECT {" || ".join(_LAYER.format(layer=layer) for layer in Layer)} FROM tile
"""  # noqa: S608  # only the names of our own layers are put in


@dataclass(frozen=True, slots=True)
class Title:
    """What a basemap says of itself; the attribution is shown on every map."""

    name: str
    attribution: str


async def bake(
    connection: asyncpg.Connection, features: Iterable[Feature], path: Path, title: Title
) -> int:
    """Write the features as vector tiles of zoom 8 to 15 into a PMTiles file; return their number.

    Needs PostGIS; leaves nothing in the database. The layers are those of `geo.feature`, each
    with the attributes `class` (the feature's kind) and `name`. Tiles with nothing in them are
    left out. The file appears under its name only when it is whole. Reading `features` runs in
    this thread: hand over a list when the event loop has other work.

    Raises ValueError when there is nothing to draw or a feature's kind is unknown.
    """
    async with connection.transaction():
        await connection.execute(_CREATE)
        await connection.copy_records_to_table(
            "basemap_read", records=_rows(features), timeout=_DEADLINE_S
        )
        await connection.execute(_PROJECT, timeout=_DEADLINE_S)
        await connection.execute(_INDEX, timeout=_DEADLINE_S)
        await connection.execute("ANALYZE basemap_feature")
        extent = await connection.fetchrow(_EXTENT)
        if extent is None or extent[0] is None:
            raise ValueError("there is nothing to draw: the map has no features inside its box")
        bounds_m = (extent[0], extent[1], extent[2], extent[3])
        tiles = [tile async for tile in _baked(connection, bounds_m)]
    tile_set = TileSet(title.name, title.attribution, _degrees(bounds_m), tuple(Layer))
    await asyncio.to_thread(write_tiles, path, tile_set, tiles)
    return len(tiles)


def _rows(features: Iterable[Feature]) -> Iterator[tuple[str, str, str, int, bytes]]:
    for feature in features:
        from_zoom = _FROM_ZOOM.get((feature.layer, feature.kind))
        if from_zoom is None:
            raise ValueError(f"no zoom is set for {feature.layer} of kind {feature.kind!r}")
        # PostgreSQL keeps no NUL in a text.
        name = feature.name.replace("\0", "")
        yield feature.layer.value, feature.kind, name, from_zoom, feature.wkb


async def _baked(
    connection: asyncpg.Connection, bounds_m: tuple[float, float, float, float]
) -> AsyncIterator[Tile]:
    """Yield the tiles that hold anything."""
    statement = await connection.prepare(_TILE, timeout=_DEADLINE_S)
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        for x, y in _touched(zoom, bounds_m):
            data = await statement.fetchval(zoom, x, y, timeout=_DEADLINE_S)
            if data:
                yield Tile(zoom, x, y, data)


def _touched(zoom: int, bounds_m: tuple[float, float, float, float]) -> Iterator[tuple[int, int]]:
    """Yield column and row of the tiles that a box in EPSG:3857 touches."""
    side_m, last = 2 * _HALF_WORLD_M / 2**zoom, 2**zoom - 1
    min_x, min_y, max_x, max_y = bounds_m
    west, east = ((value + _HALF_WORLD_M) / side_m for value in (min_x, max_x))
    north, south = ((_HALF_WORLD_M - value) / side_m for value in (max_y, min_y))
    for x in range(max(0, math.floor(west)), min(last, math.floor(east)) + 1):
        for y in range(max(0, math.floor(north)), min(last, math.floor(south)) + 1):
            yield x, y


def _degrees(bounds_m: tuple[float, float, float, float]) -> Box:
    """Return a box in EPSG:3857 as degrees."""
    west, south, east, north = (value / _HALF_WORLD_M * math.pi for value in bounds_m)
    low, high = (math.degrees(math.atan(math.sinh(value))) for value in (south, north))
    return Box(low, math.degrees(west), high, math.degrees(east))
