"""A routing problem that contradicts itself is refused with one clear sentence."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.errors import ProblemError
from tests.dispatch.kernel.small_tasks import random_problem

GOOD = random_problem(1, 2)


def changed(name: str, place: int, value: float) -> Any:
    """Return an array of the good problem with one number changed."""
    array = getattr(GOOD, name).copy()
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"due_s": np.zeros(3)}, r"due_s has shape \(3,\): give one of \(6,\)"),
        ({"cost": np.zeros((2, 6))}, r"cost has shape \(2, 6\): give one of \(6, 6\)"),
        ({"open_s": changed("open_s", 1, np.nan)}, "open_s holds NaN or infinity"),
        ({"travel_s": changed("travel_s", 2, np.inf)}, "travel_s holds NaN or infinity"),
        ({"service_s": changed("service_s", 1, -1)}, "service_s holds a negative number"),
        ({"due_s": changed("due_s", 2, -5)}, "the window of node 2 closes before it opens"),
        ({"vehicles": -1}, "there cannot be -1 vehicles"),
        ({"pickup": changed("pickup", 0, 77)}, "there is no node 77: nodes are numbered from 0"),
        ({"pickup": changed("pickup", 0, 0)}, "a node is used twice"),
        ({"pickup": GOOD.dropoff}, "a node is used twice"),
        ({"end": 6}, "there is no node 6"),
    ],
)
def test_a_contradiction_is_named(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence):
        replace(GOOD, **change)
