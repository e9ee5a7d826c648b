"""Facts that fixes show, on a stream for `jobs`: a stop reached, a zone entered or left.

Here they are only noticed; what follows is decided there. A fact may be told twice. The stream ends
a day after the last one: nobody's way is kept in Redis.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from tracking import keys, news

_KEPT, _LIFE_S = 20_000, 24 * 3600
_FACT = struct.Struct("<B16s16sq")
_FIELD = b"f"


class What(IntEnum):
    """What happened."""

    STOP_REACHED = 0
    ZONE_LEFT = 1
    ZONE_ENTERED = 2
    ZONE_STAYED = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """What a courier did, at which stop or zone; `at_ms` is the business time of a fix."""

    what: What
    courier_id: UUID
    place_id: UUID
    at_ms: int


def tell(pipeline: Pipeline, facts: Sequence[Fact]) -> None:
    """Add facts to a pipeline; nothing where there are none."""
    if facts:
        packed = (
            _FACT.pack(one.what, one.courier_id.bytes, one.place_id.bytes, one.at_ms)
            for one in facts
        )
        fields: dict[Any, Any] = {_FIELD: b"".join(packed)}
        pipeline.xadd(keys.FACTS, fields, maxlen=_KEPT, approximate=True)
        pipeline.expire(keys.FACTS, _LIFE_S)


async def done_to(redis: Redis) -> str:
    """Return up to where the stream was read and everything in it done."""
    found: Any = await redis.get(keys.FACTS_DONE)
    return news.BEGINNING if found is None else bytes(found).decode()


async def note_done(redis: Redis, read_to: str) -> None:
    """Note that everything up to here is done."""
    await redis.set(keys.FACTS_DONE, read_to)


async def read(redis: Redis, after: str, wait_ms: int) -> tuple[str, list[Fact]]:
    """Return where to read on, and the facts told after `after`."""
    found: Any = await redis.xread({keys.FACTS: after}, count=500, block=wait_ms)
    if not found:
        return after, []
    entries = found[0][1] if isinstance(found, list) else next(iter(found.values()))[0]
    facts = [
        Fact(What(what), UUID(bytes=courier), UUID(bytes=place), at_ms)
        for _id, fields in entries
        for what, courier, place, at_ms in _FACT.iter_unpack(fields[_FIELD])
    ]
    return entries[-1][0].decode(), facts
