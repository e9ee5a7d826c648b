"""One courier, one stop, one delivery as values: the views of a problem that people read."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from dispatch.reasons import WhyNot

NO_DUE: Final = 2**31 - 1
"""The due time, in seconds, of a stop that is never late."""


class Kind(IntEnum):
    """What happens at a stop."""

    PICKUP = 0
    DROPOFF = 1


class Load(NamedTuple):
    """What is carried, or may be: three dimensions, compared one by one."""

    items: int = 1
    grams: int = 0
    cm3: int = 0

    def plus(self, other: "Load") -> "Load":
        """Return both together."""
        return Load(self.items + other.items, self.grams + other.grams, self.cm3 + other.cm3)

    def minus(self, other: "Load") -> "Load":
        """Return what is left when `other` is taken out."""
        return Load(self.items - other.items, self.grams - other.grams, self.cm3 - other.cm3)

    def within(self, capacity: "Load") -> bool:
        """Tell whether every dimension fits."""
        return (
            self.items <= capacity.items
            and self.grams <= capacity.grams
            and self.cm3 <= capacity.cm3
        )


_ONE_ITEM = Load()
_EMPTY = Load(0, 0, 0)
_BICYCLE_BOX = Load(4, 20_000, 80_000)


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit. Times are seconds relative to the tick; service begins at `open_s` or later.

    `setup_s` passes between arrival and service: parking, finding the counter. Pickups with a setup
    at one place, one after the other, are one visit: set up and served once.
    """

    delivery: bytes
    kind: Kind
    x_m: int
    y_m: int
    open_s: int = 0
    due_s: int = NO_DUE
    service_s: int = 0
    demand: Load = _ONE_ITEM
    setup_s: int = 0


@dataclass(frozen=True, slots=True)
class CourierView:
    """A courier and the stops still ahead, in sequence; the first `pinned` stay as they are.

    Legs take whole multiples of `leg_step_s`, rounded up, where travel times are known so coarsely.
    """

    id: bytes
    x_m: int
    y_m: int
    speed_mm_s: int
    ready_s: int = 0
    shift_start_s: int = 0
    shift_end_s: int = 86_400
    capacity: Load = _BICYCLE_BOX
    load: Load = _EMPTY
    done: int = 0
    pinned: int = 0
    excluded: WhyNot = WhyNot.NOTHING
    leg_step_s: int = 0
    stops: tuple[Stop, ...] = ()


class Bar(NamedTuple):
    """A courier who may not have a delivery, and why."""

    courier: bytes
    reason: WhyNot


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery that waits for a courier; `age_s` is how long it has been known."""

    pickup: Stop
    dropoff: Stop
    age_s: int = 0
    barred: tuple[Bar, ...] = ()

    @property
    def id(self) -> bytes:
        """The delivery's id, 16 bytes."""
        return self.pickup.delivery
