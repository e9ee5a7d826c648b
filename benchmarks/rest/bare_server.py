"""The floor: aiohttp with nothing around it; JSON in by orjson, the same answer out. `... PORT`."""

import sys

import orjson
from aiohttp import web

from api.kit import program
from benchmarks.rest.order import ORDER_ID, SHOWN

SHOWN_BODY = orjson.dumps(SHOWN)


async def get_order(_request: web.Request) -> web.Response:  # noqa: RUF029  # aiohttp's shape
    """Answer with an order."""
    return web.Response(body=SHOWN_BODY, content_type="application/json")


async def add_order(request: web.Request) -> web.Response:
    """Read an order, answer with it."""
    draft = orjson.loads(await request.read())
    shown = {"id": ORDER_ID, "status": "confirmed", **draft}
    return web.Response(body=orjson.dumps(shown), status=201, content_type="application/json")


async def main(port: int) -> None:
    """Serve until told to stop."""
    app = web.Application()
    app.router.add_get("/order", get_order)
    app.router.add_post("/order", add_order)
    await program.serve(app, "127.0.0.1", port)


if __name__ == "__main__":
    program.run(main(int(sys.argv[1])))
