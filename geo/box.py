"""A box between two parallels and two meridians."""

from typing import NamedTuple

from geo.point import Point, offset


class Box(NamedTuple):
    """Degrees; does not cross the antimeridian."""

    min_lat: float
    min_lng: float
    max_lat: float
    max_lng: float


def box_around(centre: Point, radius_m: float) -> Box:
    """Return the box that just holds a circle of up to some tens of kilometres."""
    south_west = offset(centre, -radius_m, -radius_m)
    north_east = offset(centre, radius_m, radius_m)
    return Box(south_west.lat, south_west.lng, north_east.lat, north_east.lng)


def overlap(a: Box, b: Box) -> Box:
    """Return the box that two boxes share; it is inside out when they share nothing."""
    return Box(
        max(a.min_lat, b.min_lat),
        max(a.min_lng, b.min_lng),
        min(a.max_lat, b.max_lat),
        min(a.max_lng, b.max_lng),
    )
