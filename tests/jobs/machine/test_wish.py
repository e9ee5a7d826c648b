"""The variables of the demo: what they mean and what is refused."""

from pathlib import Path

import pytest

from jobs.machine.steps import CannotGoOn
from jobs.machine.wish import Wish, read_wish


def block(kind: bytes, content: bytes = b"zipped") -> bytes:
    """Return one block as an extract has it."""
    head = b"\x0a" + bytes([len(kind)]) + kind + b"\x18" + bytes([len(content)])
    return len(head).to_bytes(4, "big") + head + content


def test_nothing_given_means_the_defaults() -> None:
    assert read_wish({}) == Wish(port=8080, couriers=60, city=None, speed=10.0, reset=False)


def test_empty_variables_mean_the_defaults() -> None:
    assert read_wish({"PORT": "", "CITY": "", "RESET": ""}) == Wish()


def test_every_variable_is_read(tmp_path: Path) -> None:
    extract = tmp_path / "porto.osm.pbf"
    extract.write_bytes(block(b"OSMHeader") + block(b"OSMData"))
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


WHOLE = block(b"OSMHeader") + block(b"OSMData") * 2


def test_a_map_under_another_name_is_refused_before_anything_starts(tmp_path: Path) -> None:
    extract = tmp_path / "porto.map"
    extract.write_bytes(WHOLE)
    with pytest.raises(CannotGoOn, match=r"a name with \.osm\.pbf"):
        read_wish({"CITY": str(extract)})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 and more",
        WHOLE[:-1],
        WHOLE[: len(block(b"OSMHeader")) + 3],
        WHOLE + b"\xff" * 40,
        block(b"OSMData") * 2,
        block(b"OSMHeader") + block(b"Other"),
    ],
    ids=["nothing", "a zip", "cut", "cut in a head", "noise behind", "no header", "other blocks"],
)
def test_a_map_that_is_not_whole_is_refused_before_anything_starts(
    tmp_path: Path, content: bytes
) -> None:
    extract = tmp_path / "city.osm.pbf"
    extract.write_bytes(content)
    with pytest.raises(CannotGoOn, match="no OpenStreetMap extract, or cut short"):
        read_wish({"CITY": str(extract)})
