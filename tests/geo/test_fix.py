"""Limits of fixes."""

import math

import pytest

from geo.fix import FixLimits, limits_for
from geo.vehicle import Vehicle


@pytest.mark.parametrize("vehicle", Vehicle)
def test_every_vehicle_has_limits(vehicle: Vehicle) -> None:
    limits = limits_for(vehicle)
    assert limits.max_ahead_ms == 60_000
    assert limits.max_age_ms == 24 * 60 * 60 * 1000
    assert limits.max_accuracy_m == 500


def test_who_walks_may_not_move_as_fast_as_who_drives() -> None:
    speeds = [limits_for(vehicle).max_speed_mps for vehicle in Vehicle]
    assert speeds == sorted(speeds, reverse=True)
    assert limits_for(Vehicle.ON_FOOT).max_speed_mps < limits_for(Vehicle.BICYCLE).max_speed_mps


@pytest.mark.parametrize("speed_mps", [0.0, -1.0, math.nan])
def test_limits_that_would_refuse_everything_are_refused(speed_mps: float) -> None:
    with pytest.raises(ValueError, match="max_speed_mps must be greater than 0"):
        FixLimits(max_speed_mps=speed_mps)


def test_a_negative_allowance_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown_accuracy_m"):
        FixLimits(max_speed_mps=10, unknown_accuracy_m=-1)
