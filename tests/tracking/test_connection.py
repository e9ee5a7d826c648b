"""A connection of ours: who is silent, floods, comes too early or reads nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from benchmarks.tracking.frames import frame
from tests.tracking.gateways import until
from tests.tracking.talkers import Ours
from tracking.connection import Connection

ENDED = {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING}
PATH = "/socket.io/?EIO=4&transport=websocket"


@asynccontextmanager
async def raw(url: str, first: str = "40") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Return a bare WebSocket that has said `first`, after what the server says first."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url + PATH, autoping=False) as socket,
    ):
        assert (await socket.receive_str()).startswith("0{")
        await socket.send_str(first)
        yield socket


async def welcomed(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Hear that one is let in."""
    assert (await socket.receive_str()).startswith("40{")
    assert await socket.receive_str() == '42["welcome","you",1]'


async def test_who_does_not_answer_pings_is_cut_off_and_who_does_stays() -> None:
    """The server asks; silence for longer than it may last is an end."""
    program = Ours(ping_s=0.3, pong_s=0.2)
    async with program.serving() as url, raw(url) as silent, raw(url) as alive:
        await welcomed(silent)
        await welcomed(alive)
        for _ in range(4):
            assert await alive.receive_str() == "2"
            await alive.send_str("3")
        await until(lambda: program.gone == 1)
        assert [(await silent.receive()).data, (await silent.receive()).type in ENDED] == [
            "2",
            True,
        ]
        await alive.send_str('427["echo","here"]')
        assert await alive.receive_str() == '437["here"]'


async def test_what_comes_while_somebody_waits_for_an_answer_is_answered_in_sequence() -> None:
    """Also across the end of the waiting, and however many there are."""
    async with Ours().serving() as url, raw(url) as socket:
        await welcomed(socket)
        for number in range(0, 60, 3):
            await socket.send_str(f'42{number}["echo",1]')
            await socket.send_str(f'42{number + 1}["slow",1]')
            await socket.send_str(f'42{number + 2}["void"]')
        heard = []
        while len(heard) < 60:
            text = await socket.receive_str()
            if text == "2":
                await socket.send_str("3")
            else:
                heard.append(int(text[2:].partition("[")[0]))
        assert heard == list(range(60))


async def test_an_event_before_the_handshake_is_the_end() -> None:
    """Nobody is told of a client that was never let in."""
    program = Ours()
    async with program.serving() as url:
        for first in ('42["echo",1]', "41", "451-[]", "b123"):
            async with raw(url, first) as socket:
                assert (await socket.receive()).type in ENDED
        await until(lambda: len(program.sockets) == 0)
        assert program.gone == 0


async def test_pings_of_the_client_are_answered() -> None:
    """As the standard demands, with what they carry."""
    async with Ours().serving() as url, raw(url) as socket:
        await welcomed(socket)
        await socket.ping(b"are you there")
        message = await socket.receive()
        assert (message.type, message.data) == (aiohttp.WSMsgType.PONG, b"are you there")


async def test_who_reads_nothing_is_cut_off_before_much_is_kept_for_it() -> None:
    """A megabyte waits at most; the others in the room hear everything."""
    program = Ours(ping_s=60, pong_s=60)
    async with program.serving() as url, raw(url) as reader, raw(url) as deaf:
        for socket in (reader, deaf):
            await welcomed(socket)
            await socket.send_str('421["join","room"]')
            assert await socket.receive_str() == "431[]"
        assert deaf._response.connection is not None
        deaf._response.connection.transport.pause_reading()  # type: ignore[union-attr]  # open
        told, heard = 0, 0
        async with asyncio.timeout(30):
            while program.gone == 0:
                program.sockets.emit("said", "x" * 30_000, to="room")
                told += 1
                assert len(await reader.receive_str()) > 30_000
                heard += 1
        most = max(one.unsent_bytes for one in program.sockets._connections.values())
        assert most < 2_000_000
        assert told == heard


async def test_the_http_server_keeps_nothing_of_a_connection() -> None:
    """For aiohttp the client has gone: no handler, no task, no timer is left of the request."""
    program = Ours()
    async with program.serving() as url, raw(url) as socket:
        await welcomed(socket)
        assert program.server is not None
        assert program.server.runner.server.connections == []
        assert len(program.sockets) == 1


class Wire:
    """A transport that goes nowhere."""

    def __init__(self) -> None:
        self.aborted = False

    def __getattr__(self, name: str) -> object:
        return lambda *_arguments: 0

    def abort(self) -> None:
        """Be gone."""
        self.aborted = True


async def test_who_left_before_being_let_in_is_not_let_in() -> None:
    """Else somebody who is gone would be kept for ever as one who is there."""
    program, closed = Ours(), list[Connection]()
    connection, let_in = Connection("sid", "you", 1000, program, closed.append), []
    program.connected = lambda *who: _note(let_in, who)  # type: ignore[method-assign]
    connection.begin(Wire(), b"", 5.0)
    connection.data_received(frame("40"))
    connection.cut()
    connection.connection_lost(None)
    await asyncio.sleep(0.01)
    assert closed == [connection]
    assert not let_in


async def _note(let_in: list[object], who: tuple[object, ...]) -> None:  # noqa: RUF029  # as theirs
    let_in.append(who)


async def test_who_is_not_read_meanwhile_need_not_answer_pings() -> None:
    """A pong lies behind what we let wait: only afterwards silence counts again."""
    program = Ours(ping_s=0.3, pong_s=0.1)
    async with program.serving() as url, raw(url) as socket:
        await welcomed(socket)
        for number in range(30):
            await socket.send_str(f'42{number}["slow",1]')
        answers = 0
        while answers < 30:
            answers += (await socket.receive_str()).startswith("43")
        await until(lambda: program.gone == 1)
