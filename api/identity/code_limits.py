"""How often one-time codes are sent: per phone or e-mail address, and per network address.

Known and unknown contacts are counted alike. With five tries per code and ten codes a day, guessing
one of a million codes succeeds with less than 1e-4 a day.
"""

import hashlib

from api.kit.errors import TooManyRequests
from api.kit.redis import RedisError
from api.kit.work import Work
from api.live import REDIS
from api.settings import SETTINGS

_DAY_S = 86_400

_COUNT = """
local gap_ms = redis.call('PTTL', KEYS[1])
if gap_ms > 0 then return math.ceil(gap_ms / 1000) end
for place = 2, 3 do
  if tonumber(redis.call('GET', KEYS[place]) or 0) >= tonumber(ARGV[place]) then
    return math.max(1, redis.call('TTL', KEYS[place]))
  end
end
if tonumber(ARGV[1]) > 0 then redis.call('SET', KEYS[1], 1, 'EX', ARGV[1]) end
for place = 2, 3 do
  if redis.call('INCR', KEYS[place]) == 1 then redis.call('EXPIRE', KEYS[place], ARGV[4]) end
end
return 0
"""


class TooManyCodes(TooManyRequests):
    """A code was sent just now, or too many today."""

    code, title = "too_many_codes", "A code was sent already: wait before you ask again"


async def count(work: Work, destination: str) -> None:
    """Count a code for `destination`; raise `TooManyCodes` where one may not be sent now."""
    settings = work[SETTINGS]
    to, by = _digest(destination), _digest(str(work.actor.address))
    keys = [f"code:gap:{to}", f"code:to:{to}", f"code:by:{by}"]
    limits = [
        settings.code_gap_s,
        settings.codes_per_day,
        settings.codes_per_address_per_day,
        _DAY_S,
    ]
    try:
        wait_s = int(await work[REDIS].register_script(_COUNT)(keys=keys, args=limits))
    except RedisError:
        return
    if wait_s:
        again = f"A code was sent already: ask again in {wait_s} s"
        raise TooManyCodes(again, headers={"Retry-After": str(wait_s)})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
