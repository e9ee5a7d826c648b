"""H3 cells as integers: the key of rooms, zones and statistics (https://h3geo.org)."""

import math
from functools import lru_cache

import h3.api.basic_int as h3
from h3 import LatLngMultiPoly, LatLngPoly
from shapely import LinearRing, MultiPolygon, Polygon
from shapely import Point as ShapelyPoint

from geo.point import EARTH_RADIUS_M, Plane, Point

FINEST_RESOLUTION = 15
# Cells of one resolution differ in size: the largest measures less than 1.21 of the mean.
_LARGEST_TO_MEAN_AREA = 1.25
# The longest line inside a cell, in mean edges: two edges in a regular hexagon, and room for the
# stretched ones.
_LONGEST_TO_MEAN_EDGE = 3.0
# H3 reads a polygon wider than half the globe as crossing the antimeridian.
_WIDEST_PIECE_DEG = 90.0
_M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M
# A plane serves within some ten kilometres and away from the poles; the rest of the radius is left
# to its error.
_FLAT_LAT, _FLAT_M, _INNER = 70.0, 15_000.0, 0.97


def cell_of(point: Point, resolution: int) -> int:
    """Return the cell that contains a place.

    Raises ValueError when the place is not on the globe or the resolution is not 0 ... 15.
    """
    if not (-90.0 <= point.lat <= 90.0 and -180.0 <= point.lng <= 180.0):
        raise ValueError(f"{point.lat}, {point.lng} is not a place: latitude first, in degrees")
    _check_resolution(resolution)
    cell: int = h3.latlng_to_cell(point.lat, point.lng, resolution)
    return cell


def centre(cell: int) -> Point:
    """Return the middle of a cell."""
    lat, lng = h3.cell_to_latlng(cell)
    return Point(lat, lng)


def is_well_inside(cell: int, lat: float, lng: float) -> bool:
    """Tell whether a place is in a cell for certain; one near the edge may be called outside.

    Ten times cheaper than asking for the cell of the place, for who mostly stays where it was.
    """
    middle_lat, middle_lng, m_per_east, radius_m = _inner_circle(cell)
    north_m = (lat - middle_lat) * _M_PER_DEGREE
    east_m = (lng - middle_lng) * m_per_east
    return north_m * north_m + east_m * east_m < radius_m * radius_m


@lru_cache(maxsize=1 << 16)
def _inner_circle(cell: int) -> tuple[float, float, float, float]:
    """Return a circle inside a cell: its middle, metres per degree east there, its radius.

    The radius is 0 where a plane is no picture of the globe.
    """
    middle = centre(cell)
    corners = Plane(middle).to_xy(*zip(*h3.cell_to_boundary(cell), strict=True))
    nearest_m: float = LinearRing(corners).distance(ShapelyPoint(0.0, 0.0))
    is_flat = abs(middle.lat) < _FLAT_LAT and nearest_m < _FLAT_M
    m_per_east = _M_PER_DEGREE * math.cos(math.radians(middle.lat))
    return *middle, m_per_east, nearest_m * _INNER if is_flat else 0.0


def resolution(cell: int) -> int:
    """Return the resolution of a cell: 0 (coarsest) ... 15 (finest)."""
    found: int = h3.get_resolution(cell)
    return found


def parent(cell: int, coarser: int) -> int:
    """Return the cell of a coarser (or the same) resolution that a cell belongs to.

    Raises ValueError when `coarser` is finer than the cell.
    """
    if not 0 <= coarser <= resolution(cell):
        raise ValueError(f"a cell of resolution {resolution(cell)} has no parent at {coarser}")
    found: int = h3.cell_to_parent(cell, coarser)
    return found


def disk(cell: int, k: int) -> list[int]:
    """Return all cells at most `k` steps away, the cell itself included, in ascending order."""
    return sorted(h3.grid_disk(cell, k))


def ring(cell: int, k: int) -> list[int]:
    """Return the cells exactly `k` steps away, in ascending order; around pentagons too."""
    return sorted(h3.grid_ring(cell, k))


def cover(shape: Polygon | MultiPolygon, resolution: int, at_most: int = 100_000) -> list[int]:
    """Return the cells that touch a shape (x = lng, y = lat), in ascending order.

    Raises ValueError when the cover would need more than `at_most` cells; it says so before
    building them.
    """
    _check_resolution(resolution)
    if shape.is_empty:
        return []
    polygons = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    area_m2 = sum(_area_m2(polygon) for polygon in polygons)
    length_m = max(_length_m(*_box_of(polygon)) for polygon in polygons)
    too_many = _fewest_cells(area_m2, length_m, resolution) > at_most
    cells = [] if too_many else _touching(polygons, resolution)
    if too_many or len(cells) > at_most:
        raise ValueError(
            f"the area needs more than {at_most} cells of resolution {resolution}: "
            "choose a coarser resolution or a smaller area"
        )
    return cells


