"""Vector tiles into one PMTiles file (version 3), whole or not at all."""

import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.box import Box

_E7 = 10_000_000


@dataclass(frozen=True, slots=True)
class Tile:
    """One uncompressed Mapbox vector tile; `y` counts from the north."""

    zoom: int
    x: int
    y: int
    data: bytes


@dataclass(frozen=True, slots=True)
class TileSet:
    """What a file says of its tiles."""

    name: str
    attribution: str
    bounds: Box
    layers: tuple[str, ...]


class _Writer(Protocol):
    """What we use of pmtiles' writer, which says that it is typed but is not."""

    def write_tile(self, _place: int, _data: bytes, /) -> None: ...

    def finalize(self, _header: dict[str, object], _metadata: dict[str, object], /) -> None: ...


def write_tiles(path: Path, tile_set: TileSet, tiles: list[Tile]) -> None:
    """Write the tiles, compressed, in the order in which a reader finds them fastest.

    The folder is made when it is missing. The same tiles give the same bytes.

    Raises ValueError when there is no tile.
    """
    if not tiles:
        raise ValueError("a tile file needs at least one tile")
    placed = {zxy_to_tileid(tile.zoom, tile.x, tile.y): tile for tile in tiles}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as stream:
            writer: _Writer = Writer(stream)  # type: ignore[no-untyped-call]  # see _Writer
            for place, tile in sorted(placed.items()):
                writer.write_tile(place, gzip.compress(tile.data, mtime=0))
            writer.finalize(_header(tile_set), _metadata(tile_set, tiles))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _header(tile_set: TileSet) -> dict[str, object]:
    south, west, north, east = (round(value * _E7) for value in tile_set.bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lat_e7": south,
        "min_lon_e7": west,
        "max_lat_e7": north,
        "max_lon_e7": east,
    }


def _metadata(tile_set: TileSet, tiles: list[Tile]) -> dict[str, object]:
    zooms = [tile.zoom for tile in tiles]
    fields = {"class": "String", "name": "String"}
    return {
        "name": tile_set.name,
        "type": "baselayer",
        "attribution": tile_set.attribution,
        "vector_layers": [
            {"id": layer, "fields": fields, "minzoom": min(zooms), "maxzoom": max(zooms)}
            for layer in tile_set.layers
        ],
    }
