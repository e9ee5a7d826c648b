"""Smoothing on the published noise model: nearer to the truth everywhere, jumps found."""

import random

from benchmarks.tracking import noise, smoothing
from benchmarks.tracking.noise import Receiver, Segment
from geo.vehicle import Vehicle


def test_smoothing_holds_its_goal_on_a_few_rides() -> None:
    """RMSE at most 0.7 of raw in every kind of segment, jumps refused, true moves believed."""
    found = smoothing.figures("as published", Receiver(), rides=4, seed=7)
    assert found.worst_ratio <= 0.7
    assert found.jumps > 50
    assert found.jump_recall >= 0.98
    assert found.jump_precision >= 0.98
    assert found.true_moves > 10
    assert found.true_moves_dropped == 0


def test_a_ride_is_made_of_its_seed_and_has_every_trouble() -> None:
    """Jumps, gaps, every kind of segment; the same seed gives the same ride."""
    first, again = (
        list(noise.ride(random.Random(3), Vehicle.CAR, 30, Receiver())) for _ in range(2)
    )
    assert first == again
    assert {one.kind for one in first} == set(Segment)
    assert any(one.is_jump for one in first)
    assert any(one.follows_gap for one in first)
