"""Doors from Python to parts of kernels, for tests alone."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

from dispatch.kernel.compiled import OPTIONS

Function = TypeVar("Function", bound=Callable[..., Any])


def door(part: Function) -> Function:
    """Return a function that calls a part, compiled when it is first called.

    It is the part compiled once more by itself: same code, same options.
    """
    source: Any = part
    return cast("Function", njit(**OPTIONS)(source.py_func))
