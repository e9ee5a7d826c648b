"""Tokens and one-time codes, derived from the installation's secret key.

Only hashes of them are kept; because a refresh token or a code can be derived again from its id,
the same one can be answered or sent twice without being stored in clear.
"""

import base64
import hashlib
import hmac
import struct
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from uuid import UUID

import jwt

from api.kit.actor import Actor, Role
from api.kit.errors import Unauthenticated
from api.kit.ids import CompanyId, SessionId, UserId
from api.kit.resources import Key

_ISSUER = "hermod"
_GENERATION = struct.Struct(">16sI")
_CACHED_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token taken apart: which session, which generation of it."""

    session_id: SessionId
    generation: int


class TokenMint:
    """Makes and reads tokens and codes with one secret key."""

    def __init__(self, secret: str, access_s: int) -> None:
        self._secret = secret.encode()
        self._jwt_key = self._derive(b"access-token")
        self._access_s = access_s
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()

    def access_token(
        self, user_id: UserId, role: Role, session: SessionId, company: CompanyId | None
    ) -> str:
        """Return a signed access token (JWT, HS256)."""
        now = int(time.time())
        claims = {
            "iss": _ISSUER,
            "aud": _ISSUER,
            "sub": str(user_id),
            "role": role.value,
            "sid": str(session),
            "iat": now,
            "exp": now + self._access_s,
        }
        if company is not None:
            claims["cid"] = str(company)
        return jwt.encode(claims, self._jwt_key, algorithm="HS256")

    def read_access_token(self, token: str, address: str | None) -> Actor:
        """Return who the token speaks for; raise `Unauthenticated` for one that does not hold."""
        known = self._known.get(token)
        if known is not None and known[0] > time.time():
            return replace(known[1], address=address)
        try:
            claims = jwt.decode(
                token,
                self._jwt_key,
                algorithms=["HS256"],
                audience=_ISSUER,
                issuer=_ISSUER,
                options={"require": ["exp", "iat", "sub", "role", "sid"]},
            )
            company = claims.get("cid")
            actor = Actor(
                role=Role(claims["role"]),
                user_id=UserId(UUID(claims["sub"])),
                session_id=SessionId(UUID(claims["sid"])),
                company_id=CompanyId(UUID(company)) if company else None,
                address=address,
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The access token has expired: refresh it") from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("The access token is not valid: sign in again") from error
        self._known[token] = (float(claims["exp"]), actor)
        if len(self._known) > _CACHED_TOKENS:
            self._known.popitem(last=False)
        return actor

    def refresh_token(self, session: SessionId, generation: int) -> str:
        """Return the refresh token of one generation of a session; always the same text."""
        head = _GENERATION.pack(session.bytes, generation)
        return base64.urlsafe_b64encode(head + self._derive(b"refresh", head)).decode()

    def read_refresh_token(self, token: str) -> RefreshToken:
        """Return what the token names; raise `Unauthenticated` for one we did not make."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
            head, proof = raw[: _GENERATION.size], raw[_GENERATION.size :]
            session, generation = _GENERATION.unpack(head)
        except (ValueError, struct.error) as error:
            raise Unauthenticated("The refresh token is not valid: sign in again") from error
        if not hmac.compare_digest(proof, self._derive(b"refresh", head)):
            raise Unauthenticated("The refresh token is not valid: sign in again")
        return RefreshToken(SessionId(UUID(bytes=session)), generation)

    def code(self, code_id: UUID) -> str:
        """Return the six digits of a one-time code."""
        number = int.from_bytes(self._derive(b"code", code_id.bytes)[:8], "big")
        return f"{number % 1_000_000:06d}"

    def link_secret(self, code_id: UUID) -> str:
        """Return the long secret of a one-time link."""
        return base64.urlsafe_b64encode(self._derive(b"link", code_id.bytes)).decode().rstrip("=")

    def _derive(self, purpose: bytes, data: bytes = b"") -> bytes:
        return hmac.digest(self._secret, purpose + b"\x00" + data, "sha256")


def hashed(secret: str) -> bytes:
    """Return the hash under which a token or code is kept."""
    return hashlib.sha256(secret.encode()).digest()


TOKENS: Key[TokenMint] = Key("token mint")
