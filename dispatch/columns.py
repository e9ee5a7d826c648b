"""Columns: equally long arrays of whole numbers, checked and locked when built, and their bytes."""

import struct
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import ProblemError

Bytes16 = NDArray[np.uint8]
Whole = NDArray[np.int32]
Code = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """How one column looks: numbers per row (0 = a plain one), type, inclusive range."""

    dtype: str
    width: int
    low: int
    high: int

    def checked(self, name: str, value: object) -> NDArray[Any]:
        """Return the value as a read-only array of this shape, or raise ProblemError."""
        given = np.asarray(value)
        if given.size == 0:
            given = given.reshape((0, self.width) if self.width else (0,)).astype(self.dtype)
        if given.dtype.kind not in "iu":
            raise ProblemError(f"{name} must hold whole numbers, not {given.dtype}")
        if given.ndim != (2 if self.width else 1) or (self.width and given.shape[1] != self.width):
            rows = f"rows of {self.width}" if self.width else "one number per row"
            raise ProblemError(f"{name} must have {rows}, not the shape {given.shape}")
        outside = np.argwhere((given < self.low) | (given > self.high))
        if len(outside):
            row = tuple(outside[0])
            raise ProblemError(
                f"{name}, row {row[0]}: {given[row]} is not between {self.low} and {self.high}"
            )
        # A copy, so that nobody who still holds the original can change a checked problem.
        array = np.array(given, dtype=self.dtype, order="C")
        array.setflags(write=False)
        return array


IDS16 = Shape("<u1", 16, 0, 255)
"""A column of 16-byte ids."""
CODE = Shape("<u1", 0, 0, 255)
"""A column of small codes."""


def whole(low: int, high: int, *, width: int = 0) -> Shape:
    """Return the shape of a column of 32-bit whole numbers in an inclusive range."""
    return Shape("<i4", width, low, high)


class Columns:
    """Base of the groups of a problem: fields annotated with an array type and a Shape.

    Raises ProblemError when a column has the wrong type, shape, range or length.
    """

    _shapes: ClassVar[tuple[tuple[str, Shape], ...]] = ()

    def __init_subclass__(cls) -> None:
        """Collect the shapes from the annotations."""
        cls._shapes = tuple(
            (name, hint.__metadata__[0]) for name, hint in cls.__annotations__.items()
        )

    def __post_init__(self) -> None:
        """Check every column and put the locked array in its place."""
        lengths = set()
        for name, shape in self._shapes:
            where = f"{type(self).__name__}.{name}"
            array = shape.checked(where, getattr(self, name))
            object.__setattr__(self, name, array)
            lengths.add(len(array))
        if len(lengths) > 1:
            raise ProblemError(
                f"all columns of {type(self).__name__} must be equally long, not {sorted(lengths)}"
            )

    def __len__(self) -> int:
        """Return the number of rows."""
        name, _ = self._shapes[0]
        return len(getattr(self, name))

    def to_bytes(self) -> bytes:
        """Return the number of rows and the columns in declared order, little endian."""
        parts = [struct.pack("<I", len(self))]
        parts.extend(getattr(self, name).tobytes() for name, _ in self._shapes)
        return b"".join(parts)

    @classmethod
    def take(cls, data: bytes, at: int) -> tuple[Self, int]:
        """Read the columns that start at a byte offset; return them and the offset behind."""
        if at + 4 > len(data):
            raise ProblemError("the bytes end inside a group of columns")
        (rows,) = struct.unpack_from("<I", data, at)
        at += 4
        arrays: list[NDArray[Any]] = []
        for _, shape in cls._shapes:
            width = max(1, shape.width)
            end = at + rows * width * np.dtype(shape.dtype).itemsize
            if end > len(data):
                raise ProblemError("the bytes end inside a column")
            flat = np.frombuffer(data, shape.dtype, rows * width, at)
            arrays.append(flat.reshape(rows, width) if shape.width else flat)
            at = end
        return cls(*arrays), at
