"""Signing keys that others publish (JWKS, RFC 7517): fetched when needed, kept for an hour."""

import logging
import time

import aiohttp
from jwt import PyJWK, PyJWKSet, PyJWTError

from api.kit.errors import Unavailable

log = logging.getLogger("api.signing_keys")

KEPT_S = 3600.0
ASKED_AGAIN_S = 30.0
"""So soon an unknown key id makes us ask again: whoever invents ids does not make us ask always."""

_MOST_BYTES = 256 * 1024


class SigningKeys:
    """The keys of one publisher, by their id."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        self._keys: dict[str, PyJWK] = {}
        self._asked_at = -KEPT_S

    async def key(self, key_id: str) -> PyJWK | None:
        """Return the key with this id, or None; raise `Unavailable` where nobody can be asked."""
        age_s = time.monotonic() - self._asked_at
        known = self._keys.get(key_id)
        if known is not None and age_s < KEPT_S:
            return known
        if age_s < ASKED_AGAIN_S:
            return None
        try:
            self._keys = await self._ask()
        except (aiohttp.ClientError, TimeoutError, PyJWTError, ValueError) as error:
            log.warning("signing keys cannot be fetched", extra={"error": type(error).__name__})
            if known is not None:
                return known
            message = "The sign-in service does not answer: try again, or sign in otherwise"
            raise Unavailable(message, headers={"Retry-After": "5"}) from error
        self._asked_at = time.monotonic()
        return self._keys.get(key_id)

    async def _ask(self) -> dict[str, PyJWK]:
        async with self._session.get(self._url) as response:
            response.raise_for_status()
            raw = bytearray()
            async for part in response.content.iter_any():
                raw += part
                if len(raw) > _MOST_BYTES:
                    message = "more than a key set"
                    raise ValueError(message)
        found = PyJWKSet.from_json(raw.decode())
        return {str(key.key_id): key for key in found.keys}
