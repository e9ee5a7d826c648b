"""Health: alive is one thing, ready another; a probe that hangs is not waited for."""

import asyncio

import pytest
from aiohttp import web

from api.kit import health
from tests.support.people import Person
from tests.support.small_api import guarded_program


async def well() -> None:
    """Find nothing wrong."""
    await asyncio.sleep(0)


async def ill() -> None:
    """Find something wrong."""
    await asyncio.sleep(0)
    raise ConnectionRefusedError("postgresql://user:secret@host")


async def hanging() -> None:
    """Never come back."""
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("probes", "status", "checks"),
    [
        ({}, 200, {}),
        ({"a": well, "b": well}, 200, {"a": "healthy", "b": "healthy"}),
        (
            {"a": well, "b": ill, "c": hanging},
            503,
            {
                "a": "healthy",
                "b": "unhealthy: ConnectionRefusedError",
                "c": "unhealthy: TimeoutError",
            },
        ),
    ],
)
async def test_ready_says_what_is_missing_and_live_only_that_we_answer(
    monkeypatch: pytest.MonkeyPatch,
    probes: dict[str, health.Probe],
    status: int,
    checks: dict[str, str],
) -> None:
    monkeypatch.setattr(health, "PROBE_S", 0.1)
    app = web.Application()
    health.add_health(app, "test", probes)
    async with guarded_program(app) as port:
        person = Person(f"http://127.0.0.1:{port}")
        for path in ("/health", "/health/ready"):
            ready = await person.get(path)
            assert (ready.status, ready.body["checks"]) == (status, checks)
            assert ready.body["status"] == ("healthy" if status == 200 else "unhealthy")
        live = await person.get("/health/live")
    assert (live.status, live.body) == (200, {"status": "healthy", "program": "test"})
