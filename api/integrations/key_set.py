"""Public keys that others sign with (JWK set, RFC 7517): fetched when needed, cached, rotated.

Known keys cost no call. An unknown key id asks again, but not more often than every half minute:
who sends invented ids makes us ask no oftener. While the publisher is away one caller asks every
few seconds, the others are told at once, and the keys we have go on for a day.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from api.integrations.bounded import bounded
from api.kit.db import RETRY_SOON
from api.kit.errors import Unavailable

log = logging.getLogger("api.social")

DEADLINE_S = 4.0
ALGORITHM = "RS256"
SMALLEST_BITS = 2048
LEAST_FRESH_S, MOST_FRESH_S, USUAL_FRESH_S = 300.0, 86_400.0, 3600.0
STALE_S = 86_400.0
ASK_AGAIN_S = 30.0
PAUSE_S = 5.0
"""So long nobody asks a publisher that has just not answered."""

_MAX_AGE = re.compile(r"max-age=(\d{1,9})")


class KeysRefused(Exception):
    """The publisher did not answer with keys that we can use."""


class KeySet:
    """The keys behind one address; `clock` tells seconds that only go forward."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, clock: Callable[[], float]
    ) -> None:
        self._session = session
        self._url = url
        self._clock = clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._fresh_until = self._good_until = self._quiet_until = float("-inf")
        self._is_away = False
        self._asking = asyncio.Lock()

    async def key(self, key_id: str) -> RSAPublicKey | None:
        """Return the key with this id, None where the publisher has none (any more).

        Raises `Unavailable` where neither the publisher nor what we kept can tell.
        """
        if not self._knows(key_id):
            async with self._asking:
                if not self._knows(key_id) and self._clock() >= self._quiet_until:
                    await self._ask()
        found = self._keys.get(key_id) if self._clock() <= self._good_until else None
        if found is None and self._is_away:
            message = "The sign-in service does not answer: try again, or sign in another way"
            raise Unavailable(message, headers=RETRY_SOON)
        return found

    def _knows(self, key_id: str) -> bool:
        return key_id in self._keys and self._clock() <= self._fresh_until

    async def _ask(self) -> None:
        """Fetch the keys; what is kept stays where that fails."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                self._keys, fresh_s = await self._fetch()
        except (aiohttp.ClientError, TimeoutError, OSError, KeysRefused) as error:
            log.warning("signing keys cannot be fetched", extra={"error": type(error).__name__})
            self._is_away = True
            self._quiet_until = self._clock() + PAUSE_S
        else:
            now = self._clock()
            self._is_away = False
            self._quiet_until = now + ASK_AGAIN_S
            self._fresh_until = now + fresh_s
            self._good_until = now + fresh_s + STALE_S

    async def _fetch(self) -> tuple[dict[str, RSAPublicKey], float]:
        async with self._session.get(self._url, allow_redirects=False) as response:
            if response.status != 200:
                raise KeysRefused
            raw = await bounded(response)
            said = _MAX_AGE.search(response.headers.get("Cache-Control", ""))
        keys = _keys_in(raw)
        if not keys:
            raise KeysRefused
        fresh_s = USUAL_FRESH_S if said is None else float(said[1])
        return keys, min(max(fresh_s, LEAST_FRESH_S), MOST_FRESH_S)


def _keys_in(raw: bytes) -> dict[str, RSAPublicKey]:
    """Return the keys that sign with our one algorithm, by id; what else is there is passed by."""
    try:
        listed = orjson.loads(raw)["keys"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise KeysRefused from error
    if not isinstance(listed, list):
        raise KeysRefused
    found = ((one.get("kid"), _key(one)) for one in listed if isinstance(one, dict))
    return {name: key for name, key in found if isinstance(name, str) and key is not None}


def _key(one: Mapping[str, Any]) -> RSAPublicKey | None:
    if one.get("kty") != "RSA" or one.get("use", "sig") != "sig":
        return None
    if one.get("alg", ALGORITHM) != ALGORITHM:
        return None
    try:
        key = jwt.PyJWK.from_dict(dict(one), algorithm=ALGORITHM).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    is_strong = isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_BITS
    return key if is_strong else None
