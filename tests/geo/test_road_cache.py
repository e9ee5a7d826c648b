"""The road graph in its cache file."""

from pathlib import Path

import numpy as np
import pytest

from geo import road_cache
from geo.map_file import MapFileError
from geo.road_cache import load_roads
from geo.roads import RoadGraph
from tests.support.osm_file import OsmFile


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    osm = OsmFile()
    osm.way([osm.node(41.15, -8.61 + n / 100) for n in range(4)], highway="residential")
    return osm.write(tmp_path / "map.osm")


def arrays(roads: RoadGraph) -> list[list[float]]:
    return [
        array.tolist()
        for array in (roads.lats, roads.lngs, roads.offsets, roads.targets, roads.lengths_m)
    ]


def test_what_was_kept_is_what_was_read(map_file: Path, tmp_path: Path) -> None:
    first, second = (load_roads(map_file, tmp_path / "cache") for _ in range(2))
    assert arrays(first) == arrays(second)
    assert second.path(0, 3).metres == first.path(0, 3).metres


def test_the_second_time_the_map_is_not_read(
    map_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_roads(map_file, tmp_path / "cache")
    monkeypatch.delattr(road_cache, "read_roads")
    assert len(load_roads(map_file, tmp_path / "cache")) == 4


def test_a_changed_map_is_read_anew(map_file: Path, tmp_path: Path) -> None:
    load_roads(map_file, tmp_path / "cache")
    osm = OsmFile()
    osm.way([osm.node(41.15, -8.61), osm.node(41.16, -8.61)], highway="residential")
    osm.write(map_file)
    assert len(load_roads(map_file, tmp_path / "cache")) == 2


@pytest.mark.parametrize("damage", ["empty", "cut", "other"])
def test_a_damaged_file_is_made_again(map_file: Path, tmp_path: Path, damage: str) -> None:
    cache = tmp_path / "cache"
    load_roads(map_file, cache)
    (kept,) = cache.iterdir()
    if damage == "other":
        with kept.open("wb") as stream:
            np.savez(stream, wrong=np.zeros(3))
    else:
        kept.write_bytes(b"" if damage == "empty" else kept.read_bytes()[:300])
    assert len(load_roads(map_file, cache)) == 4
    assert len(load_roads(map_file, cache)) == 4


def test_nothing_but_the_whole_file_is_left_in_the_cache(map_file: Path, tmp_path: Path) -> None:
    load_roads(map_file, tmp_path / "cache")
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".npz"]


def test_a_missing_map_makes_no_cache(tmp_path: Path) -> None:
    with pytest.raises(MapFileError):
        load_roads(tmp_path / "none.osm.pbf", tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
