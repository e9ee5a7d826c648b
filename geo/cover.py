"""Many areas over many places at once: a grid says which areas cover a cell, which only cross it.

A place in a cell that no outline crosses is answered by the grid alone; only the others are tested
exactly, by GEOS on prepared shapes, all in one call.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Area: TypeAlias = Polygon | MultiPolygon

_CELLS_PER_AREA = 300
_MOST_CELLS = 1 << 20


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which place lies in which area: two arrays of one length, sorted by place, then area."""

    place: Integers
    area: Integers


@dataclass(frozen=True, slots=True)
class _Lists:
    """A list of areas for each cell: those of cell c are `area[start[c]:start[c + 1]]`."""

    start: Integers
    area: Integers

    def of(self, cell: Integers) -> tuple[Integers, Integers]:
        """Return for each area of each cell asked for: which question, which area."""
        first = self.start[cell]
        count = self.start[cell + 1] - first
        asked = np.repeat(np.arange(len(cell)), count)
        within = np.arange(len(asked)) - np.repeat(np.cumsum(count) - count, count)
        return asked, self.area[first[asked] + within]


class Cover:
    """Areas (x = lng, y = lat, their borders included), to be asked with thousands of places."""

    __slots__ = ("_areas", "_cells", "_crossing", "_low", "_size", "_whole")

    def __init__(self, areas: Sequence[Area]) -> None:
        """Lay the grid over the areas; empty ones contain nothing."""
        self._areas = np.array(areas, dtype=object)
        shapely.prepare(self._areas)
        bounds = shapely.bounds(self._areas).reshape(-1, 4)
        held = bounds[~np.isnan(bounds[:, 0])]
        if not len(held):
            held = np.zeros((1, 4))
        self._low = held[:, :2].min(axis=0)
        span = np.maximum(held[:, 2:].max(axis=0) - self._low, 1e-9)
        wanted = min(_MOST_CELLS, _CELLS_PER_AREA * max(1, len(areas)))
        side = math.sqrt(span[0] * span[1] / wanted)
        self._cells = np.clip(np.ceil(span / side), 1, 4 * math.isqrt(wanted)).astype(np.int64)
        # A hair wider than the areas, so that what lies on their far border is in the last cell.
        self._size = span * (1 + 1e-9) / self._cells
        whole, crossing = self._laid(bounds)
        self._whole, self._crossing = self._lists(whole), self._lists(crossing)

    def __len__(self) -> int:
        """Return how many areas there are."""
        return len(self._areas)

    def find(self, lat: Floats, lng: Floats) -> Pairs:
        """Return which of the places (degrees, one length) lie in which areas."""
        column = np.floor((lng - self._low[0]) / self._size[0])
        row = np.floor((lat - self._low[1]) / self._size[1])
        over = (column >= 0) & (column < self._cells[0]) & (row >= 0) & (row < self._cells[1])
        places = np.flatnonzero(over)
        cell = row[places].astype(np.int64) * self._cells[0] + column[places].astype(np.int64)
        sure, sure_area = self._whole.of(cell)
        asked, area = self._crossing.of(cell)
        at = places[asked]
        inside = shapely.intersects_xy(self._areas[area], lng[at], lat[at])
        place = np.concatenate([places[sure], at[inside]])
        area = np.concatenate([sure_area, area[inside]])
        order = np.argsort(place * max(1, len(self._areas)) + area, kind="stable")
        return Pairs(place[order], area[order])

    def _laid(self, bounds: Floats) -> tuple[list[Integers], list[Integers]]:
        """Return (cell, area) columns of cells wholly in areas, and of cells they cross."""
        whole, crossing = [np.zeros((2, 0), dtype=np.int64)], [np.zeros((2, 0), dtype=np.int64)]
        for number, (area, box) in enumerate(zip(self._areas, bounds, strict=True)):
            if np.isnan(box[0]):
                continue
            # One cell more on each side: rounding may have put a corner into the next one.
            first = np.maximum(0, np.floor((box[:2] - self._low) / self._size).astype(int) - 1)
            end = np.floor((box[2:] - self._low) / self._size).astype(int) + 2
            column = np.arange(first[0], min(end[0], self._cells[0]))
            row = np.arange(first[1], min(end[1], self._cells[1]))
            rows, columns = (one.ravel() for one in np.meshgrid(row, column, indexing="ij"))
            boxes = self._boxes(columns, rows)
            covered = shapely.contains_properly(area, boxes)
            crossed = ~covered & shapely.intersects(area, boxes)
            cell = rows * self._cells[0] + columns
            for held, which in ((whole, covered), (crossing, crossed)):
                held.append(np.stack([cell[which], np.full(int(which.sum()), number)]))
        return whole, crossing

    def _boxes(self, column: Integers, row: Integers) -> NDArray[np.object_]:
        """Return cells as shapes, a little larger than they are: a place is in one for certain."""
        spare = self._size * 1e-6
        west, south = self._low[0] + column * self._size[0], self._low[1] + row * self._size[1]
        boxes: NDArray[np.object_] = shapely.box(
            west - spare[0],
            south - spare[1],
            west + self._size[0] + spare[0],
            south + self._size[1] + spare[1],
        )
        return boxes

    def _lists(self, found: list[Integers]) -> _Lists:
        cell, area = np.concatenate(found, axis=1)
        order = np.argsort(cell, kind="stable")
        counts = np.bincount(cell, minlength=int(self._cells[0] * self._cells[1]))
        return _Lists(np.append(0, np.cumsum(counts)), area[order])
