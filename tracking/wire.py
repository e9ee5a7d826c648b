"""Frames to and from phones and maps: parsing, packing, and the errors we answer.

The protocol is described in docs/api/realtime.md.
"""

import base64
import binascii
import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from geo.box import Box
from geo.fix import Fix

VERSION = 1

_PACKED_FIX = struct.Struct("<IIiiBBBB")
_NUMBER = struct.Struct("<I16x")
_MAP_RECORD = struct.Struct("<HhhbbBBBB")
PACKED_ROW = np.dtype([
    ("seq", "<u4"),
    ("dt_ms", "<u4"),
    ("lat", "<i4"),
    ("lng", "<i4"),
    ("speed", "u1"),
    ("heading", "u1"),
    ("accuracy", "u1"),
    ("flags", "u1"),
])
"""A packed fix as numpy sees it."""

UNKNOWN = 255
_U32 = 1 << 32
_FIELDS = 7
_HELLO = ("v", "epoch", "firstSeq", "lastSeq")
_VIEW = ("zoom", "bbox", "rev")


class BadFrame(Exception):
    """A frame that is not of the protocol; answered with `oops`, never logged one by one."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"code": code, "field": field, "message": message}


def nearest(given: object, known: Sequence[str]) -> str:
    """Return a question naming the known word most like the one given, else all of them."""
    close = get_close_matches(str(given), known, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"known: {' '.join(known)}"


@dataclass(frozen=True, slots=True)
class Hello:
    """What a phone says first: which fixes it still keeps.

    One that keeps nothing says 0 and 0, or better: the next number, and the one before it.
    """

    epoch: int
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """What a map wants to see."""

    zoom: float
    box: Box
    rev: int


def parse_hello(payload: Any) -> Hello:
    """Return a phone's `hello`."""
    payload = _object(payload, "hello", _HELLO)
    if payload.get("v") != VERSION:
        raise BadFrame("bad_payload", "v", f"this server speaks version {VERSION}")
    hello = Hello(
        _counted(payload.get("epoch"), "epoch"),
        _counted(payload.get("firstSeq"), "firstSeq"),
        _counted(payload.get("lastSeq"), "lastSeq"),
    )
    if hello.first_seq > hello.last_seq + 1 or (hello.first_seq == 0 and hello.last_seq > 0):
        message = "send the range you keep; for nothing the next number and the one before it"
        raise BadFrame("bad_payload", "firstSeq", message)
    return hello


def parse_fixes(epoch: Any, readings: Any, at_most: int) -> tuple[int, list[Fix]]:
    """Return the epoch and the fixes of a `p` event."""
    if not isinstance(readings, list):
        raise BadFrame("bad_payload", "fixes", "send [epoch, [[seq, tMs, lat, lng, ...], ...]]")
    if len(readings) > at_most:
        raise BadFrame("too_many_fixes", "fixes", f"at most {at_most} fixes in one event")
    return _counted(epoch, "epoch"), [_fix(reading, i) for i, reading in enumerate(readings)]


def _fix(reading: Any, place: int) -> Fix:
    where = f"fixes.{place}"
    if not isinstance(reading, list) or not 4 <= len(reading) <= _FIELDS:
        raise BadFrame(
            "bad_payload", where, "a fix is [seq, tMs, lat, lng, speed, heading, accuracy]"
        )
    seq, t_ms, lat, lng, *rest = reading
    speed, heading, accuracy = (*rest, None, None, None)[:3]
    if not isinstance(t_ms, int) or isinstance(t_ms, bool) or not 0 <= t_ms < 1 << 48:
        raise BadFrame("bad_payload", f"{where}.1", "tMs is Unix milliseconds")
    return Fix(
        _counted(seq, f"{where}.0", least=1),
        t_ms,
        _number(lat, f"{where}.2"),
        _number(lng, f"{where}.3"),
        None if speed is None else _number(speed, f"{where}.4"),
        None if heading is None else _number(heading, f"{where}.5") % 360,
        None if accuracy is None else _number(accuracy, f"{where}.6"),
    )


def parse_packed(epoch: Any, text: Any, at_most: int) -> tuple[int, list[Fix]]:
    """Return the epoch and the fixes of an `f` event."""
    base, blob = packed_blob(epoch, text, at_most)
    return base, unpack_fixes(base, blob)


