"""Columns: their shapes come from the annotations."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from dispatch.columns import CODE, Code, Columns, Whole, whole
from dispatch.errors import ProblemError


@dataclass(frozen=True, eq=False)
class Sample(Columns):
    """Two columns."""

    size: Annotated[Whole, whole(-5, 5, width=2)]
    code: Annotated[Code, CODE]


def test_values_get_the_type_of_the_column() -> None:
    sample = Sample(np.array([[1, 2], [3, -5]], np.int64), np.array([0, 255]))
    assert (sample.size.dtype, sample.code.dtype) == (np.int32, np.uint8)
    assert len(sample) == 2


def test_the_original_may_change_afterwards() -> None:
    code = np.array([1, 2], np.uint8)
    sample = Sample(np.zeros((2, 2), np.int32), code)
    code[0] = 9
    assert sample.code.tolist() == [1, 2]


def test_bytes_are_little_endian_columns_behind_the_number_of_rows() -> None:
    sample = Sample(np.array([[1, -2]]), np.array([7]))
    assert sample.to_bytes() == bytes([1, 0, 0, 0, 1, 0, 0, 0, 254, 255, 255, 255, 7])
    again, end = Sample.take(b"xx" + sample.to_bytes(), 2)
    assert (again.size.tolist(), again.code.tolist(), end) == ([[1, -2]], [7], 15)


def test_an_announced_size_beyond_the_bytes_is_refused() -> None:
    with pytest.raises(ProblemError, match="end inside a column"):
        Sample.take(b"\xff\xff\xff\xff", 0)


def test_a_value_that_would_wrap_round_is_refused() -> None:
    with pytest.raises(ProblemError, match="row 0: 256 is not between 0 and 255"):
        Sample(np.zeros((1, 2), np.int32), np.array([256]))
