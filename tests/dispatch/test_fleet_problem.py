"""A fleet problem that makes no sense is refused by a sentence."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.errors import ProblemError
from dispatch.fleet_problem import FleetProblem
from tests.dispatch.kernel.mixed.small_fleets import random_fleet

GOOD = random_fleet(1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"times": ()}, "every profile"),
        ({"times": (np.full((7, 7), np.nan),)}, "NaN"),
        ({"ways": (np.full((7, 7), -1.0),)}, "below 0"),
        ({"metres": (np.zeros((7, 6)),)}, "square"),
        ({"dims": 3}, "3 capacities"),
        ({"items": (replace(GOOD.items[0], carry=(1,)),)}, "2 amounts"),
        ({"vehicles": (replace(GOOD.vehicles[0], profile=1),)}, "no profile 1"),
        ({"vehicles": (replace(GOOD.vehicles[0], start=7),)}, "from 0 to 6"),
        ({"vehicles": (replace(GOOD.vehicles[0], kind=2),)}, "3 kinds"),
    ],
)
def test_nonsense_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        replace(GOOD, **changes)  # type: ignore[arg-type]  # wrong on purpose


def test_a_good_problem_is_taken() -> None:
    assert isinstance(replace(GOOD), FleetProblem)
