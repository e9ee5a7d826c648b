"""Pictures: what is looked at before one is decoded, and the processes that decode."""

import asyncio
import hashlib
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from api.files.decoder import MOST_PIXELS
from api.files.kinds import Broken, dimensions
from api.kit.errors import FieldError, InvalidInput, Unavailable
from api.kit.resources import Key
from api.kit.upload import in_thread, write

AT_ONCE = 2
WAITING = 16
DEADLINE_S = 12.0
MOST_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024

_DECODER = Path(__file__).with_name("decoder.py")

_NO_ANSWER = (TimeoutError, EOFError, ValueError, LookupError, TypeError)
"""What reading raises where the process died, ran out of time or memory, or was taken over."""

_REMEDIES = {
    "too_many_pixels": "the picture has more than 50 million pixels: send a smaller one",
    "broken_picture": "the picture cannot be decoded: save it anew and send that",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn: variants with so long a side, cut to squares or not."""

    content_type: str
    sizes: Sequence[int]
    square: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is kept: the name is the longest side of a variant, empty for the file itself."""

    name: str
    width: int | None
    height: int | None
    size_bytes: int
    sha256: bytes
    file: BinaryIO


class Pictures:
    """Draws pictures anew, a few at a time, each in a process of its own with little power.

    `blank` makes the files that they are drawn into.
    """

    def __init__(self, blank: Callable[[], BinaryIO]) -> None:
        self._blank = blank
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def draw(self, source: BinaryIO, wish: Wish) -> list[Drawn]:
        """Return the picture without metadata, then one variant per size; who asks closes them.

        Raises `InvalidInput` for what is no picture or too large, `Unavailable` where too many
        wait.
        """
        await in_thread(lambda: _check(source, wish.content_type))
        if self._waiting >= WAITING:
            raise Unavailable("Too many pictures at once: try again", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            async with self._free:
                return await self._draw(source, wish)
        finally:
            self._waiting -= 1

    async def _draw(self, source: BinaryIO, wish: Wish) -> list[Drawn]:
        async with AsyncExitStack() as held:
            try:
                async with _decoding(source, wish) as out, asyncio.timeout(DEADLINE_S):
                    names, drawn = ["", *map(str, wish.sizes)], []
                    for name, told in zip(names, await _answer(out), strict=True):
                        file = held.enter_context(await in_thread(self._blank))
                        drawn.append(await _copied(out, name, told, file))
            except _NO_ANSWER as error:
                raise _refused("broken_picture") from error
            held.pop_all()
            return drawn


def _check(source: BinaryIO, content_type: str) -> None:
    """Look at what the header says, so that a bomb is never unpacked."""
    try:
        width, height = dimensions(source, content_type)
    except Broken as error:
        raise _refused("broken_picture") from error
    finally:
        source.seek(0)
    if width * height > MOST_PIXELS:
        raise _refused("too_many_pixels")


@asynccontextmanager
async def _decoding(source: BinaryIO, wish: Wish) -> AsyncIterator[asyncio.StreamReader]:
    """Start a process that decodes `source`; yield what it writes, and end it."""
    told = {
        "contentType": wish.content_type,
        "sizes": list(wish.sizes),
        "square": wish.square,
    }
    command = (sys.executable, "-I", str(_DECODER), json.dumps(told))
    process = await asyncio.create_subprocess_exec(
        *command, stdin=source, stdout=PIPE, stderr=DEVNULL, env={}
    )
    try:
        yield process.stdout or asyncio.StreamReader()  # there is one: we asked for it
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()  # reads what is left in the pipe


async def _answer(out: asyncio.StreamReader) -> list[dict[str, Any]]:
    """Return what the process says of the pictures that follow."""
    answer = json.loads(await out.readline())
    if "refused" in answer:
        raise _refused(answer["refused"])
    pictures: list[dict[str, Any]] = answer["pictures"]
    if sum(told["bytes"] for told in pictures) > MOST_BYTES:
        raise _refused("too_many_pixels")
    return pictures


async def _copied(
    out: asyncio.StreamReader, name: str, told: dict[str, Any], file: BinaryIO
) -> Drawn:
    """Write one picture to disk, never holding it whole."""
    digest, left = hashlib.sha256(), told["bytes"]
    while left:
        chunk = await out.readexactly(min(left, _CHUNK))
        digest.update(chunk)
        await write(file, chunk)
        left -= len(chunk)
    file.seek(0)
    return Drawn(name, told["width"], told["height"], told["bytes"], digest.digest(), file)


def _refused(code: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError("file", code, _REMEDIES[code])])


PICTURES: Key[Pictures] = Key("pictures")
