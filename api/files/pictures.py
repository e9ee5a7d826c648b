"""Pictures: what is looked at before one is decoded, and the processes that decode."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from api.kit.errors import FieldError, InvalidInput, Unavailable
from api.kit.resources import Key

AT_ONCE = 2
WAITING = 16
DEADLINE_S = 12.0

_DECODER = Path(__file__).with_name("decoder.py")

_REMEDIES = {
    "too_many_pixels": "the picture has more than 50 million pixels: send a smaller one",
    "broken_picture": "the picture cannot be decoded: save it anew and send that",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew; the name is its longest side, empty for the picture itself."""

    name: str
    width: int
    height: int
    content: bytes


class Pictures:
    """Draws pictures anew, a few at a time, each in a process of its own with little power."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def draw(
        self, raw: bytes, content_type: str, sizes: Sequence[int], *, square: bool = False
    ) -> list[Drawn]:
        """Return the picture without metadata, then one variant per size.

        Raises `InvalidInput` for what is no picture, `Unavailable` where too many wait.
        """
        if self._waiting >= WAITING:
            raise Unavailable("Too many pictures at once: try again", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            async with self._free:
                return await _draw(raw, content_type, sizes, square=square)
        finally:
            self._waiting -= 1


async def _draw(
    raw: bytes, content_type: str, sizes: Sequence[int], *, square: bool
) -> list[Drawn]:
    wish = orjson.dumps({"contentType": content_type, "sizes": list(sizes), "square": square})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_DECODER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(DEADLINE_S):
            out, _err = await process.communicate(wish + b"\n" + raw)
    except TimeoutError as error:
        raise _refused("broken_picture") from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:  # it ran out of memory or time, or died
        raise _refused("broken_picture")
    return _read(out)


def _read(out: bytes) -> list[Drawn]:
    head, _newline, rest = out.partition(b"\n")
    answer = orjson.loads(head)
    if "refused" in answer:
        raise _refused(answer["refused"])
    found, place = [], 0
    for told in answer["pictures"]:
        content = rest[place : place + told["bytes"]]
        place += told["bytes"]
        found.append(Drawn(told["name"], told["width"], told["height"], content))
    return found


def _refused(code: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError("file", code, _REMEDIES[code])])


PICTURES: Key[Pictures] = Key("pictures")
