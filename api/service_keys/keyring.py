"""The keyring of a process: reads API keys at the door, and notes when each was last used.

A key that works is taken for half a second without asking again: that is how long a revoked one
may still open doors. A text that does not carry our mark is refused without asking the database.
"""

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from api.identity.guard import KEY_PREFIX, TEST_KEY_PREFIX
from api.identity.tokens import TokenMint, hashed
from api.kit.actor import Actor, Role
from api.kit.clock import real_now
from api.kit.errors import Unauthenticated
from api.kit.ids import ApiKeyId
from api.kit.work import Work
from api.service_keys import repository
from api.service_keys.model import HeldKey

LOOK_S = 0.5
"""How long a key is taken without asking the database again."""

SAVE_S = 1.0
NOTED_EVERY_S = 30.0
"""The time of last use is exact for the first call, then to half a minute."""

_MOST = 10_000
_MARK_CHARACTERS = 16

Looking = Callable[[], AbstractAsyncContextManager[Work]]


class BadApiKey(Unauthenticated):
    """The key was revoked, has expired, belongs to a blocked service, or never was one."""

    code, title = "bad_api_key", "This API key opens nothing: it is wrong, revoked or too old"


class Keyring:
    """The keys that this process has seen lately."""

    def __init__(self, mint: TokenMint, looking: Looking) -> None:
        self._mint = mint
        self._looking = looking
        self._seen: OrderedDict[ApiKeyId, tuple[float, HeldKey]] = OrderedDict()
        self._used: dict[ApiKeyId, datetime] = {}
        self._noted: dict[ApiKeyId, float] = {}

    async def read(self, text: str, address: str | None) -> Actor:
        """Return who sends the key `text`; raise `BadApiKey` for one that does not work."""
        key = await self._held(self._id_in(text))
        if not hmac.compare_digest(hashed(text), key.key_hash):
            raise BadApiKey
        now = real_now()
        if key.expires_at is not None and key.expires_at <= now:
            raise BadApiKey
        self._used[key.id] = now
        return Actor(
            role=Role.SERVICE,
            user_id=key.user_id,
            company_id=key.company_id,
            address=address,
            zone_ids=frozenset(key.zone_ids),
            key_id=key.id,
            scopes=frozenset(key.scopes),
            calls_per_min=key.rate_per_min,
            is_test=key.is_test,
        )

    async def save(self) -> None:
        """Note when keys were last used, each at most twice a minute."""
        now = time.monotonic()
        due = {
            key_id: at
            for key_id, at in self._used.items()
            if now - self._noted.get(key_id, -NOTED_EVERY_S) >= NOTED_EVERY_S
        }
        if not due:
            return
        async with self._looking() as work:
            await repository.used(work, due)
        for key_id, at in due.items():
            self._noted[key_id] = now
            if self._used[key_id] == at:  # not used again meanwhile
                del self._used[key_id]

    def _id_in(self, text: str) -> ApiKeyId:
        body, mark = text[:-_MARK_CHARACTERS], text[-_MARK_CHARACTERS:]
        if not text.isascii() or not hmac.compare_digest(self._mint.mark(body), mark):
            raise BadApiKey
        bare = body.removeprefix(TEST_KEY_PREFIX).removeprefix(KEY_PREFIX)
        return ApiKeyId(UUID(bare[:32]))

    async def _held(self, key_id: ApiKeyId) -> HeldKey:
        looked_at, key = self._seen.get(key_id, (0.0, None))
        if key is not None and time.monotonic() - looked_at < LOOK_S:
            return key
        asked_at = time.monotonic()
        async with self._looking() as work:
            key = await repository.held(work, key_id)
        if key is None:
            self._seen.pop(key_id, None)
            raise BadApiKey
        self._seen[key_id] = (asked_at, key)
        self._seen.move_to_end(key_id)
        if len(self._seen) > _MOST:
            self._seen.popitem(last=False)
        return key
