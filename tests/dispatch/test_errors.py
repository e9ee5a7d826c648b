"""Errors: who reads input from outside can catch all that is wrong with it at once."""

import pytest

from dispatch.errors import LogDamagedError, PlanError, PolicyError, ProblemError
from dispatch.plan import Plan
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem


@pytest.mark.parametrize("error", [LogDamagedError, PlanError, PolicyError, ProblemError])
def test_wrong_input_is_a_value_error(error: type[Exception]) -> None:
    assert issubclass(error, ValueError)


def test_each_door_names_its_own_error() -> None:
    with pytest.raises(ProblemError):
        Problem.from_bytes(b"")
    with pytest.raises(PlanError):
        Plan.from_bytes(b"")
    with pytest.raises(PolicyError):
        DispatchPolicy.from_text("?")
