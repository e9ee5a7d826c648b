"""The floor: aiohttp's WebSockets, uvloop and orjson with the same bookkeeping. `... PORT`.

It speaks just enough Socket.IO for the benchmark's own clients, and is no server for anybody else.
"""

import asyncio
import sys
from collections import defaultdict
from typing import Any

import orjson
import uvloop
from aiohttp import WSMsgType, web

from benchmarks.tracking.blast import Blast, blast
from tracking.frames import TEXT, frame

_HELLO = {"accepted": 0, "durable": 0, "intervalMs": 1000}


class Program:
    """Phones, rooms, and what is sent to them."""

    def __init__(self) -> None:
        self.latest: dict[int, Any] = {}
        self.rooms: dict[str, set[Any]] = defaultdict(set)
        self.at_work: asyncio.Task[None] | None = None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Speak with one client until it leaves."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        transport: Any = request.transport
        transport.write(_text(b'0{"sid":"x","pingInterval":100000,"pingTimeout":100000}'))
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._take(transport, message.data)
        for members in self.rooms.values():
            members.discard(transport)
        return socket

    def _take(self, transport: Any, text: str) -> None:
        if text == "40":
            transport.write(_text(b'40{"sid":"x"}'))
        elif text.startswith("42"):
            start = text.index("[")
            name, *arguments = orjson.loads(text[start:])
            number, answer = text[2:start], None
            if name in {"p", "f"}:
                self.latest[id(transport)] = arguments[1]
            elif name == "hello":
                answer = _HELLO
            elif name == "join":
                self.rooms[arguments[0]].add(transport)
            elif name == "blast":
                self.at_work = asyncio.create_task(blast(Blast(**arguments[0]), self._shout))
            if number:
                transport.write(_text(b"43" + number.encode() + orjson.dumps([answer])))

    def _shout(self, room: str, at_us: int, text: str) -> None:
        built = _text(b"42" + orjson.dumps(["t", at_us, text]))
        for transport in self.rooms[room]:
            transport.write(built)


def _text(payload: bytes) -> bytes:
    return frame(TEXT, payload)


async def main(port: int) -> None:
    """Serve until killed."""
    program, app = Program(), web.Application()
    app.router.add_get("/socket.io/", program.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
