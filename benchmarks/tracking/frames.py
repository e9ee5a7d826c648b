"""What phones put on the wire, built before the clock runs: WebSocket frames of our protocol."""

import base64
import json
import os
from collections.abc import Iterator, Sequence

from benchmarks.ledger.book import ride
from geo.fix import Fix
from geo.point import Point
from tracking.wire import VERSION, pack_fix

MIDDLE = Point(46.9, 8.4)
STEP_MS = 1000
_TEXT = 0x81
_MASKED = 0x80
_MEDIUM, _LARGE = 126, 127


def frame(text: str) -> bytes:
    """Return a text as one frame of a client: masked, as the standard demands."""
    body, mask = text.encode(), os.urandom(4)
    size = len(body)
    if size < _MEDIUM:
        head = bytes((_TEXT, _MASKED | size))
    elif size < 1 << 16:
        head = bytes((_TEXT, _MASKED | _MEDIUM)) + size.to_bytes(2, "big")
    else:
        head = bytes((_TEXT, _MASKED | _LARGE)) + size.to_bytes(8, "big")
    masks = mask * (size // 4 + 1)
    hidden = int.from_bytes(body, "big") ^ int.from_bytes(masks[:size], "big")
    return head + mask + hidden.to_bytes(size, "big")


def texts(buffer: bytearray) -> Iterator[str]:
    """Take whole frames of a server off `buffer` and yield the texts; others are passed over."""
    while len(buffer) >= 2:
        size, start = buffer[1] & 0x7F, 2
        if size == _MEDIUM:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == _LARGE:
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + size:
            return
        kind, body = buffer[0], bytes(buffer[start : start + size])
        del buffer[: start + size]
        if kind == _TEXT:
            yield body.decode()


def hello(number: int, epoch: int, first: int) -> bytes:
    """Return `hello` of a phone that keeps nothing and goes on at `first`, to be answered."""
    said = {"v": VERSION, "epoch": epoch, "firstSeq": first, "lastSeq": first - 1}
    return frame(f"42{number}" + json.dumps(["hello", said], separators=(",", ":")))


def fixes(number: int, epoch: int, first: int, count: int) -> list[Fix]:
    """Return believable fixes of phone `number`, a second apart."""
    found = []
    for seq in range(first, first + count):
        place = ride(MIDDLE, number, seq)
        found.append(Fix(seq, epoch * 1000 + seq * STEP_MS, place.lat, place.lng, 6.0, 90.0, 8.0))
    return found


def plain(epoch: int, some: Sequence[Fix]) -> bytes:
    """Return fixes as the human-friendly `p` event."""
    rows = [
        [f.seq, f.t_ms, round(f.lat, 7), round(f.lng, 7), f.speed_mps, f.heading_deg, f.accuracy_m]
        for f in some
    ]
    return frame("42" + json.dumps(["p", epoch, rows], separators=(",", ":")))


def packed(epoch: int, some: Sequence[Fix]) -> bytes:
    """Return fixes as the packed `f` event."""
    blob = base64.b64encode(b"".join(pack_fix(epoch, fix) for fix in some)).decode()
    return frame("42" + json.dumps(["f", epoch, blob], separators=(",", ":")))
