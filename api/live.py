"""The resources of live tracking that the API reads: Redis, last positions."""

from redis.asyncio import Redis

from api.kit.resources import Key
from tracking.positions import Positions

REDIS: Key[Redis] = Key("Redis")
LIVE: Key[Positions] = Key("live positions")
