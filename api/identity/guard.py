"""The guard at the door: who sends a request, from which address, whether over TLS."""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from api.identity.revocations import Revocations
from api.identity.tokens import TokenMint
from api.kit.actor import Actor
from api.kit.errors import Unauthenticated
from api.kit.serving import Guard

ReadKey = Callable[[str, str | None], Awaitable[Actor]]
"""Finds out whose API key it is, sent from an address; raises `Unauthenticated` for a bad one."""

KEY_PREFIX = "hermod_"
"""How every API key begins, and no access token."""

TEST_KEY_PREFIX = "hermod_test_"
"""How a key of the test world begins."""


async def no_keys(_text: str, _address: str | None) -> Actor:  # noqa: RUF029  # others ask
    """Take no API keys."""
    raise Unauthenticated("API keys are not taken here")


def guard(
    mint: TokenMint,
    revocations: Revocations,
    trusted_proxies: tuple[str, ...],
    read_key: ReadKey = no_keys,
) -> Guard:
    """Return the function that reads a request's credentials: an access token or an API key."""

    async def who(request: web.Request) -> Actor:
        address = address_of(request, trusted_proxies) if trusted_proxies else request.remote
        header = request.headers.get(hdrs.AUTHORIZATION)
        if header is None:
            return Actor(address=address)
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Send 'Authorization: Bearer <access token>'")
        token = token.strip()
        if token.startswith(KEY_PREFIX):
            return await read_key(token, address)
        actor = mint.read_access_token(token, address)
        revocations.check(actor)
        return actor

    return who


def address_of(request: web.Request, trusted_proxies: tuple[str, ...]) -> str | None:
    """Return the caller's address; X-Forwarded-For counts only where a known proxy sent it."""
    peer = request.remote
    if peer not in trusted_proxies:
        return peer
    forwarded = request.headers.get("X-Forwarded-For", "")
    return forwarded.rpartition(",")[2].strip() or peer


def came_over_tls(request: web.Request, trusted_proxies: tuple[str, ...]) -> bool:
    """Tell whether the caller used TLS; X-Forwarded-Proto counts only from a known proxy."""
    if request.remote not in trusted_proxies:
        return request.secure
    forwarded = request.headers.get("X-Forwarded-Proto", request.scheme)
    return forwarded.rpartition(",")[2].strip().lower() == "https"
