"""Sign-in services of others: who somebody is, as Google, Apple or Facebook prove it.

Google and Apple sign ID tokens (OpenID Connect Core, section 3.1.3.7); their keys are public.
Facebook is asked about the access token that its library gave to the app.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import aiohttp
import jwt
from pydantic import BaseModel, ValidationError

from api.integrations.signing_keys import SigningKeys
from api.kit.errors import NotFound, Unauthenticated, Unavailable
from api.kit.resources import Key
from api.settings import Settings

_Model = TypeVar("_Model", bound=BaseModel)

DEADLINE_S = 5.0
LEEWAY_S = 60.0
OLDEST_S = 3600


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
    """Who somebody is there; `email` only where the service itself has checked it."""

    provider: Provider
    subject: str
    email: str | None
    first_name: str | None
    last_name: str | None


@dataclass(frozen=True, slots=True)
class _Publisher:
    """Who signs ID tokens, and for whom they must be."""

    issuers: frozenset[str]
    audiences: tuple[str, ...]
    keys: SigningKeys


class _Told(BaseModel):
    """What Facebook says about a token."""

    is_valid: bool = False
    app_id: str = ""
    user_id: str = ""


class _Named(BaseModel):
    """What Facebook says about a person."""

    id: str
    first_name: str | None = None
    last_name: str | None = None


class SocialSignIn:
    """Asks the services that the settings name; close it when the program ends."""

    def __init__(self, settings: Settings) -> None:
        timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
        self._session = aiohttp.ClientSession(timeout=timeout)
        self._settings = settings
        self._publishers = {
            Provider.GOOGLE: _Publisher(
                frozenset({"https://accounts.google.com", "accounts.google.com"}),
                settings.google_client_ids,
                SigningKeys(settings.google_keys_url, self._session),
            ),
            Provider.APPLE: _Publisher(
                frozenset({"https://appleid.apple.com"}),
                settings.apple_client_ids,
                SigningKeys(settings.apple_keys_url, self._session),
            ),
        }

    async def close(self) -> None:
        """Close the connections to the services."""
        await self._session.close()

    async def prove(self, provider: Provider, token: str, nonce: str | None) -> Proven:
        """Return who sends the token; raise `WrongToken`, `ProviderOff`, `Unavailable`."""
        if provider is Provider.FACEBOOK:
            return await self._ask_facebook(token)
        publisher = self._publishers[provider]
        if not publisher.audiences:
            raise ProviderOff
        claims = await _claims(publisher, token)
        _check_nonce(claims.get("nonce"), nonce)
        told = claims.get("email_verified")
        checked = told is True or told == "true"  # Apple writes it as a text
        email = claims.get("email")
        return Proven(
            provider=provider,
            subject=str(claims["sub"]),
            email=email.lower() if checked and isinstance(email, str) else None,
            first_name=_name(claims.get("given_name")),
            last_name=_name(claims.get("family_name")),
        )

    async def _ask_facebook(self, token: str) -> Proven:
        """Ask whether the token was given to our app, and to whom."""
        app_id = self._settings.facebook_app_id
        secret = self._settings.facebook_app_secret.get_secret_value()
        if not app_id:
            raise ProviderOff
        ours = {"input_token": token, "access_token": f"{app_id}|{secret}"}
        answer = await self._get("/debug_token", ours)
        told = _read(_Told, answer.get("data"))
        if not told.is_valid or told.app_id != app_id or not told.user_id:
            raise WrongToken
        proof = hmac.digest(secret.encode(), token.encode(), "sha256").hex()
        wish = {"fields": "id,first_name,last_name", "access_token": token}
        named = _read(_Named, await self._get("/me", wish | {"appsecret_proof": proof}))
        if named.id != told.user_id:
            raise WrongToken
        return Proven(
            Provider.FACEBOOK, named.id, None, _name(named.first_name), _name(named.last_name)
        )

    async def _get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        url = self._settings.facebook_url.rstrip("/") + path
        try:
            async with self._session.get(url, params=query) as response:
                if response.status >= 500:
                    raise Unavailable("The sign-in service does not answer: try again")
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("The sign-in service does not answer: try again") from error
        except ValueError as error:
            raise WrongToken from error
        return answer if isinstance(answer, dict) else {}


async def _claims(publisher: _Publisher, token: str) -> dict[str, Any]:
    """Return what a token says that the publisher signed for us."""
    try:
        head = jwt.get_unverified_header(token)
        key = await publisher.keys.key(str(head.get("kid", "")))
        if key is None or head.get("alg") != "RS256":
            raise WrongToken
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=list(publisher.audiences),
            issuer=sorted(publisher.issuers),
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "aud", "iss", "sub"]},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise WrongToken from error
    if claims["exp"] - claims["iat"] > 24 * OLDEST_S:
        raise WrongToken
    return claims


def _check_nonce(in_token: object, sent: str | None) -> None:
    """Compare the nonce of the token with the app's; Apple's apps often sign in with its hash."""
    if in_token is None and sent is None:
        return
    if not isinstance(in_token, str) or sent is None:
        raise WrongToken
    hashed = hashlib.sha256(sent.encode()).hexdigest()
    if not any(hmac.compare_digest(in_token.encode(), one.encode()) for one in (sent, hashed)):
        raise WrongToken


def _name(text: object) -> str | None:
    """Return a name as we keep it."""
    return text.replace("\x00", "").strip()[:100] or None if isinstance(text, str) else None


def _read(model: type[_Model], answer: object) -> _Model:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise WrongToken from error


SOCIAL: Key[SocialSignIn] = Key("sign-in services")
