"""From an OpenStreetMap extract to a road graph for cars."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from osmium.osm.types import TagList, Way

from geo.map_file import MapFileError, objects
from geo.point import EARTH_RADIUS_M
from geo.roads import RoadGraph, graph_of

_MPS_PER_KMH = 1 / 3.6
_MPS_PER_MPH = 0.44704
# What one gets through at on such a road, not what is allowed: lights and corners are in it.
_CLASS_SPEED_KMH = {
    "motorway": 95.0,
    "trunk": 70.0,
    "primary": 45.0,
    "secondary": 40.0,
    "tertiary": 35.0,
    "unclassified": 30.0,
    "residential": 25.0,
    "road": 25.0,
    "living_street": 10.0,
    "service": 15.0,
    "motorway_link": 50.0,
    "trunk_link": 50.0,
    "primary_link": 35.0,
    "secondary_link": 35.0,
    "tertiary_link": 30.0,
}
# A limit says what is allowed, the class what the street lets through: both have a say.
_SHARE_OF_LIMIT = 0.8
_MOST_OF_USUAL = 1.4
_SLOWEST_MPS = 5 * _MPS_PER_KMH  # a limit of 0 would make the road a wall
_MAX_SPEED = re.compile(r"^(?P<value>\d+(?:\.\d+)?) *(?P<unit>km/h|kmh|mph)?$")
# The most particular tag that is there decides.
_ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "emergency"})
_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})


@dataclass(slots=True)
class _Edges:
    """Nodes in the order met, and the pieces of ways between them."""

    number_of: dict[int, int] = field(default_factory=dict)
    lats: list[float] = field(default_factory=list)
    lngs: list[float] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    speeds_mps: list[float] = field(default_factory=list)
    both_ways: list[bool] = field(default_factory=list)

    def add(self, way: Way, speed_mps: float, direction: int) -> None:
        """Add a way; `direction` is 1 along it, -1 against it, 0 both."""
        previous: int | None = None
        for node in way.nodes:
            if not node.location.valid():  # outside the extract
                previous = None
                continue
            current = self.number_of.setdefault(node.ref, len(self.lats))
            if current == len(self.lats):
                self.lats.append(node.lat)
                self.lngs.append(node.lon)
            if previous is not None:
                ends = (previous, current) if direction >= 0 else (current, previous)
                self.sources.append(ends[0])
                self.targets.append(ends[1])
                self.speeds_mps.append(speed_mps)
                self.both_ways.append(direction == 0)
            previous = current


def read_roads(map_file: Path) -> RoadGraph:
    """Return the roads for cars of an extract, one-way streets and closed roads respected.

    Raises MapFileError when the file cannot be read or holds no such roads.
    """
    edges = _Edges()
    for way in objects(map_file, ("highway",)):
        if isinstance(way, Way) and _is_open(way.tags):
            edges.add(way, speed_mps(way.tags), _direction(way.tags))
    try:
        return _graph(edges)
    except ValueError as error:
        raise MapFileError(
            f"{map_file} holds no connected roads for cars: give an extract of a whole town"
        ) from error


def speed_mps(tags: TagList) -> float:
    """Return the speed at which one gets through a way, metres per second."""
    usual = _CLASS_SPEED_KMH[tags["highway"]] * _MPS_PER_KMH
    limit = _MAX_SPEED.match(tags.get("maxspeed", "") or "")
    if limit is None:
        return usual
    unit = _MPS_PER_MPH if limit["unit"] == "mph" else _MPS_PER_KMH
    allowed = float(limit["value"]) * unit * _SHARE_OF_LIMIT
    return max(_SLOWEST_MPS, min(allowed, usual * _MOST_OF_USUAL))


def _is_open(tags: TagList) -> bool:
    if tags.get("highway") not in _CLASS_SPEED_KMH or tags.get("area") == "yes":
        return False
    access = next((tags[key] for key in _ACCESS_KEYS if key in tags), "yes")
    return access not in _CLOSED


def _direction(tags: TagList) -> int:
    oneway = tags.get("oneway")
    if oneway in _FORWARD:
        return 1
    if oneway in _BACKWARD:
        return -1
    implied = tags.get("junction") in ("roundabout", "circular") or tags["highway"] == "motorway"
    return 1 if implied and oneway is None else 0


def _graph(edges: _Edges) -> RoadGraph:
    lats, lngs = np.array(edges.lats), np.array(edges.lngs)
    sources = np.array(edges.sources, dtype=np.int32)
    targets = np.array(edges.targets, dtype=np.int32)
    speeds = np.array(edges.speeds_mps)
    # Neighbouring nodes are metres apart: flat is exact enough.
    middle = np.radians((lats[sources] + lats[targets]) / 2)
    north = np.radians(lats[targets] - lats[sources])
    east = np.radians(lngs[targets] - lngs[sources]) * np.cos(middle)
    lengths = EARTH_RADIUS_M * np.hypot(north, east)
    back = np.array(edges.both_ways, dtype=bool)
    return graph_of(
        lats,
        lngs,
        np.concatenate([sources, targets[back]]),
        np.concatenate([targets, sources[back]]),
        np.concatenate([lengths, lengths[back]]),
        np.concatenate([speeds, speeds[back]]),
    )
