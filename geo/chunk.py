"""Chunks: many fixes of one trail packed into a few bytes each, column by column.

Each column is written as differences from fix to fix, zigzagged so that small ones are small
numbers, split into planes of bytes from the lowest on, and all planes are deflated one after the
other: high planes are zeros and vanish, low ones hold what is really new. The idea of columns and
differences is that of Gorilla (Pelkonen et al., VLDB 2015). Looking for runs alone finds nearly all
that looking for repetitions would, thirty times as fast. Chunks of version 1, which deflated each
plane by itself, are still read.

What is kept: numbers and times of fixes exactly; places to 1e-6 degrees (0.06 m); when a fix was
received to 0.1 s, accuracies to 0.5 m, speeds to 0.1 m/s, headings to whole degrees.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

VERSION = 2
_HEAD = struct.Struct("<BIH")
_PLANE = struct.Struct("<I")
_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_LARGEST_MEASURE = 1 << 40


@dataclass(frozen=True, slots=True)
class FixColumns:
    """Fixes of one courier, column by column, shape (n,); what is unknown is NaN.

    `refusals` are words, empty for a fix that was believed.
    """

    epochs: _Ints
    seqs: _Ints
    t_ms: _Ints
    received_ms: _Ints
    lats: _Floats
    lngs: _Floats
    accuracies_m: _Floats
    speeds_mps: _Floats
    headings_deg: _Floats
    refusals: NDArray[np.str_]

    def __len__(self) -> int:
        """Return the number of fixes."""
        return len(self.t_ms)

    def part(self, chosen: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "FixColumns":
        """Return some of the fixes."""
        return FixColumns(*(getattr(self, one.name)[chosen] for one in fields(self)))

    def within(self, first_ms: int, last_ms: int) -> "FixColumns":
        """Return the fixes of a span of time (its end exclusive)."""
        return self.part((self.t_ms >= first_ms) & (self.t_ms < last_ms))

    def in_time(self) -> "FixColumns":
        """Return the fixes in time order."""
        return self.part(np.lexsort((self.seqs, self.epochs, self.t_ms)))


def joined(parts: Sequence[FixColumns]) -> FixColumns:
    """Return the fixes of all parts in the order of their numbers, each once (the first stays)."""
    names = [one.name for one in fields(FixColumns)]
    if not parts:
        return _nothing()
    whole = FixColumns(*(np.concatenate([getattr(part, one) for part in parts]) for one in names))
    order = np.lexsort((whole.t_ms, whole.seqs, whole.epochs))  # stable: the first part first
    again = np.zeros(len(order), dtype=np.bool_)
    same = [np.diff(one[order]) == 0 for one in (whole.epochs, whole.seqs, whole.t_ms)]
    again[1:] = np.logical_and.reduce(same)
    return whole.part(order[~again])


def _nothing() -> FixColumns:
    whole, measure = np.empty(0, np.int64), np.empty(0, np.float64)
    return FixColumns(
        whole,
        whole,
        whole,
        whole,
        measure,
        measure,
        measure,
        measure,
        measure,
        np.empty(0, np.str_),
    )


_UNITS = {"accuracies_m": 0.5, "speeds_mps": 0.1, "headings_deg": 1.0}
_PLACE_UNIT = 1e-6
_RECEIVED_MS = 100


def pack(columns: FixColumns) -> bytes:
    """Return fixes as a chunk."""
    if (columns.refusals == "").all():  # nearly always
        words, refusals = np.array([""]), np.zeros(len(columns), np.int64)
    else:
        words, refusals = np.unique(columns.refusals, return_inverse=True)
    listed = json.dumps(words.tolist(), separators=(",", ":")).encode()
    nowhere = np.isnan(columns.lats)
    lags = (columns.received_ms - columns.t_ms) // _RECEIVED_MS
    written = [columns.epochs, columns.seqs, columns.t_ms, lags, refusals]
    written.append(nowhere.astype(np.int64))
    for place in (columns.lats, columns.lngs):
        written.append(np.rint(np.where(nowhere, 0.0, place) / _PLACE_UNIT).astype(np.int64))
    for name, unit in _UNITS.items():
        written.append(_measured(getattr(columns, name), unit))
    head = _HEAD.pack(VERSION, len(columns), len(listed))
    return head + listed + _packed(np.stack(written))


def unpack(blob: bytes) -> FixColumns:
    """Return the fixes of a chunk; raise ValueError for what `pack` has not made."""
    if len(blob) < _HEAD.size:
        raise ValueError("a chunk of a trail is cut off")
    version, count, listed = _HEAD.unpack_from(blob)
    if version not in _READERS:
        raise ValueError(f"a chunk of version {version}: this program reads {VERSION}")
    at = _HEAD.size + listed
    try:
        words = np.array(json.loads(blob[_HEAD.size : at]), dtype=np.str_)
        read = _READERS[version](blob[at:], count)
    except (zlib.error, struct.error, IndexError, ValueError) as error:
        raise ValueError("a chunk of a trail is damaged") from error
    epochs, seqs, t_ms, lags, refusals, nowhere, lats, lngs, *measures = read
    accuracies, speeds, headings = (
        np.where(one == 0, np.nan, (one - 1) * unit)
        for one, unit in zip(measures, _UNITS.values(), strict=True)
    )
    return FixColumns(
        epochs=epochs,
        seqs=seqs,
        t_ms=t_ms,
        received_ms=t_ms + lags * _RECEIVED_MS,
        lats=np.where(nowhere == 1, np.nan, lats * _PLACE_UNIT),
        lngs=np.where(nowhere == 1, np.nan, lngs * _PLACE_UNIT),
        accuracies_m=accuracies,
        speeds_mps=speeds,
        headings_deg=headings,
        refusals=words[refusals],
    )


_COLUMNS = 8 + len(_UNITS)


def _measured(values: _Floats, unit: float) -> _Ints:
    """Return a measure in whole units, from 1 on; 0 stands for unknown."""
    units = np.rint(np.nan_to_num(values, nan=-unit) / unit)
    return np.clip(units, -1, _LARGEST_MEASURE).astype(np.int64) + 1


def _packed(columns: NDArray[np.int64]) -> bytes:
    """Return columns, shape (k, n), as how many planes each has, and the planes."""
    steps = np.diff(columns, axis=1, prepend=np.int64(0))
    left = ((steps << 1) ^ (steps >> 63)).astype("<u8")
    planes = [-(-int(top).bit_length() // 8) for top in left.max(axis=1, initial=0)]
    raw = left.view(np.uint8).reshape(*left.shape, 8)
    each = (raw[place, :, :count].T.tobytes() for place, count in enumerate(planes))
    deflate = zlib.compressobj(9, strategy=zlib.Z_RLE)
    return bytes(planes) + deflate.compress(b"".join(each)) + deflate.flush()


def _unpacked(blob: bytes, count: int) -> NDArray[np.int64]:
    planes, data = blob[:_COLUMNS], np.frombuffer(zlib.decompress(blob[_COLUMNS:]), np.uint8)
    raw, at = np.zeros((_COLUMNS, count, 8), np.uint8), 0
    for place, number in enumerate(planes):
        raw[place, :, :number] = data[at : at + number * count].reshape(number, count).T
        at += number * count
    return _summed(raw.view("<u8")[..., 0])


def _unpacked_plane_by_plane(blob: bytes, count: int) -> NDArray[np.int64]:
    """Read a chunk of version 1: count of planes, their lengths, and the planes of each column."""
    left, at = np.zeros((_COLUMNS, count), np.uint64), 0
    for row in range(_COLUMNS):
        planes = blob[at]
        lengths = [_PLANE.unpack_from(blob, at + 1 + _PLANE.size * n)[0] for n in range(planes)]
        at += 1 + _PLANE.size * planes
        for place, length in enumerate(lengths):
            plane = np.frombuffer(zlib.decompress(blob[at : at + length]), np.uint8)
            left[row] |= plane.astype(np.uint64) << np.uint64(8 * place)
            at += length
    return _summed(left)


def _summed(left: NDArray[np.uint64]) -> NDArray[np.int64]:
    steps = (left >> np.uint64(1)).astype(np.int64) ^ -(left & np.uint64(1)).astype(np.int64)
    return np.cumsum(steps, axis=1)


_READERS = {1: _unpacked_plane_by_plane, 2: _unpacked}
