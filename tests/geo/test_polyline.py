"""Moving along a line, and its encoded form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.point import Point, distance_m, offset
from geo.polyline import decode, encode, line_of

START = Point(41.15, -8.61)
CORNER = offset(START, 0, 300)
END = offset(CORNER, 400, 0)
POINTS = st.lists(st.builds(Point, st.floats(-89, 89), st.floats(-179, 179)), max_size=20)


def test_a_line_is_as_long_as_its_legs() -> None:
    assert line_of([START, CORNER, END]).length_m == pytest.approx(700, rel=1e-3)


def test_a_place_part_way_along_lies_on_the_line() -> None:
    line = line_of([START, CORNER, END])
    assert distance_m(line.at(150), offset(START, 0, 150)) < 0.5
    assert distance_m(line.at(300 + 100), offset(CORNER, 100, 0)) < 0.5


def test_before_and_beyond_a_line_are_its_ends() -> None:
    line = line_of([START, CORNER, END])
    assert line.at(-5) == START
    assert line.at(line.length_m) == END
    assert line.at(1e9) == END


def test_the_direction_is_that_of_the_leg() -> None:
    line = line_of([START, CORNER, END])
    assert line.bearing_at(150) == pytest.approx(90, abs=0.1)
    assert line.bearing_at(500) == pytest.approx(0, abs=0.1)
    assert line.bearing_at(1e9) == pytest.approx(0, abs=0.1)


def test_a_line_of_one_point_is_that_point() -> None:
    line = line_of([START, START])
    assert line.length_m == 0
    assert line.at(10) == START
    assert line.bearing_at(10) == 0


def test_a_line_needs_a_point() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        line_of([])


def test_a_line_across_the_antimeridian_takes_the_short_way() -> None:
    line = line_of([Point(0, 179.9), Point(0, -179.9)])
    assert abs(line.at(line.length_m * 0.75).lng) == pytest.approx(179.95)
    assert line.at(line.length_m * 0.75).lng < 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_moving_along_a_line_covers_no_more_than_was_moved(a: float, b: float) -> None:
    line = line_of([START, CORNER, END])
    along_a, along_b = a * line.length_m, b * line.length_m
    apart_m = distance_m(line.at(along_a), line.at(along_b))
    assert apart_m <= abs(along_a - along_b) * 1.001 + 1e-6


def test_the_published_example_is_encoded_as_published() -> None:
    points = [Point(38.5, -120.2), Point(40.7, -120.95), Point(43.252, -126.453)]
    assert encode(points) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    assert decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@") == points


@pytest.mark.parametrize("precision", [5, 6])
@given(points=POINTS)
def test_a_line_is_decoded_as_it_was_encoded(precision: int, points: list[Point]) -> None:
    decoded = decode(encode(points, precision), precision)
    assert len(decoded) == len(points)
    for old, new in zip(points, decoded, strict=True):
        assert new.lat == pytest.approx(old.lat, abs=0.51 * 10**-precision)
        assert new.lng == pytest.approx(old.lng, abs=0.51 * 10**-precision)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("_p~iF", "ends after a latitude"),
        ("_p~iF~ps|", "ends inside a number"),
        ("_p~iF ps|U", "character 5"),
        ("_p~iFé", "character 5"),
        ("~~~~~~~~~~?", "too long"),
        ("_p~iF~ps|U_p~iF~ps|U_p~iF~ps|U", "leaves the globe"),
    ],
)
def test_a_broken_text_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        decode(text)


@given(st.text(alphabet=[chr(n) for n in range(63, 128)], max_size=30))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    try:
        points = decode(text)
    except ValueError:
        return
    assert all(abs(point.lat) <= 90 and abs(point.lng) <= 180 for point in points)
