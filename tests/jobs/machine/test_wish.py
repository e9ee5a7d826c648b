"""The variables of the demo: what they mean and what is refused."""

from pathlib import Path

import pytest

from jobs.machine.steps import CannotGoOn
from jobs.machine.wish import Wish, read_wish


def test_nothing_given_means_the_defaults() -> None:
    assert read_wish({}) == Wish(port=8080, couriers=60, city=None, speed=10.0, reset=False)


def test_empty_variables_mean_the_defaults() -> None:
    assert read_wish({"PORT": "", "CITY": "", "RESET": ""}) == Wish()


def test_every_variable_is_read(tmp_path: Path) -> None:
    extract = tmp_path / "porto.osm.pbf"
    extract.write_bytes(b"\0\0\0\x0e\x0a\x09OSMHeader\x18\x72")
    given = {
        "PORT": "9000",
        "COURIERS": "200",
        "CITY": str(extract),
        "SPEED": "2.5",
        "SEED": "7",
        "RESET": "1",
    }
    assert read_wish(given) == Wish(9000, 200, extract, 2.5, 7, reset=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65534"),
        ("PORT", "80a"),
        ("PORT", "-1"),
        ("PORT", "٨٠"),
        ("COURIERS", "0"),
        ("COURIERS", "1e3"),
        ("SPEED", "0"),
        ("SPEED", "nan"),
        ("SPEED", "1001"),
        ("RESET", "yes"),
        ("CITY", "/nowhere/city.osm.pbf"),
    ],
)
def test_a_value_without_sense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(CannotGoOn, match=f"^{name}={value} "):
        read_wish({name: value})


def test_a_file_that_is_no_extract_is_refused_before_anything_starts(tmp_path: Path) -> None:
    other = tmp_path / "map.zip"
    other.write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(CannotGoOn, match="no OpenStreetMap extract"):
        read_wish({"CITY": str(other)})
