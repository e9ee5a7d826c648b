"""A place on the globe, distances between places, and the plane in which dispatch measures."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_M = 6_371_008.8  # mean radius of WGS 84 (IUGG)
_M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M
# Within a few metres of a pole "east" has no meaning: this keeps divisions finite there.
_SMALLEST_COSINE = 1e-9


class Point(NamedTuple):
    """A place: degrees north and degrees east, WGS 84."""

    lat: float
    lng: float


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance in metres (haversine, R. W. Sinnott 1984)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_north = math.sin((lat_b - lat_a) / 2)
    half_east = math.sin(math.radians(b.lng - a.lng) / 2)
    chord = half_north**2 + math.cos(lat_a) * math.cos(lat_b) * half_east**2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def distances_m(lats: ArrayLike, lngs: ArrayLike, to: Point) -> NDArray[np.float64]:
    """Return the great-circle metres from each (lat, lng) to one point, shape of `lats`."""
    lat = np.radians(np.asarray(lats, dtype=np.float64))
    lng = np.radians(np.asarray(lngs, dtype=np.float64))
    to_lat, to_lng = math.radians(to.lat), math.radians(to.lng)
    half_north = np.sin((lat - to_lat) / 2)
    half_east = np.sin((lng - to_lng) / 2)
    chord = half_north**2 + np.cos(lat) * math.cos(to_lat) * half_east**2
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return metres


def bearing_deg(a: Point, b: Point) -> float:
    """Return the direction in which to leave `a` for `b`: degrees from north, clockwise, [0, 360).

    The direction from a point to itself is 0.
    """
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    east = math.radians(b.lng - a.lng)
    y = math.sin(east) * math.cos(lat_b)
    x = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(east)
    degrees = math.degrees(math.atan2(y, x)) % 360.0
    return 0.0 if degrees == 360.0 else degrees  # -1e-17 % 360.0 is 360.0


def offset(point: Point, north_m: float, east_m: float) -> Point:
    """Return the point so many metres north and east; for moves of up to some kilometres."""
    return Plane(point).point_at(east_m, north_m)


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east (x) and north (y) of an origin: the local equirectangular projection.

    Straight planar distances differ from great-circle ones by less than 0.2 % within 6 km of the
    origin and less than 1.5 % within 50 km, up to latitude 60. Use one plane per market.
    """

    origin: Point

    def to_xy(self, lats: ArrayLike, lngs: ArrayLike) -> NDArray[np.float64]:
        """Return metres (x east, y north) of each place, float64, shape (n, 2)."""
        lat = np.atleast_1d(np.asarray(lats, dtype=np.float64))
        lng = np.atleast_1d(np.asarray(lngs, dtype=np.float64))
        east_deg = (lng - self.origin.lng + 180.0) % 360.0 - 180.0
        xy = np.empty((len(lat), 2))
        xy[:, 0] = east_deg * (_M_PER_DEGREE * self._cosine())
        xy[:, 1] = (lat - self.origin.lat) * _M_PER_DEGREE
        return xy

    def to_points(self, xy: ArrayLike) -> NDArray[np.float64]:
        """Return degrees (lat, lng) of each planar position (n, 2), float64, shape (n, 2)."""
        metres = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        places = np.empty_like(metres)
        lat = self.origin.lat + metres[:, 1] / _M_PER_DEGREE
        lng = self.origin.lng + metres[:, 0] / (_M_PER_DEGREE * self._cosine())
        places[:, 0] = np.clip(lat, -90.0, 90.0)
        places[:, 1] = (lng + 180.0) % 360.0 - 180.0
        return places

    def xy_of(self, point: Point) -> tuple[float, float]:
        """Return metres (x east, y north) of one place."""
        east_deg = (point.lng - self.origin.lng + 180.0) % 360.0 - 180.0
        north_deg = point.lat - self.origin.lat
        return east_deg * (_M_PER_DEGREE * self._cosine()), north_deg * _M_PER_DEGREE

    def point_at(self, x: float, y: float) -> Point:
        """Return the place of one planar position."""
        lat = self.origin.lat + y / _M_PER_DEGREE
        lng = self.origin.lng + x / (_M_PER_DEGREE * self._cosine())
        return Point(max(-90.0, min(90.0, lat)), (lng + 180.0) % 360.0 - 180.0)

    def _cosine(self) -> float:
        return max(_SMALLEST_COSINE, math.cos(math.radians(self.origin.lat)))
