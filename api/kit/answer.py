"""A success, ready to go: its head is spelled as one text and leaves with the body in one write.

aiohttp's own response builds, checks and merges a table of headers for each answer. Nearly all of
ours share theirs, so these are spelled once for the program.
"""

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import SERVER_SOFTWARE, HttpVersion, HttpVersion11

JSON = "application/json"
NO_STORE = {"Cache-Control": "private, no-store"}
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_SHARED = {
    hdrs.CONTENT_TYPE: JSON,
    **NO_STORE,
    **SECURITY_HEADERS,
    hdrs.SERVER: SERVER_SOFTWARE,
}
_SHARED_LINES = "".join([f"{name}: {value}\r\n" for name, value in _SHARED.items()])

_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class Answer(web.StreamResponse):
    """A success in JSON; `headers` holds what is its own beside the shared ones.

    No `on_response_prepare` signal is sent for it.
    """

    def __init__(self, content: bytes, status: int) -> None:
        super().__init__(status=status)
        self._content = b"" if status in _WITHOUT_BODY else content
        self._request: web.BaseRequest | None = None
        self._stays = False

    @property
    def prepared(self) -> bool:
        """Tell whether the head may still change."""
        return self._request is not None

    @property
    def keep_alive(self) -> bool:
        """Tell whether the connection stays."""
        return self._stays

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Take the request that is answered."""
        self._request, self._stays = request, request.keep_alive
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the answer."""
        request = self._request
        if request is None or data:
            message = "an answer is sent whole, after prepare"
            raise RuntimeError(message)
        head = self._head(request).encode()
        writer = request.writer
        await writer.write(head if request.method == hdrs.METH_HEAD else head + self._content)
        await writer.drain()

    def _head(self, request: web.BaseRequest) -> str:
        own = [f"{name}: {value}\r\n" for name, value in self._headers.items()]
        if self._status not in _WITHOUT_BODY:
            own.append(f"Content-Length: {len(self._content)}\r\n")
        if self._cookies:
            own += [f"Set-Cookie: {one.OutputString()}\r\n" for one in self._cookies.values()]
        version = request.version
        if self._stays != (version == HttpVersion11):  # what a version does anyway goes unsaid
            own.append(f"Connection: {'keep-alive' if self._stays else 'close'}\r\n")
        lines = "".join(own)
        if lines.count("\n") + lines.count("\r") != 2 * len(own):
            message = "a header must not hold a line break"
            raise ValueError(message)
        date = _date(int(time.time()))
        return f"{_line(version, self._status)}{_SHARED_LINES}{lines}Date: {date}\r\n\r\n"


@lru_cache(maxsize=64)
def _line(version: HttpVersion, status: int) -> str:
    return f"HTTP/{version.major}.{version.minor} {status} {HTTPStatus(status).phrase}\r\n"


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """Return a moment as HTTP spells it; nearly every answer shares its second with the last."""
    return formatdate(second, usegmt=True)
