"""What the street at a place is called."""

from collections.abc import Iterable

import numpy as np
import shapely

from geo.feature import Feature, Layer
from geo.point import Point

_NAMELESS = "Unnamed Road"


class StreetNames:
    """Named streets, found by the nearest one to a place."""

    def __init__(self, features: Iterable[Feature]) -> None:
        """Take the named roads out of what a basemap draws."""
        streets = [one for one in features if one.layer is Layer.ROADS and one.name]
        self._names = [street.name for street in streets]
        self._tree = shapely.STRtree(
            shapely.from_wkb(np.array([street.wkb for street in streets], dtype=object))
        )

    def at(self, place: Point) -> str:
        """Return the name of the street nearest to a place."""
        found = self._tree.nearest(shapely.Point(place.lng, place.lat)) if self._names else None
        return _NAMELESS if found is None else self._names[int(found)]
