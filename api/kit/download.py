"""Downloads: replies that are files, read and sent piece by piece; ranges (RFC 9110, 14)."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import final
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from api.kit.db import RETRY_SOON
from api.kit.errors import ApiError, Unavailable
from api.kit.middlewares import HEADER, request_id_of

log = logging.getLogger("api.http")

PIECE_BYTES = 512 * 1024
PIECE_S = 60.0
"""How long a piece may take: from the store, and to a reader on a bad line."""

AT_ONCE = 128
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@final
class Download(BaseModel):
    """A file that goes out. `read(start, end)` gets its bytes when the database is let go."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    size: int
    content_type: str
    tag: str
    cache_control: str
    name: str
    shown: bool
    read: Callable[[int, int], Awaitable[bytes]]


class RangeNotSatisfiable(ApiError):
    """The range lies behind the end of the file."""

    status, code, title = 416, "range_not_satisfiable", "The file is shorter than that"


class Stream(web.StreamResponse):
    """An answer whose bytes `flow` reads and sends."""

    def __init__(
        self, status: int, headers: Mapping[str, str], download: Download, start: int, end: int
    ) -> None:
        super().__init__(status=status, headers=headers)
        self._download = download
        self._at, self._until = start, end

    async def flow(self, request: web.Request, places: asyncio.Semaphore) -> web.StreamResponse:
        """Send everything, one piece in memory at a time.

        Raises what reading the first piece raises, and `Unavailable` where too many are sent. What
        fails later cuts the line: nobody takes half a file for a whole one.
        """
        if places.locked():
            raise Unavailable("Too many files go out at once: try again", headers=RETRY_SOON)
        async with places:
            piece = await self._next()
            self.headers[HEADER] = request_id_of(request)
            await self.prepare(request)
            try:
                while piece:
                    async with asyncio.timeout(PIECE_S):
                        await self.write(piece)
                    piece = await self._next()
                await self.write_eof()
            except (ApiError, OSError, TimeoutError) as error:
                log.warning("a download broke off", extra={"error": type(error).__name__})
                if request.transport is not None:
                    request.transport.abort()
        return self

    async def _next(self) -> bytes:
        end = min(self._until, self._at + PIECE_BYTES)
        if self._at >= end:
            return b""
        async with asyncio.timeout(PIECE_S):
            piece = await self._download.read(self._at, end)
        self._at = end
        return piece


def answer_to(request: web.Request, download: Download) -> web.StreamResponse:
    """Return the answer that gives a file out, whole or the range asked for; 304 where known."""
    tag = f'"{download.tag}"'
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": download.cache_control,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Disposition": _disposition(download),
    }
    known = [one.strip().removeprefix("W/") for one in _header(request, "If-None-Match").split(",")]
    if tag in known or known == ["*"]:
        return web.Response(status=304, headers=headers)
    part = _asked(request, download.size, tag)
    start, end = part or (0, download.size)
    headers |= {"Content-Type": download.content_type, "Content-Length": str(end - start)}
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{download.size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return web.Response(status=status, headers=headers)
    return Stream(status, headers, download, start, end)


def _asked(request: web.Request, size: int, tag: str) -> tuple[int, int] | None:
    """Return the range asked for, its start and end; what we do not understand asks for all."""
    found = _RANGE.fullmatch(_header(request, "Range").strip())
    if found is None or _header(request, "If-Range") not in {"", tag}:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return None
    if start >= size or start >= end:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return start, end


def _header(request: web.Request, name: str) -> str:
    return str(request.headers.get(name, ""))


def _disposition(download: Download) -> str:
    how = "inline" if download.shown else "attachment"
    return f"{how}; filename*=UTF-8''{quote(download.name, safe='')}"