def cover_box(
    min_lat: float, min_lng: float, max_lat: float, max_lng: float, resolution: int, at_most: int
) -> list[int] | None:
    """Return the cells that touch a box, ascending, or None when it takes more than `at_most`.

    A box whose `min_lng` is greater than its `max_lng` crosses the antimeridian. A box without
    width or height covers the cells of its line or point. Large boxes are recognised by their
    area, before any cell is built.

    Raises ValueError when a number is not a degree or the latitudes are in the wrong order.
    """
    _check_resolution(resolution)
    numbers = (min_lat, min_lng, max_lat, max_lng)
    if not (all(map(math.isfinite, numbers)) and -90.0 <= min_lat <= max_lat <= 90.0):
        raise ValueError("a box is [minLat, minLng, maxLat, maxLng] with minLat <= maxLat")
    if not (-180.0 <= min_lng <= 180.0 and -180.0 <= max_lng <= 180.0):
        raise ValueError("a box's longitudes are between -180 and 180")
    spans = [(min_lng, max_lng)]
    if min_lng > max_lng:
        spans = [(min_lng, 180.0), (-180.0, max_lng)]
    boxes = [(min_lat, west, max_lat, east) for west, east in spans]
    area_m2 = sum(_box_area_m2(*box) for box in boxes)
    length_m = max(_length_m(*box) for box in boxes)
    if _fewest_cells(area_m2, length_m, resolution) > at_most:
        return None
    cells: set[int] = set()
    for box in boxes:
        cells.update(_touching_box(box, resolution))
    return sorted(cells) if len(cells) <= at_most else None


def to_text(cell: int) -> str:
    """Return a cell as the hexadecimal text that other H3 programs read."""
    text: str = h3.int_to_str(cell)
    return text


def from_text(text: str) -> int:
    """Return the cell of a hexadecimal text.

    Raises ValueError when the text does not name a cell.
    """
    # int() and H3 accept "0x", underscores and blanks: one spelling per cell keeps keys unique.
    if len(text) == 15 and all(letter in "0123456789abcdef" for letter in text):
        cell: int = h3.str_to_int(text)
        if h3.is_valid_cell(cell):
            return cell
    shown = text if len(text) <= 20 else text[:20] + "..."
    raise ValueError(f"{shown!r} is not an H3 cell: 15 lower-case hexadecimal digits are expected")


def _check_resolution(resolution: int) -> None:
    if not 0 <= resolution <= FINEST_RESOLUTION:
        raise ValueError(f"H3 resolutions are 0 to {FINEST_RESOLUTION}, not {resolution}")


def _fewest_cells(area_m2: float, length_m: float, resolution: int) -> float:
    """Return a lower bound of the cells that an area with a straight extent of a length touches."""
    cell_m2 = float(h3.average_hexagon_area(resolution, "m^2")) * _LARGEST_TO_MEAN_AREA
    cell_m = float(h3.average_hexagon_edge_length(resolution, "m")) * _LONGEST_TO_MEAN_EDGE
    return max(area_m2 / cell_m2, length_m / cell_m)


def _box_area_m2(min_lat: float, min_lng: float, max_lat: float, max_lng: float) -> float:
    """Return the area between two parallels and two meridians on the sphere."""
    height = math.sin(math.radians(max_lat)) - math.sin(math.radians(min_lat))
    return EARTH_RADIUS_M**2 * height * math.radians(max_lng - min_lng)


def _length_m(min_lat: float, min_lng: float, max_lat: float, max_lng: float) -> float:
    """Return a lower bound of the longer side of a box."""
    highest = math.radians(max(abs(min_lat), abs(max_lat)))
    east_deg = (max_lng - min_lng) * math.cos(highest)
    return max(max_lat - min_lat, east_deg) * math.radians(1) * EARTH_RADIUS_M


def _area_m2(polygon: Polygon) -> float:
    """Return a lower bound of the area of a polygon (x = lng, y = lat)."""
    min_lat, _, max_lat, _ = _box_of(polygon)
    # A degree of longitude is shortest where the latitude is highest.
    highest = math.radians(max(abs(min_lat), abs(max_lat)))
    m2_per_deg2 = (math.radians(1) * EARTH_RADIUS_M) ** 2 * math.cos(highest)
    return float(polygon.area) * m2_per_deg2


def _box_of(polygon: Polygon) -> tuple[float, float, float, float]:
    min_lng, min_lat, max_lng, max_lat = polygon.bounds
    return min_lat, min_lng, max_lat, max_lng


def _touching_box(box: tuple[float, float, float, float], resolution: int) -> set[int]:
    min_lat, min_lng, max_lat, max_lng = box
    pieces = max(1, math.ceil((max_lng - min_lng) / _WIDEST_PIECE_DEG))
    width = (max_lng - min_lng) / pieces
    cells: set[int] = set()
    for piece in range(pieces):
        west, east = min_lng + piece * width, min_lng + (piece + 1) * width
        corners = [(min_lat, west), (min_lat, east), (max_lat, east), (max_lat, west)]
        cells.update(h3.h3shape_to_cells_experimental(LatLngPoly(corners), resolution, "overlap"))
    return cells


def _touching(polygons: list[Polygon], resolution: int) -> list[int]:
    outlines = [
        LatLngPoly(_lat_lng(polygon.exterior), *map(_lat_lng, polygon.interiors))
        for polygon in polygons
    ]
    return sorted(
        h3.h3shape_to_cells_experimental(LatLngMultiPoly(*outlines), resolution, "overlap")
    )


def _lat_lng(loop: LinearRing) -> list[tuple[float, float]]:
    return [(lat, lng) for lng, lat in loop.coords[:-1]]
