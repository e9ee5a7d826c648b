"""The buckets in Redis that all processes share: questions of the same moment travel together.

One question is under way at a time; what is asked meanwhile goes with the next. So a question costs
the less the more are asked: a round trip is dear, one more bucket on it is not.
"""

import asyncio
import time
from typing import NamedTuple

from api.kit.redis import Redis, RedisError

MOST = 500
"""How many questions travel together: Redis does nothing else while it answers."""

PATIENCE_S, REST_S = 2.0, 5.0
"""How long an answer may take, and for how long nothing is asked after none came: a Redis that
hangs holds requests up once in a while, not each of them."""

GCRA = """
local now = redis.call('TIME')
local now_us = now[1] * 1000000 + now[2]
local found = {}
for i, key in ipairs(KEYS) do
  local gap_us, burst = tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2])
  local spent, asks = tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  local level_us = math.max(tonumber(redis.call('GET', key) or 0) - now_us, 0) + spent * gap_us
  local granted = math.max(0, math.min(asks, math.floor(burst - level_us / gap_us)))
  level_us = level_us + granted * gap_us
  if granted + spent > 0 then
    local empty_at = string.format('%.0f', now_us + level_us)
    redis.call('SET', key, empty_at, 'PX', math.ceil(level_us / 1000))
  end
  found[2 * i - 1], found[2 * i] = granted, level_us
end
return found
"""


class Question(NamedTuple):
    """May one more call go on (`asks` 1), after `spent` calls that went on unasked?"""

    key: str
    gap_us: int
    burst: int
    spent: int
    asks: int


class Level(NamedTuple):
    """Whether the call may go on, and how long the bucket takes to be empty, in microseconds."""

    granted: int
    level_us: int


class Buckets:
    """Asks Redis; each answer is None while it is out of reach, and for a moment after."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(GCRA)
        self._waiting: list[tuple[Question, asyncio.Future[Level | None]]] = []
        self._asking: asyncio.Task[None] | None = None
        self._rests_until_s = 0.0

    def ask(self, question: Question) -> "asyncio.Future[Level | None]":
        """Ask with all that are asked at this moment."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Level | None] = loop.create_future()
        self._waiting.append((question, answer))
        if self._asking is None:
            self._asking = loop.create_task(self._ask_all(), name="rate limits")
        return answer

    async def _ask_all(self) -> None:
        batch: list[tuple[Question, asyncio.Future[Level | None]]] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                levels = await self._levels([question for question, _answer in batch])
                for (_question, answer), level in zip(batch, levels, strict=True):
                    if not answer.done():  # whoever asked may have gone
                        answer.set_result(level)
        finally:
            self._asking = None
            for _question, answer in batch + self._waiting:
                answer.cancel()

    async def _levels(self, questions: list[Question]) -> list[Level] | list[None]:
        if time.monotonic() < self._rests_until_s:
            return [None] * len(questions)
        arguments = [part for one in questions for part in one[1:]]
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await self._script(keys=[one.key for one in questions], args=arguments)
        except (RedisError, TimeoutError):
            self._rests_until_s = time.monotonic() + REST_S
            return [None] * len(questions)
        return list(map(Level, found[::2], found[1::2]))
