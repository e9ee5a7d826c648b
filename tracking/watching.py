"""Watching fences: what a tick's fixes show of stops and zones, kept until it is told."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tracking import sightings
from tracking.arrivals import Arrivals, has_stops
from tracking.facts import Fact
from tracking.fleet import Fleet, LiveCourier
from tracking.positions import Position
from tracking.sightings import Sightings
from tracking.trail import Batch
from tracking.zones import ZoneWatch


class Watching:
    """Stops and zones of everybody on shift; `facts` wait to be told."""

    def __init__(self, fleet: Fleet) -> None:
        """Know of nobody and no zone."""
        self._fleet = fleet
        self._arrivals = Arrivals()
        self._zones = ZoneWatch()
        self.facts: list[Fact] = []

    def draw_zones(self, outlines: Mapping[UUID, bytes]) -> None:
        """Watch these zones from now on."""
        self._zones.draw(outlines)

    def take(self, batch: Batch) -> None:
        """Note what judged fixes show; each batch once."""
        self._take(sightings.of_batch(batch, self._fleet))

    def take_positions(self, positions: Sequence[Position]) -> None:
        """Note what positions show."""
        self._take(sightings.of_positions(positions, self._fleet))

    def begin_with(self, positions: Sequence[Position]) -> None:
        """Take up who is in which zone from before: no news to anybody."""
        seen = sightings.of_positions(positions, self._fleet)
        if seen is not None:
            self._zones.take(seen)

    def take_facts(self) -> list[Fact]:
        """Return what is to be told, and hold it no longer."""
        facts, self.facts = self.facts, []
        return facts

    def put_back(self, facts: list[Fact]) -> None:
        """Hold what could not be told."""
        self.facts = facts + self.facts

    def forget(self, courier: LiveCourier) -> None:
        """Forget where a courier is, who goes off shift."""
        self._arrivals.forget([courier])
        self._zones.forget(courier)

    def _take(self, seen: Sightings | None) -> None:
        if seen is None:
            return
        self._arrivals.forget([courier for courier in seen.couriers if not has_stops(courier)])
        at_work = sightings.only(seen, has_stops)
        if at_work is not None:
            self.facts += self._arrivals.take(at_work)
        self.facts += self._zones.take(seen)
