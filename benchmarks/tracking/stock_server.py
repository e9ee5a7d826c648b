"""The rival: python-socketio as its manual shows it, taking the same frames. `... PORT`."""

import sys
from typing import Any

import socketio
from aiohttp import web


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

    sio.on("p", take)
    sio.on("f", take)
    return app


if __name__ == "__main__":
    web.run_app(create_app(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
