"""Tile files, written and read back."""

import gzip
from pathlib import Path

import pytest
from pmtiles.reader import MemorySource, Reader
from pmtiles.tile import Compression, TileType

from geo.box import Box
from jobs.tile_file import Tile, TileSet, write_tiles

SET = TileSet("Porto", "© those who drew it", Box(41.0, -9.0, 41.5, -8.0), ("areas", "roads"))
TILES = [Tile(9, 243, 190, b"c"), Tile(8, 121, 95, b"a"), Tile(9, 243, 191, b"b")]


def reader(path: Path) -> Reader:
    return Reader(MemorySource(path.read_bytes()))


def test_every_tile_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "map.pmtiles"
    write_tiles(path, SET, TILES)
    for tile in TILES:
        assert gzip.decompress(reader(path).get(tile.zoom, tile.x, tile.y)) == tile.data
    assert reader(path).get(8, 0, 0) is None


def test_the_file_describes_itself(tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    write_tiles(path, SET, TILES)
    header, metadata = reader(path).header(), reader(path).metadata()
    assert (header["min_zoom"], header["max_zoom"]) == (8, 9)
    assert header["tile_type"] == TileType.MVT
    assert header["tile_compression"] == Compression.GZIP
    assert header["clustered"]
    assert header["min_lon_e7"] == -90_000_000
    assert header["max_lat_e7"] == 415_000_000
    assert metadata["name"] == "Porto"
    assert metadata["attribution"] == "© those who drew it"
    assert [layer["id"] for layer in metadata["vector_layers"]] == ["areas", "roads"]


def test_the_same_tiles_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    write_tiles(tmp_path / "a", SET, TILES)
    write_tiles(tmp_path / "b", SET, TILES[::-1])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_needs_a_tile(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one tile"):
        write_tiles(tmp_path / "map.pmtiles", SET, [])


def test_a_failure_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    write_tiles(path, SET, TILES)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="outside zoom level bounds"):
        write_tiles(path, SET, [Tile(0, 5, 5, b"x")])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
