"""Bodies that are files: taken in by endpoints whose body is `Upload`, given out as `Download`.

A file comes as multipart/form-data with one part `file`, as browsers send it, or as it is, with
its own content type. It is given out whole or in one range (RFC 9110, section 14).
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ConfigDict

from api.kit.errors import ApiError, BodyTooLarge, FieldError, InvalidInput

MULTIPART = "multipart/form-data"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CHUNK = 64 * 1024
_BROKEN_FORM = (
    HttpProcessingError,
    web.RequestPayloadError,
    ValueError,
    LookupError,
    EOFError,
    RuntimeError,
    AssertionError,
)


class Upload(BaseModel):
    """A file that came in; `name` is what the sender calls it, without any folder."""

    model_config = ConfigDict(frozen=True)

    content: bytes
    name: str | None = None


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


@dataclass(frozen=True, slots=True)
class _Part:
    """Which bytes of a file go out."""

    start: int
    end: int
    is_whole: bool


async def take(request: web.Request, limit: int) -> Upload:
    """Return the file that a request brings; raise `BodyTooLarge`, `InvalidInput`."""
    if (request.content_length or 0) > limit + _CHUNK:
        raise _too_large(limit)
    if request.content_type != MULTIPART:
        raw = bytearray()
        async for chunk in request.content.iter_any():
            raw += chunk
            _check_size(raw, limit)
        return Upload(content=bytes(raw))
    try:
        return await _from_form(request, limit)
    except _BROKEN_FORM as error:
        raise _wrong("broken_form", "this is no multipart form: send one part, file") from error


async def _from_form(request: web.Request, limit: int) -> Upload:
    form = await request.multipart()
    part = await form.next()
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise _wrong("required", "the first part of the form must be named file")
    raw = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        raw += chunk
        _check_size(raw, limit)
    if await form.next() is not None:
        raise _wrong("one_only", "one file at a time: send the others by themselves")
    return Upload(content=bytes(raw), name=_plain_name(part.filename))


def _check_size(raw: bytearray, limit: int) -> None:
    if len(raw) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"Files may have {limit // 1024} KiB at most: send a smaller one")


def _wrong(code: str, message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError("file", code, message)])


def _plain_name(name: str | None) -> str | None:
    """Return the last part of a name, without what could mean something to a file system."""
    last = re.split(r"[/\\]", name or "")[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(" .")
    return kept.encode(errors="ignore").decode()[:100] or None


async def give(download: Download, request: web.Request) -> web.Response:
    """Return the answer that gives a file out, or the part of it that was asked for."""
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
    if not part.is_whole:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{download.size}"
    return web.Response(
        body=await download.read(part.start, part.end),
        status=200 if part.is_whole else 206,
        content_type=download.content_type,
        headers=headers,
    )


def _asked(request: web.Request, size: int, tag: str) -> _Part:
    """Return the range asked for; what we do not understand asks for the whole."""
    whole = _Part(0, size, is_whole=True)
    found = _RANGE.fullmatch(_header(request, "Range").strip())
    if found is None or _header(request, "If-Range") not in {"", tag}:
        return whole
    first, last = found.groups()
    if not first and not last:
        return whole
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return whole
    if start >= size or start >= end:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return _Part(start, end, is_whole=False)


def _header(request: web.Request, name: str) -> str:
    return str(request.headers.get(name, ""))


def _disposition(download: Download) -> str:
    how = "inline" if download.shown else "attachment"
    return f"{how}; filename*=UTF-8''{quote(download.name, safe='')}"
