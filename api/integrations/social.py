"""Sign-in services of others: who somebody is, as Google, Apple or Facebook prove it.

Google and Apple sign ID tokens (OpenID Connect Core, section 3.1.3.7); their keys are public.
Facebook is asked.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiohttp
import jwt

from api.integrations.facebook import Facebook, Refused
from api.integrations.key_set import ALGORITHM, DEADLINE_S, KeySet
from api.kit.errors import FieldError, InvalidInput, NotFound, Unauthenticated
from api.kit.resources import Key
from api.settings import Settings

log = logging.getLogger("api.social")

LEEWAY_S = 60.0
OLDEST_S = 600.0
"""A token older than this was not made for this sign-in."""


class Provider(StrEnum):
    """Whose accounts people may sign in with."""

    GOOGLE = "google"
    APPLE = "apple"
    FACEBOOK = "facebook"


class WrongToken(Unauthenticated):
    """The token is not for us, not of theirs, too old, or was used before."""

    code, title = "wrong_token", "This sign-in cannot be proven: sign in there again"


class ProviderOff(NotFound):
    """The installation does not take sign-ins of this service."""

    code, title = "provider_off", "This installation does not take sign-ins of this service"


@dataclass(frozen=True, slots=True)
class Proven:
    """Who somebody is there; `email` only where the service itself has checked it.

    The token is known again by its `mark`, and proves nothing from `ends_at` on (s since 1970).
    """

    provider: Provider
    subject: str
    email: str | None
    first_name: str | None
    last_name: str | None
    mark: bytes
    ends_at: float


@dataclass(frozen=True, slots=True)
class _Publisher:
    """Who signs ID tokens, and for which of our apps they must be."""

    provider: Provider
    issuers: tuple[str, ...]
    audiences: tuple[str, ...]
    keys: KeySet

    async def prove(self, token: str, nonce: str) -> Proven:
        """Return what `token` proves; raise `WrongToken`, `Unavailable`."""
        try:
            head = jwt.get_unverified_header(token)
            if head.get("alg") != ALGORITHM:
                raise jwt.InvalidAlgorithmError
            key = await self.keys.key(str(head.get("kid", "")))
            if key is None:
                raise jwt.InvalidKeyError
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self.audiences,
                issuer=self.issuers,
                leeway=LEEWAY_S,
                options={"require": ["iss", "aud", "sub", "exp", "iat", "nonce"]},
            )
            _check(claims, nonce)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            why = {"provider": self.provider.value, "error": type(error).__name__}
            log.info("a token was refused", extra=why)
            raise WrongToken from error
        return self._proven(claims, token)

    def _proven(self, claims: Mapping[str, Any], token: str) -> Proven:
        told, email = claims.get("email_verified"), claims.get("email")
        is_checked = told is True or told == "true"  # Apple writes it as a text
        signed, _dot, _signature = token.rpartition(".")  # however that is written
        return Proven(
            provider=self.provider,
            subject=str(claims["sub"]),
            email=email.lower() if is_checked and isinstance(email, str) and "@" in email else None,
            first_name=_name(claims.get("given_name")),
            last_name=_name(claims.get("family_name")),
            mark=hashlib.sha256(signed.encode()).digest(),
            ends_at=time.time() + OLDEST_S + 2 * LEEWAY_S,
        )


def _check(claims: Mapping[str, Any], nonce: str) -> None:
    """Check what PyJWT does not: one audience, a young token, the nonce of this sign-in.

    The token holds the nonce's hash: who steals a token does not know what it was made of.
    """
    told = claims["nonce"]
    expected = hashlib.sha256(nonce.encode()).hexdigest()
    if not isinstance(told, str) or not hmac.compare_digest(
        expected.encode(), told.lower().encode()
    ):
        message = "another nonce"
        raise ValueError(message)
    if not isinstance(claims["aud"], str) or not claims["sub"]:
        message = "several audiences, or nobody"
        raise ValueError(message)
    if float(claims["iat"]) < time.time() - OLDEST_S - LEEWAY_S:
        message = "too old"
        raise ValueError(message)


class SocialSignIn:
    """Asks the services that the settings name; close it when the program ends."""

    def __init__(self, settings: Settings) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S))
        google = ("https://accounts.google.com", "accounts.google.com")
        self._publishers = {
            provider: _Publisher(
                provider, issuers, apps, KeySet(self._session, url, time.monotonic)
            )
            for provider, issuers, apps, url in (
                (Provider.GOOGLE, google, settings.google_client_ids, settings.google_keys_url),
                (
                    Provider.APPLE,
                    ("https://appleid.apple.com",),
                    settings.apple_client_ids,
                    settings.apple_keys_url,
                ),
            )
            if apps
        }
        secret = settings.facebook_app_secret.get_secret_value()
        self._facebook = (
            Facebook(self._session, settings.facebook_url, settings.facebook_app_id, secret)
            if settings.facebook_app_id and secret
            else None
        )

    async def close(self) -> None:
        """Close the connections to the services."""
        await self._session.close()

    async def prove(self, provider: Provider, token: str, nonce: str | None) -> Proven:
        """Return who sends the token; raise `WrongToken`, `ProviderOff`, `Unavailable`.

        `nonce` is what the app made up for this sign-in (`InvalidInput` without); Facebook's
        tokens hold none.
        """
        if provider is Provider.FACEBOOK and self._facebook is not None:
            return await _of_facebook(self._facebook, token)
        if provider not in self._publishers:
            raise ProviderOff
        if nonce is None:
            message = "send what the hash in the token was made of"
            raise InvalidInput(fields=[FieldError("nonce", "required", message)])
        return await self._publishers[provider].prove(token, nonce)


async def _of_facebook(facebook: Facebook, token: str) -> Proven:
    """Return who sends the token; Facebook does not say whether it has checked an address."""
    try:
        told = await facebook.account(token)
    except Refused as error:
        raise WrongToken from error
    return Proven(
        provider=Provider.FACEBOOK,
        subject=told.subject,
        email=None,
        first_name=_name(told.about.get("first_name")),
        last_name=_name(told.about.get("last_name")),
        mark=hashlib.sha256(token.encode()).digest(),
        ends_at=told.ends_at,
    )


def _name(text: object) -> str | None:
    """Return a name as we keep it."""
    return text.replace("\x00", "").strip()[:100] or None if isinstance(text, str) else None


SOCIAL: Key[SocialSignIn] = Key("sign-in services")
