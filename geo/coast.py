"""The sea: OpenStreetMap draws only its shoreline, with land on the left of each line."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import shapely
from shapely import LineString, Polygon
from shapely.ops import nearest_points

from geo.box import Box

_ASIDE_DEG = 1e-6  # a tenth of a metre: less than any spit of land that is drawn
_CUT_GAP_DEG = 0.005  # an extract ends its lines at the last node inside, some way from its edge


def sea(box: Box, coastlines: Sequence[LineString]) -> Iterator[Polygon]:
    """Yield the parts of a box that are sea, given the coastlines (x = lng, y = lat) that touch it.

    The lines cut the box into faces; a face is sea when the coastlines on its border have it on
    their right. When a line ends in the middle of the box there is no telling, hence no sea.
    """
    frame = shapely.box(box.min_lng, box.min_lat, box.max_lng, box.max_lat)
    coast = _coast(coastlines, frame)
    if not coast:
        return
    lines = shapely.unary_union([frame.boundary, *coast])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    for face, vote in zip(faces, _votes(coast, frame, list(faces)), strict=True):
        if vote > 0:
            yield face


def _coast(coastlines: Sequence[LineString], frame: Polygon) -> list[LineString]:
    """Return the lines joined and led on to the frame, or none when an end stays loose."""
    if not coastlines:
        return []
    merged = shapely.line_merge(shapely.MultiLineString(list(coastlines)), directed=True)
    coast = []
    for line in shapely.get_parts(merged):
        points = list(line.coords)
        if not line.is_closed:
            for end, at in ((points[0], 0), (points[-1], len(points) + 1)):
                loose = shapely.Point(end)
                if not frame.contains(loose):
                    continue
                edge = nearest_points(frame.exterior, loose)[0]
                if edge.distance(loose) > _CUT_GAP_DEG:
                    return []
                points.insert(at, edge.coords[0])
        coast.append(LineString(points))
    return coast


def _votes(coast: list[LineString], frame: Polygon, faces: list[Polygon]) -> list[int]:
    """Count, per face, the pieces of coast that have it on the right less those on the left."""
    tree = shapely.STRtree(faces)
    votes = [0] * len(faces)
    for line in coast:
        for (x0, y0), (x1, y1) in pairwise(line.coords):
            middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
            length = math.hypot(x1 - x0, y1 - y0)
            if length == 0.0 or not shapely.intersects_xy(frame, middle_x, middle_y):
                continue
            right_x, right_y = _ASIDE_DEG * (y1 - y0) / length, _ASIDE_DEG * (x0 - x1) / length
            for side in (1, -1):
                aside = shapely.Point(middle_x + side * right_x, middle_y + side * right_y)
                for face in tree.query(aside, predicate="within"):
                    votes[face] += side
    return votes
