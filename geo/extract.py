"""What an OpenStreetMap extract has to draw inside a box."""

from collections.abc import Iterator
from pathlib import Path

import shapely
from osmium.geom import WKBFactory
from osmium.osm.types import Area, Node, OSMEntity, TagList, Way
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from geo.box import Box, overlap
from geo.coast import sea
from geo.feature import PLACE_KINDS, Feature, Layer
from geo.map_file import extent, objects

_KEYS = ("highway", "railway", "natural", "waterway", "leisure", "landuse", "building", "place")
_LONGEST_NAME_CHARS = 120

_ROAD_KIND = {
    "motorway": "motorway",
    "motorway_link": "motorway",
    "trunk": "trunk",
    "trunk_link": "trunk",
    "primary": "primary",
    "primary_link": "primary",
    "secondary": "secondary",
    "secondary_link": "secondary",
    "tertiary": "tertiary",
    "tertiary_link": "tertiary",
    "unclassified": "minor",
    "residential": "minor",
    "living_street": "minor",
    "road": "minor",
    "service": "service",
    "pedestrian": "path",
    "footway": "path",
    "path": "path",
    "cycleway": "path",
    "steps": "path",
    "track": "path",
    "bridleway": "path",
}
_RAIL = frozenset({"rail", "light_rail", "tram", "narrow_gauge"})
# (tag key, values, kind): the first that fits names the area.
_AREA_KINDS = (
    ("building", None, "building"),
    ("natural", {"water", "bay"}, "water"),
    ("waterway", {"riverbank", "dock"}, "water"),
    ("landuse", {"reservoir", "basin"}, "water"),
    ("leisure", {"park", "garden", "golf_course", "nature_reserve", "pitch"}, "park"),
    ("natural", {"wood", "scrub", "heath", "grassland"}, "park"),
    ("landuse", {"forest", "grass", "meadow", "cemetery", "village_green", "orchard"}, "park"),
    ("landuse", {"recreation_ground", "vineyard", "allotments"}, "park"),
    ("landuse", {"residential", "industrial", "commercial", "retail", "railway"}, "landuse"),
)


def features(map_file: Path, box: Box) -> Iterator[Feature]:
    """Yield what there is to draw inside a box, cut at its edges; the sea comes last.

    Raises MapFileError when the file cannot be read.
    """
    wkb = WKBFactory()
    frame = shapely.box(box.min_lng, box.min_lat, box.max_lng, box.max_lat)
    shapely.prepare(frame)
    coastlines: list[LineString] = []
    for thing in objects(map_file, _KEYS, areas=True):
        if isinstance(thing, Way) and thing.tags.get("natural") == "coastline":
            line = _shape(wkb, thing)
            if line is not None and frame.intersects(line):
                coastlines.append(line)
        named = _named(thing)
        if named is None:
            continue
        shape = _shape(wkb, thing)
        if shape is None or not frame.intersects(shape):
            continue
        if not frame.contains(shape):
            shape = shapely.clip_by_rect(shape, *frame.bounds)
        if shape.is_empty:
            continue
        layer, kind = named
        yield Feature(layer, kind, _name(thing.tags), shapely.to_wkb(shape))
    mapped = extent(map_file)
    for part in sea(box if mapped is None else overlap(box, mapped), coastlines):
        yield Feature(Layer.AREAS, "water", "", shapely.to_wkb(part))


def _named(thing: OSMEntity) -> tuple[Layer, str] | None:
    """Return the layer and kind of an object, or None when it is not drawn."""
    if isinstance(thing, Way):
        kind = _road_kind(thing.tags)
        return None if kind is None else (Layer.ROADS, kind)
    if isinstance(thing, Area):
        kind = _area_kind(thing.tags)
        return None if kind is None else (Layer.AREAS, kind)
    if isinstance(thing, Node):
        place = thing.tags.get("place")
        if place in PLACE_KINDS and thing.tags.get("name"):
            return Layer.PLACES, place
    return None


def _road_kind(tags: TagList) -> str | None:
    if tags.get("railway") in _RAIL and tags.get("tunnel") != "yes":
        return "rail"
    if tags.get("area") == "yes":
        return None
    return _ROAD_KIND.get(tags.get("highway") or "")


def _area_kind(tags: TagList) -> str | None:
    for key, values, kind in _AREA_KINDS:
        value = tags.get(key)
        if value is not None and value != "no" and (values is None or value in values):
            return kind
    return None


def _shape(wkb: WKBFactory, thing: OSMEntity) -> BaseGeometry | None:
    """Return the geometry of an object, or None when the extract has too little of it."""
    if isinstance(thing, Way):
        known = [(node.lon, node.lat) for node in thing.nodes if node.location.valid()]
        return LineString(known) if len(known) > 1 else None
    if isinstance(thing, Node):
        return shapely.Point(thing.lon, thing.lat)
    if isinstance(thing, Area):
        try:
            return shapely.from_wkb(wkb.create_multipolygon(thing))
        except RuntimeError:  # osmium could not close its outline
            return None
    return None


def _name(tags: TagList) -> str:
    return (tags.get("name") or "")[:_LONGEST_NAME_CHARS]
