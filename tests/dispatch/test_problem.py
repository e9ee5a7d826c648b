"""Problems: views in and out, bytes in and out, locked arrays."""

import pytest
from hypothesis import given

from dispatch.assemble import assemble
from dispatch.errors import ProblemError
from dispatch.model import CourierView
from dispatch.problem import Problem
from tests.dispatch.strategies import ZONE, id16, problems

EMPTY = assemble(ZONE, 0, [], [])


@given(problems)
def test_bytes_read_back_to_the_same_bytes(problem: Problem) -> None:
    again = Problem.from_bytes(problem.to_bytes())
    assert again.to_bytes() == problem.to_bytes()
    assert (again.zone, again.now_ms) == (problem.zone, problem.now_ms)


@given(problems)
def test_views_read_back_to_the_same_problem(problem: Problem) -> None:
    couriers = [problem.courier(row) for row in range(len(problem.couriers))]
    deliveries = [problem.delivery(row) for row in range(len(problem.waiting))]
    again = assemble(problem.zone, problem.now_ms, couriers, deliveries)
    assert again.to_bytes() == problem.to_bytes()


def test_cut_or_longer_bytes_are_refused_at_every_length() -> None:
    problem = assemble(ZONE, 0, [CourierView(id16(1), 0, 0, 1000)], [])
    data = problem.to_bytes()
    for length in range(len(data)):
        with pytest.raises(ProblemError):
            Problem.from_bytes(data[:length])
    with pytest.raises(ProblemError, match="1 bytes too many"):
        Problem.from_bytes(data + b"\0")


def test_bytes_of_another_version_name_the_remedy() -> None:
    with pytest.raises(ProblemError, match="read them with the program that wrote them"):
        Problem.from_bytes(b"\xff" + EMPTY.to_bytes()[1:])


def test_arrays_cannot_be_changed() -> None:
    problem = assemble(ZONE, 0, [CourierView(id16(1), 0, 0, 1000)], [])
    with pytest.raises(ValueError, match="read-only"):
        problem.couriers.x_m[0] = 7


def test_the_zone_is_sixteen_bytes() -> None:
    with pytest.raises(ProblemError, match="zone must be 16 bytes, not 1"):
        assemble(b"z", 0, [], [])


def test_now_fits_in_64_bits() -> None:
    with pytest.raises(ProblemError, match="now_ms"):
        assemble(ZONE, 2**63, [], [])
