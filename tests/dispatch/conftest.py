"""Small situations that several tests look at."""

import pytest
from hypothesis import settings

from dispatch.assemble import assemble
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from tests.dispatch.strategies import ZONE, id16

# A property is true however slow the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def far_courier() -> tuple[Problem, DispatchPolicy]:
    """Return a courier 9 km away whose last stop is next to the pickup, and a radius of 1 km."""
    ahead = (Stop(id16(2), Kind.PICKUP, 9000, 0), Stop(id16(2), Kind.DROPOFF, 100, 0))
    courier = CourierView(id16(1), 9000, 0, 10_000, stops=ahead)
    new = DeliveryView(Stop(id16(3), Kind.PICKUP, 0, 0), Stop(id16(3), Kind.DROPOFF, 500, 0))
    return assemble(ZONE, 0, [courier], [new]), DispatchPolicy(radius_m=1000)
