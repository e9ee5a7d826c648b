"""Opening map files, above all those that are none."""

import hashlib
from pathlib import Path

import pytest

from geo.box import Box
from geo.map_file import MapFileError, content_hash, extent, objects
from tests.support.osm_file import OsmFile


def read(path: Path) -> list[str]:
    return [thing.type_str() for thing in objects(path, ("highway",))]


def test_only_objects_with_the_tag_come(tmp_path: Path) -> None:
    osm = OsmFile()
    a, b = osm.node(1.0, 2.0), osm.node(1.0, 2.1, highway="crossing")
    osm.way([a, b], highway="primary")
    osm.way([a, b], waterway="river")
    assert read(osm.write(tmp_path / "a.osm")) == ["n", "w"]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MapFileError, match=r"there is no map file .*none\.osm\.pbf: give the path"):
        read(tmp_path / "none.osm.pbf")


def test_a_folder_is_no_map_file(tmp_path: Path) -> None:
    with pytest.raises(MapFileError, match="cannot be opened"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.osm.pbf", b"this is not a map"),
        ("empty.osm.pbf", b""),
        ("picture.png", b"\x89PNG"),
        ("cut.osm", b'<osm version="0.6"><node id="1" lat="1"'),
        ("page.osm", b"<html></html>"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MapFileError, match="cannot be read as an OpenStreetMap extract") as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_the_extent_is_what_the_file_says(tmp_path: Path) -> None:
    assert extent(OsmFile(bounds=(1, 2, 3, 4)).write(tmp_path / "a.osm")) == Box(1, 2, 3, 4)
    assert extent(OsmFile().write(tmp_path / "b.osm")) is None


def test_the_extent_of_a_broken_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.osm.pbf").write_bytes(b"nothing of the kind")
    with pytest.raises(MapFileError):
        extent(tmp_path / "a.osm.pbf")


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 3_000_000)
    assert content_hash(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    with pytest.raises(MapFileError):
        content_hash(tmp_path / "none")
