"""From when to when: an interval around an ETA, calibrated by how earlier ETAs of its kind fared.

Split conformal prediction (V. Vovk, A. Gammerman, G. Shafer, "Algorithmic learning in a random
world", 2005; weighted by size as in J. Lei et al. 2018): what four of five earlier ETAs of a kind
kept to, the next one will. Kinds are tried from fine to coarse, the first that was seen often
enough counts. Errors are measured in shares of the time that was left, and a minute.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LOW, HIGH = 0.1, 0.9
ENOUGH = (150, 60, 60)
"""How many ETAs of a kind must have been seen, from the finest kind to the coarsest."""
UNSEEN = (-0.05, 0.8)
"""What is taken before anything was seen, in shares: handing over comes after arriving."""

_LEAST_S = 60.0
_HORIZONS_S = (240, 480, 900, 1500, 2400)
_HOURS = 3

Kind = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """An ETA as it was told: seconds left until it then, the hour of the day, goods aboard or not.

    The hour may be of any clock that is always the same one.
    """

    left_s: float
    hour: int
    aboard: bool


@dataclass(frozen=True, slots=True)
class EtaRange:
    """Seconds from the moment of asking; an ETA that is wrong in one way only may lie outside."""

    from_s: int
    until_s: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """The shares below and above the ETA that hold, by kind."""

    shares: Mapping[Kind, tuple[float, float]]

    def around(self, asked: Asked) -> EtaRange:
        """Return when to expect it: in four of five cases it comes then."""
        low, high = next(
            (self.shares[kind] for kind in _kinds(asked) if kind in self.shares), UNSEEN
        )
        size_s = _size_s(asked)
        from_s, until_s = asked.left_s + low * size_s, asked.left_s + high * size_s
        return EtaRange(max(0, math.floor(from_s)), max(0, math.ceil(until_s)))


def horizon_of(left_s: float) -> int:
    """Return how far ahead an ETA is, as a class: 0 for a few minutes, then 1, and so on."""
    return sum(left_s >= edge for edge in _HORIZONS_S)


NOTHING_SEEN = Calibration({})


def calibrated(seen: Iterable[tuple[Asked, float]]) -> Calibration:
    """Learn from ETAs and after how many seconds, from then on, it really came."""
    errors: dict[Kind, list[float]] = defaultdict(list)
    for asked, took_s in seen:
        share = (took_s - asked.left_s) / _size_s(asked)
        for kind in _kinds(asked):
            errors[kind].append(share)
    return Calibration({
        kind: _shares(sorted(found))
        for kind, found in errors.items()
        if len(found) >= ENOUGH[len(ENOUGH) - len(kind)]
    })


def _kinds(asked: Asked) -> tuple[Kind, ...]:
    """Return the kinds of an ETA, the finest first; longer names are finer."""
    horizon, aboard, hours = horizon_of(asked.left_s), int(asked.aboard), asked.hour // _HOURS
    return (aboard, horizon, hours), (aboard, horizon), (aboard,)


def _shares(found: list[float]) -> tuple[float, float]:
    """Return the order statistics between which the next one falls with the wanted chance."""
    number = len(found)
    low = max(0, math.floor(LOW * (number + 1)) - 1)
    high = min(number - 1, math.ceil(HIGH * (number + 1)) - 1)
    return found[low], found[high]


def _size_s(asked: Asked) -> float:
    return _LEAST_S + max(0.0, asked.left_s)
