"""Uploads: bodies that are files, written to disk while they come in, never held whole.

A file comes as multipart/form-data with one part `file`, as browsers send it, or as it is, with
its own content type.
"""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ConfigDict, SkipValidation

from api.kit.db import RETRY_SOON
from api.kit.errors import (
    BadRequest,
    BodyTooLarge,
    FieldError,
    InvalidInput,
    RequestTimeout,
    Unavailable,
)

Result = TypeVar("Result")

MULTIPART = "multipart/form-data"
HEAD_BYTES = 16
_CHUNK = 64 * 1024
_FLUSH = 256 * 1024
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
    """A file that came in: on disk, without a name there, gone when the request is answered.

    `name` is what the sender calls it, without any folder; `head` its first bytes.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    file: SkipValidation[BinaryIO]
    size_bytes: int
    sha256: bytes
    head: bytes
    name: str | None = None


class Spool:
    """Takes files in: into which folder (the system's own without), how many, how long each."""

    def __init__(
        self, folder: Path | None = None, *, at_once: int = 32, deadline_s: float = 60.0
    ) -> None:
        self.deadline_s = deadline_s
        self._folder = folder
        self._free = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def receive(self, request: web.Request, limit: int) -> AsyncIterator[Upload]:
        """Write the file that `request` brings to disk, and lend it.

        Raises `BodyTooLarge`, `InvalidInput`, `RequestTimeout`, and `Unavailable` where too many
        come in or the disk is full.
        """
        if (request.content_length or 0) > limit + _CHUNK:
            raise _too_large(limit)
        if self._free.locked():
            raise Unavailable("Too many files come in at once: try again", headers=RETRY_SOON)
        async with self._free:
            with await in_thread(self.blank) as file:
                try:
                    async with asyncio.timeout(self.deadline_s):
                        upload = await _taken(request, limit, file)
                except TimeoutError as error:
                    raise RequestTimeout(headers={"Connection": "close"}) from error
                except ConnectionError as error:
                    raise BadRequest("The file did not come whole: send it again") from error
                yield upload

    def blank(self) -> BinaryIO:
        """Return an empty file that is gone when it is closed, or this program ends.

        It has no buffer: another process that is given it begins where we stand.
        """
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            return tempfile.TemporaryFile(buffering=0, dir=self._folder)
        except OSError as error:
            raise _no_room() from error


async def in_thread(act: Callable[[], Result]) -> Result:
    """Do what may block on a file without holding up the event loop.

    Who is cancelled waits for it all the same: nobody closes the file under the thread.
    """
    doing = asyncio.ensure_future(asyncio.to_thread(act))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait((doing,))
        raise


async def write(file: BinaryIO, content: bytes) -> None:
    """Write bytes behind those that are there; raise `Unavailable` for a full disk."""
    try:
        await in_thread(lambda: _write_all(file, content))
    except OSError as error:
        raise _no_room() from error


def _write_all(file: BinaryIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


async def _taken(request: web.Request, limit: int, file: BinaryIO) -> Upload:
    if request.content_type != MULTIPART:
        return await _written(request.content.iter_any(), limit, file, None)
    try:
        return await _from_form(request, limit, file)
    except _BROKEN_FORM as error:
        raise _wrong("broken_form", "this is no multipart form: send one part, file") from error


async def _from_form(request: web.Request, limit: int, file: BinaryIO) -> Upload:
    form = await request.multipart()
    part = await form.next()
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise _wrong("required", "the first part of the form must be named file")
    upload = await _written(_chunks(part), limit, file, _plain_name(part.filename))
    if await form.next() is not None:
        raise _wrong("one_only", "one file at a time: send the others by themselves")
    return upload


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(_CHUNK):
        yield chunk


async def _written(
    chunks: AsyncIterator[bytes], limit: int, file: BinaryIO, name: str | None
) -> Upload:
    """Write what comes, a few chunks at a time; the file then stands at its beginning."""
    digest, size, head, held = hashlib.sha256(), 0, b"", bytearray()
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        digest.update(chunk)
        head += chunk[: HEAD_BYTES - len(head)]
        held += chunk
        if len(held) >= _FLUSH:
            await write(file, bytes(held))
            held.clear()
    await write(file, bytes(held))
    file.seek(0)
    return Upload(file=file, size_bytes=size, sha256=digest.digest(), head=head, name=name)


def _plain_name(name: str | None) -> str | None:
    """Return the last part of a name, without what could mean something to a file system."""
    last = re.split(r"[/\\]", name or "")[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(" .")
    return kept.encode(errors="ignore").decode()[:100] or None


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"Files may have {limit // 1024} KiB at most: send a smaller one")


def _wrong(code: str, message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError("file", code, message)])


def _no_room() -> Unavailable:
    message = "There is no room to take files in: try again later"
    return Unavailable(message, headers={"Retry-After": "60"})
