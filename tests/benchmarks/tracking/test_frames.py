"""Frames of thin phones: what a WebSocket server reads is what was meant."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tracking.frames import fixes, frame, hello, packed, plain, texts
from benchmarks.tracking.phones import ThinPhone, connected
from benchmarks.tracking.stock_server import create_app
from tracking.wire import parse_fixes, parse_hello, parse_packed

EPOCH = 1_790_000_000


def opened(blob: bytes) -> str:
    """Return the text of a small client frame, unmasked byte by byte."""
    size, start = blob[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(blob[2:4], "big"), 4
    mask, body = blob[start : start + 4], blob[start + 4 :]
    assert len(body) == size
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(body)).decode()


def said(blob: bytes) -> tuple[str, list[Any]]:
    """Return the event and the arguments of a frame."""
    event, *arguments = json.loads(opened(blob).lstrip("0123456789"))
    return event, arguments


@given(st.text(min_size=1, max_size=400))
def test_a_mask_hides_a_text_and_gives_it_back(text: str) -> None:
    """Short and medium lengths."""
    assert opened(frame(text)) == text


@pytest.mark.parametrize("size", [1, 125, 126, 65_535, 65_536, 200_000])
async def test_a_real_server_reads_our_frames_and_we_read_its_answers(size: int) -> None:
    """aiohttp echoes what it hears."""

    async def echo(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_str(await socket.receive_str())
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get("/", echo)
    server = TestServer(app)
    await server.start_server()
    try:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        writer.write(frame("x" * size))
        buffer, heard = bytearray(), list[str]()
        while not heard:
            buffer += await reader.read(65_536)
            heard += texts(buffer)
        writer.close()
        assert heard == ["x" * size]
    finally:
        await server.close()


def test_half_a_frame_waits_for_its_rest() -> None:
    """Pings of the WebSocket itself are passed over."""
    whole = b"\x89\x00" + b"\x81\x03abc" + b"\x81\x01d"
    for cut in range(len(whole) + 1):
        buffer = bytearray(whole[:cut])
        heard = list(texts(buffer))
        buffer += whole[cut:]
        assert heard + list(texts(buffer)) == ["abc", "d"]
        assert not buffer


def test_phones_speak_the_protocol() -> None:
    """The server's own parsers understand both forms, and they say the same."""
    some = fixes(3, EPOCH, 8, 5)
    event, (greeting,) = said(hello(1, EPOCH, 8))
    assert (event, parse_hello(greeting).first_seq, opened(hello(7, EPOCH, 8))[:3]) == (
        "hello",
        8,
        "427",
    )
    event, told = said(plain(EPOCH, some))
    assert (event, parse_fixes(*told, 200)[0]) == ("p", EPOCH)
    assert [fix.seq for fix in parse_fixes(*told, 200)[1]] == [8, 9, 10, 11, 12]
    event, told_packed = said(packed(EPOCH, some))
    one, other = parse_packed(*told_packed, 200)[1], parse_fixes(*told, 200)[1]
    assert event == "f"
    assert [(f.seq, f.t_ms, round(f.lat, 6)) for f in one] == [
        (f.seq, f.t_ms, round(f.lat, 6)) for f in other
    ]


async def test_the_rival_takes_the_same_frames_and_answers_hello() -> None:
    """As ours does: all that was sent before is read by then."""
    server = TestServer(create_app())
    await server.start_server()
    try:
        assert server.port is not None
        (phone,) = await connected(server.port, [""], ThinPhone)
        phone.write(plain(EPOCH, fixes(1, EPOCH, 1, 1)))
        assert await phone.ask(EPOCH) > 0
        phone.transport.abort()
    finally:
        await server.close()
