"""Writes small OpenStreetMap files for tests, as XML."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr


@dataclass
class OsmFile:
    """Collects nodes, ways and multipolygons, then writes them; ids count from 1 per kind."""

    bounds: tuple[float, float, float, float] | None = None  # min lat, min lng, max lat, max lng
    nodes: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)

    def node(self, lat: float, lng: float, **tags: str) -> int:
        """Add a node and return its id."""
        number = len(self.nodes) + 1
        self.nodes.append(f'<node id="{number}" lat="{lat}" lon="{lng}">{_tags(tags)}</node>')
        return number

    def way(self, nodes: list[int], **tags: str) -> int:
        """Add a way through nodes and return its id."""
        number = len(self.ways) + 1
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        self.ways.append(f'<way id="{number}">{refs}{_tags(tags)}</way>')
        return number

    def multipolygon(self, outer: list[int], inner: list[int], **tags: str) -> None:
        """Add an area with holes, made of ways."""
        members = [(way, "outer") for way in outer] + [(way, "inner") for way in inner]
        refs = "".join(f'<member type="way" ref="{way}" role="{role}"/>' for way, role in members)
        tagged = _tags({"type": "multipolygon", **tags})
        self.relations.append(f'<relation id="{len(self.relations) + 1}">{refs}{tagged}</relation>')

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        head = ""
        if self.bounds is not None:
            south, west, north, east = self.bounds
            head = f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>'
        things = head + "".join((*self.nodes, *self.ways, *self.relations))
        path.write_text(f'<osm version="0.6" generator="test">{things}</osm>', encoding="utf-8")
        return path


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
