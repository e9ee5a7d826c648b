"""Health: alive (the process answers) and ready (what it needs answers too)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

Probe = Callable[[], Awaitable[object]]
"""Returns when the thing it asks is well; raises when it is not."""

PROBE_S = 2.0


async def examine(probes: Mapping[str, Probe]) -> dict[str, str]:
    """Ask every probe at once; return what each found: `healthy` or why not."""

    async def ask(probe: Probe) -> str:
        try:
            async with asyncio.timeout(PROBE_S):
                await probe()
        except Exception as error:  # whatever it is, the thing is not well
            return f"unhealthy: {type(error).__name__}"
        return "healthy"

    found = await asyncio.gather(*(ask(probe) for probe in probes.values()))
    return dict(zip(probes, found, strict=True))


def add_health(app: web.Application, program: str, probes: Mapping[str, Probe]) -> None:
    """Register /health, /health/live and /health/ready."""

    async def live(_request: web.Request) -> web.Response:  # noqa: RUF029  # aiohttp's shape
        return _answer(200, {"status": "healthy", "program": program})

    async def ready(_request: web.Request) -> web.Response:
        checks = await examine(probes)
        well = all(found == "healthy" for found in checks.values())
        status = "healthy" if well else "unhealthy"
        body = {"status": status, "program": program, "checks": checks}
        return _answer(200 if well else 503, body)

    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/health", ready)


def _answer(status: int, body: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
