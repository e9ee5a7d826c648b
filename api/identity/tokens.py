"""Tokens and one-time codes, derived from the installation's secret key.

Only hashes of them are kept; because a refresh token or a code can be derived again from its id,
the same one can be answered or sent twice without being stored in clear.
"""

import base64
import binascii
import hashlib
import hmac
import struct
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import jwt
from pydantic import BaseModel, ConfigDict

from api.kit.actor import Actor, Role
from api.kit.errors import Unauthenticated
from api.kit.ids import CompanyId, SessionId, UserId, ZoneId
from api.kit.resources import Key

_ISSUER = "hermod"
_GENERATION = struct.Struct(">16sI")
_CACHED_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token taken apart: which session, which generation of it."""

    session_id: SessionId
    generation: int


class _Claims(BaseModel):
    """What an access token says: neither more nor less."""

    model_config = ConfigDict(extra="forbid", strict=True)

    iss: str
    aud: str
    sub: UserId
    role: Role
    sid: SessionId
    iat: int
    exp: int
    cid: CompanyId | None = None
    zones: frozenset[ZoneId] = frozenset()
    perms: frozenset[str] = frozenset()


_HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")


def _unpadded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _not_valid() -> Unauthenticated:
    return Unauthenticated("The access token is not valid: sign in again")


class TokenMint:
    """Makes and reads tokens and codes with one secret key."""

    def __init__(self, secret: str, access_s: int) -> None:
        self._secret = secret.encode()
        self._jwt_key = self._derive(b"access-token")
        self._access_s = access_s
        self._known: OrderedDict[tuple[str, str | None], tuple[float, Actor]] = OrderedDict()

    def access_token(
        self,
        user_id: UserId,
        role: Role,
        session: SessionId,
        company: CompanyId | None,
        zones: Iterable[ZoneId] = (),
        permissions: Iterable[str] = (),
    ) -> str:
        """Return a signed access token (JWT, HS256)."""
        now = int(time.time())
        claims: dict[str, object] = {
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
        if kept_to := [str(zone) for zone in zones]:
            claims["zones"] = kept_to
        if narrowed := list(permissions):
            claims["perms"] = narrowed
        return jwt.encode(claims, self._jwt_key, algorithm="HS256")

    def read_access_token(self, token: str, address: str | None) -> Actor:
        """Return who the token speaks for; raise `Unauthenticated` for one that does not hold."""
        known = self._known.get((token, address))
        if known is not None and known[0] > time.time():
            return known[1]
        claims = self._proven(token)
        now = time.time()
        if claims.exp <= now:
            raise Unauthenticated("The access token has expired: refresh it")
        if claims.iat > now or (claims.iss, claims.aud) != (_ISSUER, _ISSUER):
            raise _not_valid()
        actor = Actor(
            role=claims.role,
            user_id=claims.sub,
            session_id=claims.sid,
            company_id=claims.cid,
            address=address,
            zone_ids=claims.zones,
            narrowed=claims.perms,
        )
        self._known[token, address] = (claims.exp, actor)
        if len(self._known) > _CACHED_TOKENS:
            self._known.popitem(last=False)
        return actor

    def _proven(self, token: str) -> _Claims:
        """Return the claims that we signed; the only header we take is the one we write."""
        head, _, proof = token.rpartition(".")
        header, _, claims = head.partition(".")
        try:
            signed = hmac.digest(self._jwt_key, head.encode("ascii"), "sha256")
            if header != _HEADER or not hmac.compare_digest(_unpadded(signed), proof.encode()):
                raise _not_valid()
            plain = claims.replace("-", "+").replace("_", "/") + "=="
            return _Claims.model_validate_json(binascii.a2b_base64(plain))
        except ValueError as error:
            raise _not_valid() from error

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

    def mark(self, text: str) -> str:
        """Return the mark by which we know a text that we made, without asking anybody."""
        return _unpadded(self._derive(b"mark", text.encode())[:12]).decode()

    def _derive(self, purpose: bytes, data: bytes = b"") -> bytes:
        return hmac.digest(self._secret, purpose + b"\x00" + data, "sha256")


def hashed(secret: str) -> bytes:
    """Return the hash under which a token or code is kept."""
    return hashlib.sha256(secret.encode()).digest()


TOKENS: Key[TokenMint] = Key("token mint")
