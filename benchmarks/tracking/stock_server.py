"""The rival: python-socketio as its manual shows it, taking the same frames. `... PORT`."""

import asyncio
import sys
from typing import Any

import socketio
from aiohttp import web

from benchmarks.tracking.blast import Blast

_STEP_S = 0.002


def create_app() -> web.Application:
    """Return an application whose sockets remember the newest fixes of each phone."""
    sio = socketio.AsyncServer(async_mode="aiohttp")
    app = web.Application()
    sio.attach(app)
    latest: dict[str, Any] = {}

    @sio.event  # type: ignore[untyped-decorator]  # the library has no types
    async def hello(_sid: str, _payload: Any) -> dict[str, int]:  # noqa: RUF029  # as in the manual
        return {"accepted": 0, "durable": 0, "intervalMs": 1000}

    async def take(sid: str, _epoch: int, fixes: Any) -> None:  # noqa: RUF029  # as in the manual
        latest[sid] = fixes

    async def join(sid: str, room: str) -> bool:
        await sio.enter_room(sid, room)
        return True

    async def shout(_sid: str, order: dict[str, Any]) -> None:
        await _blast(sio, Blast(**order))

    sio.on("p", take)
    sio.on("f", take)
    sio.on("join", join)
    sio.on("blast", shout)
    return app


async def _blast(sio: Any, order: Blast) -> None:
    """Send what is ordered, as `blast` does; here every event is awaited."""
    loop, text, sent = asyncio.get_running_loop(), "x" * order.size, 0
    began = loop.time()
    while sent < order.events:
        due = sent + max(1, order.rooms // 4)
        if order.rate:
            due = round((loop.time() - began) * order.rate) + 1
        for number in range(sent, min(due, order.events)):
            at_us = round(loop.time() * 1e6)
            await sio.emit("t", (at_us, text), room=f"r{number % order.rooms}")
        sent = min(due, order.events)
        await asyncio.sleep(_STEP_S if order.rate else 0)


if __name__ == "__main__":
    web.run_app(create_app(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
