"""The seed runs before the programs: what would keep them waiting is told by it."""

from urllib.parse import urlsplit, urlunsplit

import pytest
from pydantic import SecretStr

from api.kit.cannot_start import CannotStart
from api.settings import Settings
from jobs.seed import seed


async def test_a_redis_that_does_not_let_us_in_is_told(settings: Settings, redis_url: str) -> None:
    address = urlsplit(redis_url)
    host = address.netloc.rpartition("@")[2]
    wrong = urlunsplit(address._replace(netloc=f"stranger:wrong@{host}"))
    if address.scheme == "unix":
        wrong = f"{redis_url}{'&' if address.query else '?'}username=stranger&password=wrong"
    locked = settings.model_copy(update={"redis_url": SecretStr(wrong)})
    with pytest.raises(CannotStart, match=r"Redis does not let us in \(HERMOD_REDIS_URL\)"):
        await seed(locked, None)
