"""The decorator of every kernel: compiled by numba, kept on disk until any kernel's source changes.

numba compares a kept function with its own file only and does not notice that a function it calls
has changed in another one. Here all files of this folder, of those in it, and of dispatch/tick are
one source.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)

Function = TypeVar("Function", bound=Callable[..., Any])


def source_stamp(folder: Path) -> str:
    """Return a digest of all Python files under `folder`: names and contents."""
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


_STAMP = source_stamp(Path(__file__).resolve().parent) + source_stamp(
    Path(__file__).resolve().parent.parent / "tick"
)


class _Stamped:
    """A place on disk whose contents are valid as long as no kernel changes."""

    def get_source_stamp(self) -> str:
        return _STAMP


class _Named(_Stamped, UserProvidedCacheLocator):
    """The folder that NUMBA_CACHE_DIR names."""


class _Beside(_Stamped, InTreeCacheLocator):
    """`__pycache__` beside the source."""


class _AtHome(_Stamped, UserWideCacheLocator):
    """The user's cache folder, where the source may not be written to."""


class _Place(CompileResultCacheImpl):
    _locator_classes = [_Named, _Beside, _AtHome]  # noqa: RUF012  # as numba declares it


class _Cache(FunctionCache):
    _impl_class = _Place


OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "no_cfunc_wrapper": True,
}


def kernel(function: Function) -> Function:
    """Compile `function` when it is first called, or take it from disk.

    Floating point follows IEEE 754 in the order written: no fast-math, so that a plain-Python twin
    gives the same bits. Divisions by zero give infinity or NaN as in NumPy. Kernels allocate
    nothing (numba refuses to compile one that does), and so need not count references to arrays,
    which made searches two to three times slower.
    """
    compiled: Any = njit(**OPTIONS)(function)
    compiled._cache = _Cache(function)  # type: ignore[no-untyped-call]  # numba's own class
    return cast("Function", compiled)
