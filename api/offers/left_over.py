"""Why deliveries have no courier yet: one sentence each, as of the last dispatch tick.

Kept in Redis: the next tick says it again.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

_KEY = "left_over"
_LIFE_S = 60


async def note(redis: Redis, sentences: Mapping[UUID, str]) -> None:
    """Keep what the last tick said of each delivery that it left over."""
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.delete(_KEY)
        if sentences:
            kept: Any = {delivery_id.bytes: text for delivery_id, text in sentences.items()}
            pipeline.hset(_KEY, mapping=kept)
            pipeline.expire(_KEY, _LIFE_S)
        await pipeline.execute()


async def why(redis: Redis, delivery_id: UUID) -> str | None:
    """Return what the last tick said of a delivery."""
    raw: Any = await redis.hget(_KEY, delivery_id.bytes)
    return None if raw is None else raw.decode()
