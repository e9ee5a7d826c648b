"""Seconds for straight-line distances."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.travel import USUAL_PACES, DetourModel, Pace, TravelTimes
from geo.vehicle import Vehicle

METRES = st.floats(0, 1e6)


def model_of(pace: Pace) -> DetourModel:
    return DetourModel(tuple((vehicle, pace) for vehicle in Vehicle))


def test_seconds_are_rounded_up() -> None:
    times = model_of(Pace(speed_mps=10, detour=1.0))
    assert times.seconds(0.0, Vehicle.CAR) == 0
    assert times.seconds(0.001, Vehicle.CAR) == 1
    assert times.seconds(100.0, Vehicle.CAR) == 10
    assert times.seconds(100.01, Vehicle.CAR) == 11


def test_a_detour_makes_a_leg_longer() -> None:
    assert model_of(Pace(speed_mps=10, detour=1.5)).seconds(100.0, Vehicle.CAR) == 16


def test_walking_takes_longest() -> None:
    times: TravelTimes = DetourModel()
    by_vehicle = [times.seconds(3000.0, vehicle) for vehicle in Vehicle]
    assert by_vehicle == sorted(by_vehicle)
    assert 240 <= by_vehicle[0] < by_vehicle[-1] <= 3600


@given(st.lists(METRES, max_size=8), st.sampled_from(Vehicle))
def test_many_legs_take_what_each_takes(distances: list[float], vehicle: Vehicle) -> None:
    times = DetourModel()
    many = times.seconds_of(distances, vehicle)
    assert many.dtype == np.int64
    assert many.tolist() == [times.seconds(metres, vehicle) for metres in distances]


@given(METRES, METRES, st.sampled_from(Vehicle))
def test_further_never_takes_less(a: float, b: float, vehicle: Vehicle) -> None:
    times = DetourModel()
    assert times.seconds(max(a, b), vehicle) >= times.seconds(min(a, b), vehicle)


def test_a_matrix_of_distances_keeps_its_shape() -> None:
    assert DetourModel().seconds_of(np.ones((3, 4)), Vehicle.BICYCLE).shape == (3, 4)


@pytest.mark.parametrize("metres", [-1.0, math.nan, math.inf])
def test_a_distance_that_is_none_is_refused(metres: float) -> None:
    with pytest.raises(ValueError, match="metres"):
        DetourModel().seconds(metres, Vehicle.CAR)
    with pytest.raises(ValueError, match="metres"):
        DetourModel().seconds_of([1.0, metres], Vehicle.CAR)


@pytest.mark.parametrize("pace", [(0.0, 1.3), (-3.0, 1.3), (200.0, 1.3), (math.nan, 1.3)])
def test_a_speed_that_no_vehicle_has_is_refused(pace: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="speed_mps must be between"):
        Pace(*pace)


@pytest.mark.parametrize("detour", [0.9, 11.0, math.nan])
def test_a_detour_shorter_than_the_straight_line_is_refused(detour: float) -> None:
    with pytest.raises(ValueError, match="detour must be between"):
        Pace(5.0, detour)


def test_every_vehicle_needs_exactly_one_pace() -> None:
    with pytest.raises(ValueError, match="one pace for each"):
        DetourModel(USUAL_PACES[:-1])
    with pytest.raises(ValueError, match="one pace for each"):
        DetourModel((*USUAL_PACES, USUAL_PACES[0]))


def test_the_effective_speed_is_whole_millimetres_a_second() -> None:
    assert model_of(Pace(speed_mps=7.0, detour=1.4)).straight_mm_s(Vehicle.CAR) == 5000
