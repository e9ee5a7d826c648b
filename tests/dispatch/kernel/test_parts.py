"""Parts work inside kernels, and compile to what they say."""

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.kernel.parts import part
from dispatch.routing_problem import Floats


@part
def doubled(values: Floats, place: int) -> float:
    """Return twice a value."""
    return float(2.0 * values[place])


@part
def summed(values: Floats) -> float:
    """Return the sum of doubled values: a part in a part."""
    total = 0.0
    for place in range(len(values)):
        total += doubled(values, place)
    return total


@kernel
def both(values: Floats) -> float:
    """Return a sum that two parts work out."""
    return summed(values) + doubled(values, 0)


def test_parts_of_parts_are_computed_inside_a_kernel() -> None:
    assert both(np.array([1.0, 2.0, 3.0])) == 14.0


def test_a_part_keeps_its_plain_function() -> None:
    assert doubled.py_func(np.array([4.0]), 0) == 8.0  # type: ignore[attr-defined]  # numba's own
