"""The filter against its textbook form, and what must hold whatever comes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo import kalman
from geo.fix import Fix
from geo.kalman import Reading
from geo.point import Point
from geo.smoothing import Tracks, unrest_of
from geo.vehicle import Vehicle
from tests.support.ways import PLANE, STEPS, way


class Textbook:
    """The same filter with matrices, in the plane: predict, correct, correct by the velocity."""

    def __init__(self, unrest: float) -> None:
        self.unrest = unrest
        self.t_ms: int | None = None
        self.x: NDArray[np.float64] = np.zeros((3, 2))
        self.p: NDArray[np.float64] = np.zeros((3, 3))

    def follow(self, one: Fix) -> bool:
        """Take a fix up."""
        accuracy = 20.0 if one.accuracy_m is None else max(3.0, one.accuracy_m)
        white, kept = (0.6 * accuracy / 1.5) ** 2, (1.2 * accuracy / 1.5) ** 2
        east, north = PLANE.xy_of(Point(one.lat, one.lng))
        place = np.array([north, east])
        if self.t_ms is None or one.t_ms - self.t_ms > 60_000:
            self.x = np.array([place, [0, 0], [0, 0]])
            self.p = np.array([[white + kept, 0, -kept], [0, 100.0, 0], [-kept, 0, kept]])
        else:
            dt = (one.t_ms - self.t_ms) / 1000
            keeps = math.exp(-dt / 6.0)
            moves = np.array([[1, dt, 0], [0, 1, 0], [0, 0, keeps]])
            noise = np.zeros((3, 3))
            noise[:2, :2] = self.unrest * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
            noise[2, 2] = (1 - keeps**2) * kept
            x, p = moves @ self.x, moves @ self.p @ moves.T + noise
            sees = np.array([1.0, 0.0, 1.0])
            wrong, spread = place - sees @ x, sees @ p @ sees + white
            if wrong @ wrong / spread > 36.0:
                return False
            gain = p @ sees / spread
            self.x, self.p = x + np.outer(gain, wrong), p - np.outer(gain, sees @ p)
        self.t_ms = one.t_ms
        self._hear(one)
        return True

    def _hear(self, one: Fix) -> None:
        speed, heading = one.speed_mps, one.heading_deg
        if speed is None or (heading is None and speed >= 0.7):
            return
        told, variance = np.zeros(2), (0.35 + speed) ** 2
        if heading is not None:
            told = speed * np.array([
                math.cos(math.radians(heading)),
                math.sin(math.radians(heading)),
            ])
            variance = 0.35**2 + (speed * math.radians(1.0)) ** 2
        gain = self.p[:, 1] / (self.p[1, 1] + variance)
        self.x = self.x + np.outer(gain, told - self.x[1])
        self.p = self.p - np.outer(gain, self.p[1])


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=25), vehicle=st.sampled_from(Vehicle))
def test_the_filter_is_the_textbooks_filter(
    steps: list[tuple[int, float, float, float | None, float | None, float | None]],
    vehicle: Vehicle,
) -> None:
    """Which fixes are believed, and where they lead; the plane and the globe differ by little."""
    tracks, textbook = Tracks(), Textbook(unrest_of(vehicle))
    for one in way(steps):
        assert tracks.follow(0, one, vehicle) == textbook.follow(one)
        found = tracks.of(0)
        assert found is not None
        assert PLANE.xy_of(Point(found.lat, found.lng)) == pytest.approx(
            (textbook.x[0, 1], textbook.x[0, 0]), abs=0.1, rel=0.002
        )
        speed = math.hypot(*textbook.x[1])
        assert found.speed_mps == pytest.approx(speed, abs=0.05, rel=0.01)


def test_the_variances_stay_variances() -> None:
    """After thousands of fixes, standing and riding."""
    state = kalman.begun(Reading(0.0, 41.0, 69.0, math.nan, math.nan, 5.0))
    for t_s in range(1, 5000):
        moving = (t_s // 100) % 2
        seen = Reading(1000.0 * t_s, 41.0, 69.0, 0.3 * moving, math.nan, 5.0)
        after = kalman.after(state, seen, 1.5)
        assert after is not None
        state = after
        assert min(state.pp, state.vv, state.bb) > 0.0
        assert state.pv**2 <= state.pp * state.vv
