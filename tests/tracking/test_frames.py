"""WebSocket frames: whatever way the bytes come, the messages are the same; nonsense ends it."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.frames import (
    BAD_FRAME,
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    TOO_BIG,
    BrokenFrame,
    FrameReader,
    closing,
    frame,
)

MOST = 70_000


def masked(head: int, payload: bytes) -> bytes:
    """Return a client's frame, put together byte by byte."""
    mask, size = b"\x37\xfa\x21\x3d", len(payload)
    if size < 126:
        length = bytes((0x80 | size,))
    elif size < 1 << 16:
        length = bytes((0x80 | 126,)) + size.to_bytes(2, "big")
    else:
        length = bytes((0x80 | 127,)) + size.to_bytes(8, "big")
    hidden = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes((head,)) + length + mask + hidden


def read(reader: FrameReader, *chunks: bytes) -> list[tuple[int, bytes]]:
    """Return the messages in chunks."""
    return [message for chunk in chunks for message in reader.feed(chunk)]


PAYLOADS = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([125, 126, 127, 65_535, 65_536, MOST - 1]).map(lambda n: b"x" * n),
)


@given(
    said=st.lists(
        st.one_of(
            st.tuples(st.sampled_from([TEXT, BINARY]), PAYLOADS, st.integers(1, 4)),
            st.tuples(st.sampled_from([PING, PONG, CLOSE]), st.binary(max_size=125), st.just(1)),
        ),
        max_size=6,
    ),
    cuts=st.lists(st.floats(0, 1), max_size=8),
)
@settings(deadline=None)
def test_messages_come_through_however_they_are_cut(
    said: Sequence[tuple[int, bytes, int]], cuts: Sequence[float]
) -> None:
    """In parts, with a ping between two parts, in chunks of any size."""
    stream, expected = b"", []
    for kind, payload, parts in said:
        step = len(payload) // parts + 1
        pieces = [payload[at : at + step] for at in range(0, len(payload), step)] or [b""]
        for place, piece in enumerate(pieces):
            final = 0x80 if place == len(pieces) - 1 else 0
            stream += masked(final | (kind if place == 0 else 0), piece)
            if not final:
                stream += masked(0x80 | PING, b"between")
                expected.append((PING, b"between"))
        expected.append((kind, payload))
    edges = [0, *sorted(round(cut * len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert read(FrameReader(MOST), *chunks) == expected


def test_one_byte_at_a_time_is_enough() -> None:
    """As a slow or hostile client sends."""
    stream = masked(0x81, b"first") + masked(0x81, b"x" * 200) + masked(0x89, b"")
    chunks = [stream[at : at + 1] for at in range(len(stream))]
    assert read(FrameReader(MOST), *chunks) == [(TEXT, b"first"), (TEXT, b"x" * 200), (PING, b"")]


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (b"\x81\x05hello-", BAD_FRAME),
        (masked(0xC1, b"compressed"), BAD_FRAME),
        (masked(0x83, b""), BAD_FRAME),
        (masked(0x80, b"continues nothing"), BAD_FRAME),
        (masked(0x01, b"a") + masked(0x81, b"b"), BAD_FRAME),
        (masked(0x09, b"half a ping"), BAD_FRAME),
        (masked(0x89, b"x" * 126), BAD_FRAME),
        (masked(0x81, b"x" * MOST), TOO_BIG),
        (bytes((0x81, 0xFF)) + b"\xff" * 8 + b"mask", TOO_BIG),
        (masked(0x01, b"x" * (MOST - 1)) + masked(0x80, b"x"), TOO_BIG),
    ],
    ids=[
        *("unmasked", "reserved bit", "unknown kind", "continues nothing", "text in text"),
        *("ping in parts", "long ping", "too long", "announced too long", "too long in parts"),
    ],
)
def test_what_is_not_websocket_is_broken_after_what_came_before(stream: bytes, code: int) -> None:
    """The message before it is heard; a length is believed before its bytes have come."""
    messages = FrameReader(MOST).feed(masked(0x81, b"before") + stream)
    assert next(messages) == (TEXT, b"before")
    with pytest.raises(BrokenFrame) as caught:
        list(messages)
    assert caught.value.code == code


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_servers_frame_is_read_by_a_client(size: int) -> None:
    """Head, length, payload; no mask."""
    payload = b"y" * size
    found = frame(TEXT, payload)
    assert found[0] == 0x81
    assert found.endswith(payload)
    announced = found[1]
    if announced == 126:
        announced = int.from_bytes(found[2:4], "big")
    elif announced == 127:
        announced = int.from_bytes(found[2:10], "big")
    assert announced == size
    assert closing(TOO_BIG) == b"\x88\x02\x03\xf1"
