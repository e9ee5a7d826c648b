"""A geocoder for tests: answers `search` and `reverse` as Nominatim does, or fails as told."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


def place(label: str, lat: float, lng: float, *, rank: int = 30, **parts: str) -> dict[str, Any]:
    """Return a place as Nominatim's jsonv2 describes it: numbers as texts."""
    return {
        "place_id": 100149,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0.",
        "osm_type": "node",
        "osm_id": 107775,
        "lat": f"{lat:.7f}",
        "lon": f"{lng:.7f}",
        "category": "place",
        "type": "house",
        "place_rank": rank,
        "importance": 0.1,
        "addresstype": "place",
        "name": "",
        "display_name": label,
        "boundingbox": [f"{lat:.7f}", f"{lat:.7f}", f"{lng:.7f}", f"{lng:.7f}"],
        "address": parts,
    }


@dataclass
class MapServer:
    """Places by the text that finds them, what was asked, and how the next questions fail."""

    places: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    near: dict[str, Any] | None = None
    asked: list[web.Request] = field(default_factory=list)
    failures: list[web.Response | None] = field(default_factory=list)
    hangs: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        """Return the service as an application."""
        app = web.Application()
        app.router.add_get("/search", self._search)
        app.router.add_get("/reverse", self._reverse)
        return app

    async def _search(self, request: web.Request) -> web.Response:
        if failed := await self._fail(request):
            return failed
        found = self.places.get(request.query["q"], [])
        return web.json_response(found[: int(request.query["limit"])])

    async def _reverse(self, request: web.Request) -> web.Response:
        if failed := await self._fail(request):
            return failed
        assert -90 <= float(request.query["lat"]) <= 90
        return web.json_response(self.near or {"error": "Unable to geocode"})

    async def _fail(self, request: web.Request) -> web.Response | None:
        self.asked.append(request)
        assert (request.query["format"], request.query["addressdetails"]) == ("jsonv2", "1")
        if self.hangs:
            await self.woken.wait()
        if not self.failures:
            return None
        failure = self.failures.pop(0)
        if failure is None:
            assert request.transport is not None
            request.transport.abort()
        return failure
