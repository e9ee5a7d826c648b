"""Since when phones could be heard without a break: silence before that is ours, not theirs.

A phone is heard by the realtime program, which writes it into Redis, where we look. Whichever of
the three was away, nobody's phone may be held to have been silent meanwhile.
"""

import time

from api.kit.heartbeat import ALIVE_S, beats
from api.kit.redis import Redis, RedisError

PROGRAM = "realtime"
LONGEST_GAP_S = 30.0
"""Between two looks of ours; after a longer one we do not know what was in between."""


class Listening:
    """Looks again and again whether a realtime program is there; real time, Unix seconds."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._since_s: float | None = None
        self._looked_s: float | None = None

    async def since(self, redis: Redis) -> float | None:
        """Look; return since when phones have been heard, None while they are not.

        At the first look a program's own word counts as to since when it runs.
        """
        now_s = time.time()
        try:
            alive = [
                beat
                for beat in await beats(redis)
                if beat.program == PROGRAM and now_s - beat.at_s <= ALIVE_S
            ]
        except RedisError:
            self._since_s, self._looked_s = None, now_s
            raise
        is_first = self._looked_s is None
        has_slept = self._looked_s is not None and now_s - self._looked_s > LONGEST_GAP_S
        self._looked_s = now_s
        if not alive or has_slept:
            self._since_s = None if not alive else now_s
        elif is_first:
            self._since_s = min(beat.started_s for beat in alive)
        elif self._since_s is None:
            self._since_s = now_s
        return self._since_s
