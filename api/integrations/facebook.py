"""Facebook, asked about the access token that its library gave to an app, with our own secret."""

import asyncio
import hmac
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from api.integrations.bounded import bounded
from api.integrations.key_set import DEADLINE_S, PAUSE_S
from api.kit.db import RETRY_SOON
from api.kit.errors import Unavailable

log = logging.getLogger("api.social")

ENDLESS_S = 90 * 86_400.0
"""Tokens without an end: Facebook gives no data for them after 90 days."""

_TROUBLE = {408, 429}
"""What else of 4xx is about Facebook, not about the token: nobody makes us pause by a token."""


class Refused(Exception):
    """Facebook did not give this token to our app for somebody, or not any more."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose token it is, what Facebook says of them, and when it ends (seconds since 1970)."""

    subject: str
    about: Mapping[str, Any]
    ends_at: float


class Facebook:
    """The Graph API; nobody asks it for a few seconds after it did not answer."""

    def __init__(self, session: aiohttp.ClientSession, base: str, app_id: str, secret: str) -> None:
        self._session = session
        self._base = base.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._quiet_until = float("-inf")

    async def account(self, token: str) -> Account:
        """Return whose `token` it is; raise `Refused`, or `Unavailable` where nobody can tell."""
        app = f"{self._app_id}|{self._secret}"
        answer = await self._ask("debug_token", {"input_token": token, "access_token": app})
        told = answer.get("data")
        if not isinstance(told, dict):
            raise Refused
        ends_at = self._end_of(told)
        proof = hmac.digest(self._secret.encode(), token.encode(), "sha256").hex()
        wish = {"fields": "id,first_name,last_name", "access_token": token}
        about = await self._ask("me", {**wish, "appsecret_proof": proof})
        subject = about.get("id")
        if not isinstance(subject, str) or not subject or subject != told.get("user_id"):
            raise Refused
        return Account(subject, about, ends_at)

    def _end_of(self, told: Mapping[str, Any]) -> float:
        """Return when a token ends that is a person's, and for our app; 0 stands for never."""
        is_ours = told.get("is_valid") is True and told.get("app_id") == self._app_id
        ends_at = told.get("expires_at")
        if not is_ours or told.get("type") != "USER" or not isinstance(ends_at, int):
            raise Refused
        now = time.time()
        if ends_at == 0:
            return now + ENDLESS_S
        if ends_at <= now:
            raise Refused
        return ends_at

    async def _ask(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        answer = None
        if time.monotonic() >= self._quiet_until:
            answer = await self._get(f"{self._base}/{path}", query)
            if answer is None:
                self._quiet_until = time.monotonic() + PAUSE_S
        if answer is None:
            message = "Facebook does not answer: try again, or sign in another way"
            raise Unavailable(message, headers=RETRY_SOON)
        return answer

    async def _get(self, url: str, query: Mapping[str, str]) -> dict[str, Any] | None:
        """Return what Facebook answers, None where it is in trouble; raise `Refused`."""
        try:
            async with (
                asyncio.timeout(DEADLINE_S),
                self._session.get(url, params=query, allow_redirects=False) as response,
            ):
                raw = await bounded(response)
                if 400 <= response.status < 500 and response.status not in _TROUBLE:
                    raise Refused
                answer = orjson.loads(raw) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError, orjson.JSONDecodeError) as error:
            log.warning("Facebook does not answer", extra={"error": type(error).__name__})
            return None
        return answer if isinstance(answer, dict) else None
