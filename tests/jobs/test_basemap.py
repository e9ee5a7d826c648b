"""The baked basemap, tile by tile, on a real PostGIS."""

import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import shapely
from pmtiles.reader import MemorySource, Reader, all_tiles
from shapely.geometry.base import BaseGeometry

from geo.feature import AREA_KINDS, PLACE_KINDS, ROAD_KINDS, Feature, Layer
from geo.point import Point, offset
from jobs.basemap import Title, bake
from tests.support.vector_tile import layers, points_in

CENTRE = Point(41.15, -8.61)
TITLE = Title("Porto", "© those who drew it")
Tiles = dict[tuple[int, int, int], bytes]


@pytest.fixture
async def connection(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A database with PostGIS, for one test."""
    name = f"basemap_{os.getpid()}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"DROP DATABASE IF EXISTS {name}")
    await admin.execute(f"CREATE DATABASE {name}")
    there = await asyncpg.connect(postgres_url, database=name)
    await there.execute("CREATE EXTENSION postgis")
    yield there
    await there.close()
    await admin.execute(f"DROP DATABASE {name}")
    await admin.close()


def feature(layer: Layer, kind: str, shape: BaseGeometry, name: str = "") -> Feature:
    return Feature(layer, kind, name, shapely.to_wkb(shape))


def line(length_m: float, kind: str = "primary", name: str = "Rua Nova") -> Feature:
    there = offset(CENTRE, length_m * 0.6, length_m * 0.8)
    shape = shapely.LineString([CENTRE[::-1], there[::-1]])
    return feature(Layer.ROADS, kind, shape, name)


def square(side_m: float, kind: str) -> Feature:
    there = offset(CENTRE, side_m, side_m)
    return feature(Layer.AREAS, kind, shapely.box(CENTRE.lng, CENTRE.lat, there.lng, there.lat))


def place(kind: str, name: str) -> Feature:
    return feature(Layer.PLACES, kind, shapely.Point(CENTRE.lng, CENTRE.lat), name)


async def baked(connection: asyncpg.Connection, path: Path, *features: Feature) -> Tiles:
    count = await bake(connection, features, path, TITLE)
    tiles = read_tiles(path)
    assert len(tiles) == count
    return tiles


def read_tiles(path: Path) -> Tiles:
    source = MemorySource(path.read_bytes())
    return {at: gzip.decompress(data) for at, data in all_tiles(source)}


def read_file(path: Path) -> Reader:
    return Reader(MemorySource(path.read_bytes()))


def kinds_at(tiles: Tiles, zoom: int, layer: Layer) -> set[str]:
    return {
        found["class"]
        for at, tile in tiles.items()
        if at[0] == zoom
        for found in layers(tile).get(layer, [])
    }


async def test_features_come_with_class_and_name(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    tiles = await baked(
        connection, tmp_path / "map", line(900), square(900, "water"), place("city", "Porto")
    )
    richest = max(tiles.values(), key=lambda tile: len(layers(tile)))
    assert layers(richest) == {
        "areas": [{"class": "water"}],
        "roads": [{"class": "primary", "name": "Rua Nova"}],
        "places": [{"class": "city", "name": "Porto"}],
    }


async def test_all_zooms_are_there_and_no_empty_tile(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    tiles = await baked(connection, tmp_path / "map", line(9000, "motorway"))
    assert {zoom for zoom, *_ in tiles} == set(range(8, 16))
    assert all(layers(tile) for tile in tiles.values())
    # A diagonal of 9 km passes far fewer tiles than its box holds.
    assert sum(zoom == 15 for zoom, *_ in tiles) < 30


async def test_each_kind_is_drawn_from_its_zoom_on(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    roads = [line(20_000, kind) for kind in ROAD_KINDS]
    areas = [square(20_000, kind) for kind in AREA_KINDS]
    places = [place(kind, kind) for kind in PLACE_KINDS]
    tiles = await baked(connection, tmp_path / "map", *roads, *areas, *places)
    assert kinds_at(tiles, 8, Layer.ROADS) == {"motorway", "trunk"}
    assert kinds_at(tiles, 13, Layer.AREAS) == {"water", "park", "landuse"}
    assert kinds_at(tiles, 8, Layer.PLACES) == {"city"}
    assert kinds_at(tiles, 15, Layer.ROADS) == set(ROAD_KINDS)
    assert kinds_at(tiles, 15, Layer.AREAS) == set(AREA_KINDS)
    assert kinds_at(tiles, 15, Layer.PLACES) == set(PLACE_KINDS)


async def test_far_away_shapes_are_simpler(connection: asyncpg.Connection, tmp_path: Path) -> None:
    wave = [offset(CENTRE, 15.0 * (n % 2), 20.0 * n)[::-1] for n in range(300)]
    wavy = feature(Layer.ROADS, "motorway", shapely.LineString(wave))
    tiles = await baked(connection, tmp_path / "map", wavy)
    detail = {zoom: 0 for zoom in range(8, 16)}
    for (zoom, *_), tile in tiles.items():
        detail[zoom] += points_in(tile)
    assert detail[8] < 12
    assert detail[14] > 300


async def test_areas_of_a_few_dots_are_left_out(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    tiles = await baked(connection, tmp_path / "map", line(900), square(100, "water"))
    assert kinds_at(tiles, 10, Layer.AREAS) == set()
    assert kinds_at(tiles, 14, Layer.AREAS) == {"water"}


async def test_the_file_names_its_bounds_and_attribution(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    await bake(connection, [square(1000, "park")], tmp_path / "map", TITLE)
    reader = read_file(tmp_path / "map")
    assert reader.metadata()["attribution"] == "© those who drew it"
    assert reader.header()["min_lat_e7"] == pytest.approx(411_500_000, abs=2)
    assert reader.header()["min_lon_e7"] == pytest.approx(-86_100_000, abs=2)


async def test_nothing_to_draw_is_an_error_and_makes_no_file(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        await bake(connection, [], tmp_path / "map", TITLE)
    assert os.listdir(tmp_path) == []


async def test_an_unknown_kind_is_an_error(connection: asyncpg.Connection, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'canal'"):
        await bake(connection, [line(100, "canal")], tmp_path / "map", TITLE)


async def test_nothing_is_left_in_the_database(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    await bake(connection, [line(500)], tmp_path / "map", TITLE)
    left = await connection.fetchval(
        "SELECT count(*) FROM pg_class WHERE relname LIKE 'basemap%' AND relkind = 'r'"
    )
    assert left == 0
    await bake(connection, [line(500)], tmp_path / "map", TITLE)


async def test_names_survive_whatever_they_hold(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    odd = 'Об\'єднана \\ "улица"\t%s $1\0 موناكو'
    tiles = await baked(connection, tmp_path / "map", line(500, name=odd))
    names = {found.get("name") for tile in tiles.values() for found in layers(tile)["roads"]}
    assert names == {odd.replace("\0", "")}
