"""Areas: GeoJSON in with named errors, GeoJSON out, and what lies inside."""

import re

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.polygon import orient

from geo.point import Point

MOST_VERTICES = 10_000
_DECIMALS = 7  # about a centimetre
_FEWEST_POSITIONS = 4  # three corners and the first one again
_AT = re.compile(r"^(?P<what>[^\[]*)\[(?P<lng>\S+) (?P<lat>[^\]]+)\]$")

_Position = tuple[float, float]  # GeoJSON's order: lng, lat


class GeometryError(ValueError):
    """A geometry that cannot be used: which field, and what to do about it."""

    def __init__(self, field: str, message: str) -> None:
        """Name the field by its path, such as `polygon.coordinates.0.3`."""
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def parse(geojson: object, field: str = "polygon") -> MultiPolygon:
    """Return the shape (x = lng, y = lat) of a GeoJSON Polygon or MultiPolygon (RFC 7946).

    Raises GeometryError, whose field begins with `field`, for anything that is not a plain area:
    another type, an open or too short ring, coordinates that are no degrees, lines that cross,
    an area across the antimeridian, more than 10,000 vertices.
    """
    kind, coordinates = _members(geojson, field)
    at = f"{field}.coordinates"
    parts = [coordinates] if kind == "Polygon" else _list_of(coordinates, at, "polygons")
    places = [at] if kind == "Polygon" else [f"{at}.{part}" for part in range(len(parts))]
    if not parts:
        raise GeometryError(at, "has no polygon")
    _check_size(parts, at)
    polygons = [_polygon(part, place) for part, place in zip(parts, places, strict=True)]
    shape = MultiPolygon(polygons)
    _check_shape(shape, at)
    return shape


def to_geojson(shape: MultiPolygon) -> dict[str, object]:
    """Return a shape as GeoJSON: 7 decimals, outer rings counter-clockwise, one part as Polygon."""
    parts = [
        [_ring_out(ring.coords) for ring in (part.exterior, *part.interiors)]
        for part in map(orient, shape.geoms)
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def contains(shape: MultiPolygon, point: Point) -> bool:
    """Tell whether a place lies in a shape or on its border; fast from the second call on."""
    shapely.prepare(shape)
    return bool(shapely.intersects_xy(shape, point.lng, point.lat))


def _members(geojson: object, field: str) -> tuple[str, object]:
    if not isinstance(geojson, dict):
        raise GeometryError(field, "must be a GeoJSON object of type Polygon or MultiPolygon")
    kind = geojson.get("type")
    if kind in ("Feature", "FeatureCollection"):
        raise GeometryError(f"{field}.type", f"is {kind}: send the geometry inside it")
    if kind not in ("Polygon", "MultiPolygon"):
        raise GeometryError(f"{field}.type", "must be Polygon or MultiPolygon")
    if "coordinates" not in geojson:
        raise GeometryError(f"{field}.coordinates", "is missing")
    return str(kind), geojson["coordinates"]


def _check_size(parts: list[object], at: str) -> None:
    vertices = sum(
        len(ring)
        for part in parts
        if isinstance(part, list)
        for ring in part
        if isinstance(ring, list)
    )
    if vertices > MOST_VERTICES:
        raise GeometryError(
            at, f"has {vertices} vertices, {MOST_VERTICES} are allowed: simplify the outline"
        )


def _polygon(part: object, at: str) -> Polygon:
    rings = _list_of(part, at, "rings")
    if not rings:
        raise GeometryError(at, "has no ring")
    outlines = [_ring(ring, f"{at}.{index}") for index, ring in enumerate(rings)]
    return Polygon(outlines[0], outlines[1:])


def _ring(ring: object, at: str) -> list[_Position]:
    given = _list_of(ring, at, "positions")
    positions = [_position(position, f"{at}.{index}") for index, position in enumerate(given)]
    if len(positions) < _FEWEST_POSITIONS:
        raise GeometryError(
            at, f"has {len(positions)} positions: a ring needs 4, the last equal to the first"
        )
    if positions[0] != positions[-1]:
        raise GeometryError(at, "is not closed: repeat the first position at the end")
    for index in range(1, len(positions)):
        if abs(positions[index][0] - positions[index - 1][0]) > 180.0:
            raise GeometryError(
                f"{at}.{index}", "crosses the antimeridian: send two polygons, cut at 180 degrees"
            )
    return positions


def _position(position: object, at: str) -> _Position:
    values = _list_of(position, at, "numbers")
    if len(values) not in (2, 3):  # a height is allowed and ignored
        raise GeometryError(at, f"has {len(values)} numbers: a position is [lng, lat]")
    lng, lat = _degrees(values[0], at), _degrees(values[1], at)
    if not (-180.0 <= lng <= 180.0 and -90.0 <= lat <= 90.0):
        hint = ""
        if -90.0 <= lng <= 90.0 and -180.0 <= lat <= 180.0:
            hint = "; latitude and longitude look swapped"
        raise GeometryError(at, f"[{lng:g}, {lat:g}] is not on the globe: send [lng, lat]{hint}")
    return lng, lat


def _degrees(value: object, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise GeometryError(at, "must hold numbers")
    # Integers of any length arrive here: compare before converting. NaN fails both.
    if not -1e300 < value < 1e300:
        raise GeometryError(at, "must hold finite numbers")
    return float(value)


def _list_of(value: object, at: str, what: str) -> list[object]:
    if not isinstance(value, list):
        raise GeometryError(at, f"must be a list of {what}")
    return value


def _check_shape(shape: MultiPolygon, at: str) -> None:
    if not shape.is_valid:
        raise GeometryError(at, _why_invalid(shapely.is_valid_reason(shape)))
    if shape.area == 0.0:
        raise GeometryError(at, "encloses no area")


def _why_invalid(reason: str) -> str:
    """Put GEOS's reason, such as `Self-intersection[8.5 41.2]`, into our words and order."""
    match = _AT.match(reason)
    if match is None:
        return f"is not a plain area: {reason.lower()}"
    near = f"near latitude {float(match['lat']):.6f}, longitude {float(match['lng']):.6f}"
    what = match["what"].lower()
    if "self-intersection" in what:
        return f"crosses or touches itself {near}"
    return f"is not a plain area: {what} {near}"


def _ring_out(coordinates: shapely.coords.CoordinateSequence) -> list[list[float]]:
    return [[round(lng, _DECIMALS), round(lat, _DECIMALS)] for lng, lat in coordinates]
