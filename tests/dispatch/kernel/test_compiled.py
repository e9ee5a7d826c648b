"""Compiled code is thrown away when any kernel's source changes, and allocates nothing."""

from pathlib import Path

import numpy as np
import pytest
from numba.core.errors import NumbaError

from dispatch.kernel.compiled import kernel, source_stamp


def test_the_stamp_follows_every_source_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    (tmp_path / "b.py").write_text("y = 1")
    before = source_stamp(tmp_path)
    (tmp_path / "notes.txt").write_text("not a source")
    assert source_stamp(tmp_path) == before
    (tmp_path / "b.py").write_text("y = 2")
    assert source_stamp(tmp_path) != before


def test_moving_text_from_one_file_to_another_changes_the_stamp(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("xy")
    before = source_stamp(tmp_path)
    (tmp_path / "a.py").write_text("x")
    (tmp_path / "b.py").write_text("y")
    assert source_stamp(tmp_path) != before


def test_a_kernel_computes_and_keeps_its_plain_function() -> None:
    @kernel
    def add(a: int, b: int) -> int:
        return a + b

    assert add(2, 3) == 5
    assert add.py_func(2, 3) == 5  # type: ignore[attr-defined]  # numba's own


def test_a_kernel_that_allocates_is_refused() -> None:
    @kernel
    def waste(size: int) -> float:
        return float(np.zeros(size)[0])

    with pytest.raises((NumbaError, RuntimeError)):
        waste(3)
