"""What a basemap draws: roads, areas and places, each with its outline, kind and name."""

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """The layers of the map tiles, from bottom to top."""

    AREAS = "areas"
    ROADS = "roads"
    PLACES = "places"


AREA_KINDS = ("water", "park", "landuse", "building")
ROAD_KINDS = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "minor",
    "service",
    "path",
    "rail",
)
PLACE_KINDS = ("city", "town", "village", "suburb", "quarter", "neighbourhood", "hamlet")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the map.

    `kind` is one of the layer's kinds above, `name` empty when it has none, `wkb` a polygon,
    line or point (or several) as well-known binary with x = lng, y = lat in degrees.
    """

    layer: Layer
    kind: str
    name: str
    wkb: bytes
