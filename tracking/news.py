"""The news stream: low-rate events and control messages from `jobs` to every realtime program.

A Redis stream rather than pub/sub: each reader goes by position, so that a lost connection to Redis
is a pause and not a gap, and nobody goes deaf unnoticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from tracking import keys

_KEPT = 20_000
_NAME, _BODY, _ROOMS = b"n", b"b", b"r"

BEGINNING = "0-0"


class Control(StrEnum):
    """Messages for the realtime program itself, not for its clients."""

    PLAN = "!plan"
    COMPLETE = "!complete"
    OFF_SHIFT = "!off_shift"
    ZONES = "!zones"
    SESSION_ENDED = "!session_ended"
    LINK_ENDED = "!link_ended"


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One event for the rooms named, or (without rooms) a control message."""

    id: str
    name: str
    body: dict[str, Any]
    rooms: tuple[str, ...]


def add(pipeline: Pipeline | Redis, name: str, body: bytes, rooms: Sequence[str] = ()) -> Any:
    """Append an event to the stream."""
    fields: dict[Any, Any] = {_NAME: name, _BODY: body, _ROOMS: ",".join(rooms)}
    return pipeline.xadd(keys.NEWS, fields, maxlen=_KEPT, approximate=True)


async def latest_id(redis: Redis) -> str:
    """Return the position after the newest item; read on from there."""
    newest: Any = await redis.xrevrange(keys.NEWS, count=1)
    return newest[0][0].decode() if newest else BEGINNING


async def go_on(redis: Redis, after: str) -> str:
    """Return where to read on: `after`, or the beginning of a stream that is a new one.

    A wiped Redis begins a new stream; its positions are times, and clocks can be set back.
    """
    return after if _place(await latest_id(redis)) >= _place(after) else BEGINNING


def _place(position: str) -> tuple[int, int]:
    at_ms, _, number = position.partition("-")
    return int(at_ms), int(number)


async def read(redis: Redis, after: str, wait_ms: int) -> list[NewsItem]:
    """Return what came after `after`, waiting at most `wait_ms`; an empty list for nothing."""
    found: Any = await redis.xread({keys.NEWS: after}, count=500, block=wait_ms)
    if not found:
        return []
    entries = found[0][1] if isinstance(found, list) else next(iter(found.values()))[0]
    return [
        NewsItem(
            id=entry_id.decode(),
            name=fields[_NAME].decode(),
            body=orjson.loads(fields[_BODY]),
            rooms=tuple(room for room in fields[_ROOMS].decode().split(",") if room),
        )
        for entry_id, fields in entries
    ]
