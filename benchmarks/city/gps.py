"""A phone's GPS receiver and its troubles, from a seed: noise, silence, lost signal, dead phone."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.city.fix_buffer import Reading
from benchmarks.city.motion import Pose
from geo.point import offset

NOISE_M = 3.5
"""Usual error to the north and to the east, one standard deviation."""
MEMORY = 0.85
"""How much of its error a receiver keeps from one second to the next."""
_LEAST_ACCURACY_M = 4.0


class Trouble(StrEnum):
    """What goes wrong with a phone for a while."""

    NO_FIX = "no fix"
    NO_SERVER = "no server"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Episode:
    """A trouble that begins so many real seconds after the one before ended, and lasts so long."""

    after_s: float
    trouble: Trouble
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Luck:
    """How a phone fares: noise on or off, real seconds between troubles (0: never any)."""

    noise_m: float = NOISE_M
    between_troubles_s: float = 600.0


PERFECT = Luck(noise_m=0.0, between_troubles_s=0.0)

_KINDS = (
    # trouble, how often among all, shortest and longest in real seconds
    (Trouble.NO_FIX, 0.5, 5.0, 25.0),
    (Trouble.NO_SERVER, 0.35, 2.0, 40.0),
    (Trouble.DEAD, 0.15, 20.0, 90.0),
)


def episodes(rng: random.Random, luck: Luck) -> Iterator[Episode]:
    """Yield the troubles of a phone, one after the other, for ever; none for a lucky one."""
    if not luck.between_troubles_s:
        return
    kinds, weights = [kind for kind, *_ in _KINDS], [weight for _, weight, *_ in _KINDS]
    lasting = {kind: (shortest, longest) for kind, _, shortest, longest in _KINDS}
    while True:
        kind = rng.choices(kinds, weights)[0]
        yield Episode(
            rng.expovariate(1 / luck.between_troubles_s), kind, rng.uniform(*lasting[kind])
        )


class Receiver:
    """Turns where a phone is into what it believes: errors drift, they do not jump about."""

    def __init__(self, rng: random.Random, luck: Luck) -> None:
        """Begin with an error of the usual size."""
        self._rng = rng
        self._noise_m = luck.noise_m
        self._north_m = rng.gauss(0.0, luck.noise_m)
        self._east_m = rng.gauss(0.0, luck.noise_m)

    def read(self, pose: Pose, now_ms: int) -> Reading:
        """Return the reading at an instant; call it about once per second."""
        spread_m = self._noise_m * (1 - MEMORY**2) ** 0.5
        self._north_m = self._north_m * MEMORY + self._rng.gauss(0.0, spread_m)
        self._east_m = self._east_m * MEMORY + self._rng.gauss(0.0, spread_m)
        seen = offset(pose.point, self._north_m, self._east_m)
        accuracy_m = _LEAST_ACCURACY_M + abs(self._rng.gauss(0.0, self._noise_m))
        return Reading(
            now_ms,
            round(seen.lat, 7),
            round(seen.lng, 7),
            round(pose.speed_mps, 1),
            None if pose.heading_deg is None else round(pose.heading_deg, 1),
            round(accuracy_m, 1),
        )
