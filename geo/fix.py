"""A fix (one raw GPS reading) and the limits within which we believe it."""

from dataclasses import dataclass
from functools import cache

from geo.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class Fix:
    """One GPS reading of a courier's phone, as it was sent.

    `seq` is the phone's own number, `t_ms` Unix milliseconds on the business clock, `lat` and
    `lng` degrees (WGS 84). What the phone does not know is None. `flags` are those of the wire.
    """

    seq: int
    t_ms: int
    lat: float
    lng: float
    speed_mps: float | None
    heading_deg: float | None
    accuracy_m: float | None
    flags: int = 0


@dataclass(frozen=True, slots=True)
class FixLimits:
    """What a fix must keep to be believed; see `geo.screening`."""

    max_speed_mps: float
    max_ahead_ms: int = 60_000
    max_age_ms: int = 24 * 3_600_000
    max_accuracy_m: float = 500.0
    # A phone that does not tell its accuracy is taken to be as good as phones are in a street.
    unknown_accuracy_m: float = 30.0
    # So many jumps in a row that agree with each other were none: the position before was wrong.
    jumps_believed: int = 5

    def __post_init__(self) -> None:
        """Raise ValueError for limits that would refuse every fix."""
        for name in (
            *("max_speed_mps", "max_ahead_ms", "max_age_ms", "max_accuracy_m"),
            "jumps_believed",
        ):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be greater than 0")
        if not self.unknown_accuracy_m >= 0:
            raise ValueError("unknown_accuracy_m must not be negative")


# Faster than anybody drives in service, so that only impossible moves are refused.
_TOP_SPEED_MPS = {
    Vehicle.MOTORCYCLE: 50.0,
    Vehicle.CAR: 50.0,
    Vehicle.BICYCLE: 20.0,
    Vehicle.ON_FOOT: 8.0,
}


@cache
def limits_for(vehicle: Vehicle) -> FixLimits:
    """Return the usual limits for fixes of a courier with this vehicle."""
    return FixLimits(max_speed_mps=_TOP_SPEED_MPS[vehicle])
