"""Our socket endpoint alone, doing for each frame what the rivals do. `... PORT`."""

import asyncio
import sys
from typing import Any

import uvloop
from aiohttp import web

from benchmarks.tracking.blast import Blast, blast
from tracking.sockets import Sockets
from tracking.upgrade import NotAWebSocket


class Program:
    """Remembers the newest fixes of each phone, and sends what it is told to rooms."""

    def __init__(self) -> None:
        self.sockets = Sockets(max_frame_bytes=1_000_000, connect_s=30.0)
        self.latest: dict[str, Any] = {}
        self.at_work: asyncio.Task[None] | None = None

    async def connected(self, sid: str, context: Any) -> None:
        """Nobody is greeted."""

    def disconnected(self, sid: str) -> None:
        """Forget a phone."""
        self.latest.pop(sid, None)

    def nonsense(self, sid: str, instead: str) -> None:
        """The benchmark sends none."""

    def event(self, sid: str, name: str, arguments: list[Any], size_bytes: int) -> Any:
        """Do what a client asks."""
        if name in {"p", "f"}:
            self.latest[sid] = arguments[1]
        elif name == "hello":
            return {"accepted": 0, "durable": 0, "intervalMs": 1000}
        elif name == "join":
            self.sockets.enter(sid, arguments[0])
            return True
        elif name == "blast":
            order = Blast(**arguments[0])
            self.at_work = asyncio.create_task(blast(order, self._shout))
        return None

    def _shout(self, room: str, at_us: int, text: str) -> None:
        self.sockets.emit("t", at_us, text, to=room)


async def main(port: int) -> None:
    """Serve until killed."""
    program, app = Program(), web.Application()

    async def door(request: web.Request) -> web.StreamResponse:  # noqa: RUF029  # a handler
        try:
            return program.sockets.open(request, program, None)
        except NotAWebSocket as error:
            return web.Response(status=400, text=str(error))

    app.router.add_get("/socket.io/", door)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
