"""The door of identity: register, confirm, sign in, refresh, sign out."""

from api.identity import service, sessions
from api.identity.schema import CodeCheck, CodeSent, Login, Me, Refresh, Registration, Tokens
from api.kit.actor import PUBLIC, SIGNED_IN
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.errors import FieldError, InvalidInput
from api.kit.rate_limit import RateClass
from api.kit.schema import Empty, Nothing
from api.kit.work import Work


async def register(work: Work, _path: Nothing, _query: Nothing, draft: Registration) -> CodeSent:
    """Open an account for a customer or a courier; a code goes to the phone."""
    return await service.register(work, draft)


async def verify_code(work: Work, _path: Nothing, _query: Nothing, check: CodeCheck) -> Tokens:
    """Confirm the phone, or sign in by a one-time link; answers with tokens."""
    return await service.check_code(work, check)


async def login(work: Work, _path: Nothing, _query: Nothing, draft: Login) -> Tokens:
    """Sign in with phone or e-mail and password."""
    return await service.login(work, draft)


async def refresh(work: Work, _path: Nothing, _query: Nothing, draft: Refresh) -> Tokens:
    """Get the next pair of tokens; the old refresh token works no more."""
    given = draft.refresh_token
    token = given.get_secret_value() if given else work.sent_cookies.get(sessions.COOKIE, "")
    if not token:
        missing = FieldError("refreshToken", "required", "send it here, or in the cookie")
        raise InvalidInput(fields=[missing])
    return await sessions.refresh(work, token, draft.carrier)


async def logout(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Empty:
    """End this session; its sockets close."""
    if work.actor.session_id is not None:
        await sessions.end(work, work.actor.session_id, "logout")
    return Empty()


async def me(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Me:
    """Who is signed in."""
    return Me.of(await service.me(work))


_AUTH = "/api/v1/auth"
_NO_KEY = Idempotency.UNUSED  # an answer that holds tokens is not kept for retries

ENDPOINTS = (
    Endpoint(
        "POST",
        f"{_AUTH}/register",
        register,
        PUBLIC,
        Owner.ANYONE,
        status=202,
        rate=RateClass.AUTH,
        idempotency=_NO_KEY,
    ),
    Endpoint(
        "POST",
        f"{_AUTH}/verify-code",
        verify_code,
        PUBLIC,
        Owner.ANYONE,
        rate=RateClass.AUTH,
        idempotency=_NO_KEY,
    ),
    Endpoint(
        "POST",
        f"{_AUTH}/login",
        login,
        PUBLIC,
        Owner.ANYONE,
        rate=RateClass.AUTH,
        idempotency=_NO_KEY,
    ),
    Endpoint("POST", f"{_AUTH}/refresh", refresh, PUBLIC, Owner.LINK_HOLDER, idempotency=_NO_KEY),
    Endpoint(
        "POST",
        f"{_AUTH}/logout",
        logout,
        SIGNED_IN,
        Owner.SELF,
        status=204,
        idempotency=_NO_KEY,
    ),
    Endpoint("GET", f"{_AUTH}/me", me, SIGNED_IN, Owner.SELF),
)
