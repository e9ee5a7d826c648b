"""A line of points as something to move along, and Google's text form of it."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from geo.point import Point, bearing_deg, distance_m

_LONGEST_NUMBER_CHARS = 7  # 360 degrees at precision 6, zigzag: 30 bits in groups of 5, and one


@dataclass(frozen=True, slots=True)
class Line:
    """Points in travelling order; `along_m[i]` is how far point i is from the first, in metres."""

    points: tuple[Point, ...]
    along_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """Metres from the first point to the last."""
        return self.along_m[-1]

    def at(self, m: float) -> Point:
        """Return the place so many metres along; before or beyond the line, its nearer end."""
        leg = self._leg(m)
        start, end = self.points[leg], self.points[min(leg + 1, len(self.points) - 1)]
        leg_m = self.along_m[min(leg + 1, len(self.points) - 1)] - self.along_m[leg]
        share = 0.0 if leg_m <= 0.0 else max(0.0, min(1.0, (m - self.along_m[leg]) / leg_m))
        # Across the antimeridian the short way is through 180.
        east = (end.lng - start.lng + 180.0) % 360.0 - 180.0
        lng = start.lng + share * east
        if not -180.0 <= lng <= 180.0:
            lng = (lng + 180.0) % 360.0 - 180.0
        return Point(start.lat + share * (end.lat - start.lat), lng)

    def bearing_at(self, m: float) -> float:
        """Return the direction of travel so many metres along, degrees from north, clockwise."""
        leg = min(self._leg(m), max(0, len(self.points) - 2))
        return bearing_deg(self.points[leg], self.points[min(leg + 1, len(self.points) - 1)])

    def _leg(self, m: float) -> int:
        """Return the index of the point after which the place lies."""
        return max(0, bisect_right(self.along_m, m) - 1)


def line_of(points: Iterable[Point]) -> Line:
    """Return the line through points; repeated points are taken once.

    Raises ValueError when there is no point.
    """
    kept: list[Point] = []
    for point in points:
        if not kept or point != kept[-1]:
            kept.append(point)
    if not kept:
        raise ValueError("a line needs at least one point")
    legs = (distance_m(a, b) for a, b in pairwise(kept))
    return Line(tuple(kept), tuple(accumulate(legs, initial=0.0)))


def encode(points: Sequence[Point], precision: int = 5) -> str:
    """Return points as Google's encoded polyline; `precision` is the number of decimals kept.

    The algorithm: developers.google.com/maps/documentation/utilities/polylinealgorithm.
    Precision 6 is what OSRM and Valhalla call polyline6.
    """
    scale = 10**precision
    text: list[str] = []
    last_lat = last_lng = 0
    for point in points:
        lat, lng = _nearest(point.lat * scale), _nearest(point.lng * scale)
        text += _number_text(lat - last_lat)
        text += _number_text(lng - last_lng)
        last_lat, last_lng = lat, lng
    return "".join(text)


def decode(text: str, precision: int = 5) -> list[Point]:
    """Return the points of an encoded polyline.

    Raises ValueError when the text is cut off, holds a foreign character or leaves the globe.
    """
    scale = 10**precision
    numbers = _numbers(text)
    if len(numbers) % 2:
        raise ValueError("the encoded polyline ends after a latitude: its end is missing")
    lats, lngs = accumulate(numbers[::2]), accumulate(numbers[1::2])
    points = [Point(lat / scale, lng / scale) for lat, lng in zip(lats, lngs, strict=True)]
    if any(abs(point.lat) > 90.0 or abs(point.lng) > 180.0 for point in points):
        raise ValueError("the encoded polyline leaves the globe: is it of another precision?")
    return points


def _nearest(value: float) -> int:
    """Round half away from zero, as the published examples do."""
    return math.floor(value + 0.5) if value >= 0 else -math.floor(-value + 0.5)


def _number_text(value: int) -> Iterable[str]:
    rest = ~(value << 1) if value < 0 else value << 1
    while rest >= 0x20:
        yield chr((0x20 | (rest & 0x1F)) + 63)
        rest >>= 5
    yield chr(rest + 63)


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    value = chars = 0
    for at, letter in enumerate(text):
        group = ord(letter) - 63
        if not 0 <= group <= 0x3F:
            raise ValueError(f"character {at} of the encoded polyline is {letter!r}")
        value |= (group & 0x1F) << (5 * chars)
        chars += 1
        if chars > _LONGEST_NUMBER_CHARS:
            raise ValueError(f"the number ending at character {at} of the polyline is too long")
        if not group & 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = chars = 0
    if chars:
        raise ValueError("the encoded polyline ends inside a number: its end is missing")
    return numbers
