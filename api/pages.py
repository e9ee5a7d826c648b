"""The built web pages, served as files: console, tracking page, documentation, map tiles."""

import asyncio
import re
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from api.kit.errors import NotFound
from api.settings import Settings

_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.\w+$")
_NOT_BUILT = "The pages are not built: run 'make setup' (or 'npm ci && npm run build' in web/)"

PAGES = {
    "/": "console.html",
    "/t/{token}": "track.html",
    "/courier": "courier.html",
    "/docs": "docs.html",
}
"""Which built page answers at which path."""


def add_pages(app: web.Application, settings: Settings, document: dict[str, Any]) -> None:
    """Register pages, assets, /openapi.json, /config.json and the baked map."""
    for path, name in PAGES.items():
        app.router.add_get(path, _page(settings, settings.web_dir / name))
    app.router.add_get("/assets/{path:.+}", _asset(settings.web_dir / "assets"))
    app.router.add_get("/openapi.json", _fixed(orjson.dumps(document)))
    app.router.add_get("/config.json", _config(settings))
    if settings.basemap_file is not None:
        app.router.add_get("/basemap.pmtiles", _file(settings.basemap_file))


def content_policy(host: str, settings: Settings) -> str:
    """Return the Content-Security-Policy of a page: everything from here, nothing inline."""
    sockets = _realtime_url(host, settings)
    live = f"{sockets} {sockets.replace('http', 'ws', 1)}"
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"font-src 'self'; connect-src 'self' {live}; worker-src 'self'; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )


def _realtime_url(host: str, settings: Settings) -> str:
    """Return the realtime program's address as the browser that asked for `host` sees it."""
    if settings.realtime_url:
        return settings.realtime_url
    name = host.rpartition(":")[0] or host
    return f"http://{name}:{settings.realtime_port}"


def _page(settings: Settings, file: Path) -> Any:
    async def page(request: web.Request) -> web.StreamResponse:
        if not await asyncio.to_thread(file.is_file):
            raise NotFound(_NOT_BUILT)
        headers = {
            "Content-Security-Policy": content_policy(request.host, settings),
            "Cache-Control": "no-cache",
        }
        return web.FileResponse(file, headers=headers)

    return page


def _asset(folder: Path) -> Any:
    def find(path: str) -> Path | None:
        file = (folder / path).resolve()
        return file if file.is_relative_to(folder.resolve()) and file.is_file() else None

    async def asset(request: web.Request) -> web.StreamResponse:
        file = await asyncio.to_thread(find, request.match_info["path"])
        if file is None:
            raise NotFound("There is no such file")
        kept = _HASHED.search(file.name) is not None
        cache = "public, max-age=31536000, immutable" if kept else "no-cache"
        return web.FileResponse(file, headers={"Cache-Control": cache})

    return asset


def _file(file: Path) -> Any:
    async def baked(_request: web.Request) -> web.StreamResponse:
        if not await asyncio.to_thread(file.is_file):
            raise NotFound("The map is not baked yet")
        return web.FileResponse(file, headers={"Cache-Control": "public, max-age=3600"})

    return baked


def _fixed(body: bytes) -> Any:
    async def fixed(_request: web.Request) -> web.Response:  # noqa: RUF029  # aiohttp's shape
        return web.Response(body=body, content_type="application/json")

    return fixed


def _config(settings: Settings) -> Any:
    async def config(request: web.Request) -> web.Response:  # noqa: RUF029  # aiohttp's shape
        clock = settings.clock
        body = {
            "realtimeUrl": _realtime_url(request.host, settings),
            "basemapUrl": "/basemap.pmtiles" if settings.basemap_file else None,
            "clock": {
                "epochMs": round(clock.epoch.timestamp() * 1000),
                "startMs": round(clock.start.timestamp() * 1000),
                "speed": clock.speed,
            },
        }
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    return config
