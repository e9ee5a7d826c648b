"""The ledger: every fix that every phone sent, and how far the server said they are durable."""

import math
from array import array
from dataclasses import dataclass, field
from uuid import UUID

from geo.fix import Fix
from geo.point import Point, offset

CIRCLE_M = 300.0
STEP_M = 6.0


@dataclass(slots=True, eq=False)
class Page:
    """The fixes of one phone in one epoch; the fix `seq` stands at place `seq - 1`.

    `sent` and `durable` are the highest numbers sent, and said to be durable.
    """

    courier_id: UUID
    epoch: int
    times_ms: "array[int]" = field(default_factory=lambda: array("q"))
    lats_e7: "array[int]" = field(default_factory=lambda: array("i"))
    lngs_e7: "array[int]" = field(default_factory=lambda: array("i"))
    sent: int = 0
    durable: int = 0

    @property
    def taken(self) -> int:
        """Return the number of the newest fix."""
        return len(self.times_ms)

    def take(self, t_ms: int, place: Point) -> None:
        """Write down the next fix."""
        self.times_ms.append(t_ms)
        self.lats_e7.append(round(place.lat * 1e7))
        self.lngs_e7.append(round(place.lng * 1e7))

    def fix(self, seq: int) -> Fix:
        """Return a fix as it is sent, again and again the same."""
        at = seq - 1
        lat, lng = self.lats_e7[at] / 1e7, self.lngs_e7[at] / 1e7
        return Fix(seq, self.times_ms[at], lat, lng, STEP_M, 90.0, 8.0)


class Book:
    """All pages."""

    def __init__(self) -> None:
        """Begin an empty book."""
        self.pages: dict[tuple[UUID, int], Page] = {}

    def open_page(self, courier_id: UUID, epoch: int) -> Page:
        """Begin a page; an epoch that the phone has had before becomes the next one free."""
        while (courier_id, epoch) in self.pages:
            epoch += 1
        page = self.pages[courier_id, epoch] = Page(courier_id, epoch)
        return page

    @property
    def taken(self) -> int:
        """Return how many fixes were taken."""
        return sum(page.taken for page in self.pages.values())

    @property
    def sent(self) -> int:
        """Return how many different fixes were sent."""
        return sum(page.sent for page in self.pages.values())

    @property
    def acknowledged(self) -> int:
        """Return how many fixes are durable, as phones were told."""
        return sum(page.durable for page in self.pages.values())


def ride(middle: Point, number: int, step: int) -> Point:
    """Return where phone `number` is after so many steps: on a circle of its own."""
    turn = number * 2.4
    home = offset(middle, 20.0 * number * math.sin(turn) / 2, 20.0 * number * math.cos(turn) / 2)
    angle = step * STEP_M / CIRCLE_M
    return offset(home, CIRCLE_M * math.sin(angle), CIRCLE_M * math.cos(angle))