def packed_blob(epoch: Any, text: Any, at_most: int) -> tuple[int, bytes]:
    """Return the epoch and the records of an `f` event, as they are."""
    base = _counted(epoch, "epoch")
    if not isinstance(text, str):
        raise BadFrame("bad_payload", "fixes", "send [epoch, base64 text]")
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadFrame("bad_payload", "fixes", "not base64") from error
    if len(blob) % _PACKED_FIX.size:
        raise BadFrame("bad_payload", "fixes", f"records are {_PACKED_FIX.size} bytes each")
    if len(blob) > at_most * _PACKED_FIX.size:
        raise BadFrame("too_many_fixes", "fixes", f"at most {at_most} fixes in one event")
    return base, blob


def numbers(blob: bytes) -> list[int]:
    """Return the sequence numbers of packed fixes."""
    return [seq for (seq,) in _NUMBER.iter_unpack(blob)]


def chosen(blob: bytes, places: Iterable[int]) -> bytes:
    """Return the packed fixes at these places."""
    size = _PACKED_FIX.size
    return b"".join(blob[place * size : (place + 1) * size] for place in places)


def unpack_fixes(epoch: int, blob: bytes) -> list[Fix]:
    """Return packed fixes one by one."""
    return [
        Fix(
            seq,
            epoch * 1000 + dt_ms,
            lat / 1e7,
            lng / 1e7,
            None if speed == UNKNOWN else speed / 4,
            None if heading == UNKNOWN else heading * 360 / 256,
            None if accuracy == UNKNOWN else float(accuracy),
            flags,
        )
        for seq, dt_ms, lat, lng, speed, heading, accuracy, flags in _PACKED_FIX.iter_unpack(blob)
    ]


def pack_fix(epoch: int, fix: Fix) -> bytes:
    """Return a fix as the 20 bytes of an `f` event; what a phone does."""
    return _PACKED_FIX.pack(
        fix.seq,
        fix.t_ms - epoch * 1000,
        round(fix.lat * 1e7),
        round(fix.lng * 1e7),
        UNKNOWN if fix.speed_mps is None else min(254, round(fix.speed_mps * 4)),
        UNKNOWN if fix.heading_deg is None else min(254, round(fix.heading_deg % 360 * 256 / 360)),
        UNKNOWN if fix.accuracy_m is None else min(254, round(fix.accuracy_m)),
        fix.flags,
    )


def parse_view(payload: Any) -> ViewRequest:
    """Return what a map asks to see."""
    payload = _object(payload, "view", _VIEW)
    corners = payload.get("bbox")
    if not isinstance(corners, list) or len(corners) != 4:
        raise BadFrame("bad_payload", "bbox", "send [minLat, minLng, maxLat, maxLng]")
    min_lat, min_lng, max_lat, max_lng = (_number(value, "bbox") for value in corners)
    in_order = -90 <= min_lat < max_lat <= 90 and -180 <= min_lng < max_lng <= 180
    if not in_order:
        raise BadFrame("bad_payload", "bbox", "send degrees, the smaller ones first")
    return ViewRequest(
        zoom=_number(payload.get("zoom", 0), "zoom"),
        box=Box(min_lat, min_lng, max_lat, max_lng),
        rev=_counted(payload.get("rev", 0), "rev"),
    )


def _object(payload: Any, event: str, known: Sequence[str]) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise BadFrame("bad_payload", event, "send an object")
    for name in payload:
        if name not in known:
            raise BadFrame("bad_payload", name, f"unknown field; {nearest(name, known)}")
    return payload


def _counted(value: Any, field: str, *, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < _U32:
        raise BadFrame("bad_payload", field, f"send a whole number from {least} up to 32 bits")
    return value


def _number(value: Any, field: str) -> float:
    if isinstance(value, float) and not math.isfinite(value):
        raise BadFrame("bad_payload", field, "NaN and Infinity are not JSON: send a finite number")
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9:
        raise BadFrame("bad_payload", field, "send a number")
    return float(value)


@dataclass(frozen=True, slots=True)
class MapRecord:
    """A courier as a map frame carries it; offsets are in units of the cell's resolution."""

    ref: int
    north: int
    east: int
    north_half_mps: int
    east_half_mps: int
    heading: int
    age_tenths: int
    state: int
    seq_low: int


def pack_records(records: Iterable[MapRecord]) -> str:
    """Return map records as base64 text."""
    packed = b"".join(
        _MAP_RECORD.pack(
            record.ref,
            record.north,
            record.east,
            record.north_half_mps,
            record.east_half_mps,
            record.heading,
            record.age_tenths,
            record.state,
            record.seq_low,
        )
        for record in records
    )
    return base64.b64encode(packed).decode()


def unpack_records(text: str) -> list[MapRecord]:
    """Return the records of a map frame; what a map does."""
    blob = base64.b64decode(text)
    return [MapRecord(*fields) for fields in _MAP_RECORD.iter_unpack(blob)]
