"""The door of identity: register, confirm, sign in, refresh, sign out."""

from api.identity import codes, password_change, repository, service, sessions, social
from api.identity.model import CodePurpose
from api.identity.schema import (
    CodeCheck,
    CodeSent,
    CodeWish,
    Forgotten,
    Login,
    Me,
    PasswordChange,
    PasswordReset,
    Refresh,
    Registration,
    SessionPath,
    SessionsView,
    SessionView,
    SocialLogin,
    SocialPath,
    Tokens,
)
from api.kit.actor import PUBLIC, SIGNED_IN
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.errors import FieldError, InvalidInput
from api.kit.rate_limit import RateClass
from api.kit.schema import Empty, Nothing
from api.kit.work import Work


async def register(work: Work, _path: Nothing, _query: Nothing, draft: Registration) -> CodeSent:
    """Open an account for a customer or a courier; a code goes to the phone or e-mail address."""
    return await service.register(work, draft)


async def verify_code(work: Work, _path: Nothing, _query: Nothing, check: CodeCheck) -> Tokens:
    """Confirm the contact, or sign in by a code or a one-time link; answers with tokens."""
    return await service.check_code(work, check)


async def send_code(work: Work, _path: Nothing, _query: Nothing, wish: CodeWish) -> CodeSent:
    """Send a one-time code, again where one was lost; nobody learns who has an account."""
    return await codes.request(work, wish.destination, wish.purpose)


async def forgot_password(
    work: Work, _path: Nothing, _query: Nothing, draft: Forgotten
) -> CodeSent:
    """Send a code that sets a new password; nobody learns who has an account."""
    return await codes.request(work, draft.destination, CodePurpose.PASSWORD_RESET)


async def reset_password(
    work: Work, _path: Nothing, _query: Nothing, draft: PasswordReset
) -> Empty:
    """Set a new password with a code; every session ends."""
    await password_change.reset(work, draft)
    return Empty()


async def change_password(
    work: Work, _path: Nothing, _query: Nothing, draft: PasswordChange
) -> Tokens:
    """Set a new password; every session ends, this device goes on with new tokens."""
    return await password_change.change(work, draft)


async def login(work: Work, _path: Nothing, _query: Nothing, draft: Login) -> Tokens:
    """Sign in with phone or e-mail and password."""
    return await service.login(work, draft)


async def social_login(work: Work, path: SocialPath, _query: Nothing, draft: SocialLogin) -> Tokens:
    """Sign in, or register, with an account at Google, Apple or Facebook."""
    return await social.sign_in(work, path.provider, draft)


async def refresh(work: Work, _path: Nothing, _query: Nothing, draft: Refresh) -> Tokens:
    """Get the next pair of tokens; the old refresh token works no more."""
    given = draft.refresh_token
    token = given.get_secret_value() if given else sessions.sent_token(work, draft.carrier)
    if not token:
        missing = FieldError("refreshToken", "required", "send it here, or in the cookie")
        raise InvalidInput(fields=[missing])
    return await sessions.refresh(work, token, draft.carrier)


async def logout(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Empty:
    """End this session; its sockets close."""
    if work.actor.session_id is not None:
        await sessions.end(work, work.actor.session_id, "logout")
    return Empty()


async def listed_sessions(
    work: Work, _path: Nothing, _query: Nothing, _body: Nothing
) -> SessionsView:
    """Where the caller is signed in, newest first."""
    found = await repository.open_sessions(work, work.actor.id)
    current = work.actor.session_id
    return SessionsView(sessions=[SessionView.of(session, current) for session in found])


async def end_session(work: Work, path: SessionPath, _query: Nothing, _body: Nothing) -> Empty:
    """End one of the caller's own sessions; its sockets close."""
    await sessions.end_own(work, path.session_id)
    return Empty()


async def end_all_sessions(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Empty:
    """Log out everywhere, here too; all sockets close."""
    await sessions.end_all(work, work.actor.id, "logout everywhere")
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
    Endpoint(
        "POST",
        f"{_AUTH}/social/{{provider}}",
        social_login,
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
    Endpoint(
        "POST",
        f"{_AUTH}/send-code",
        send_code,
        PUBLIC,
        Owner.ANYONE,
        status=202,
        rate=RateClass.AUTH,
        idempotency=_NO_KEY,
    ),
    Endpoint(
        "POST",
        f"{_AUTH}/forgot-password",
        forgot_password,
        PUBLIC,
        Owner.ANYONE,
        status=202,
        rate=RateClass.AUTH,
        idempotency=_NO_KEY,
    ),
    Endpoint(
        "POST",
        f"{_AUTH}/reset-password",
        reset_password,
        PUBLIC,
        Owner.ANYONE,
        status=204,
        rate=RateClass.AUTH,
        idempotency=_NO_KEY,
    ),
    Endpoint(
        "POST",
        f"{_AUTH}/change-password",
        change_password,
        SIGNED_IN,
        Owner.SELF,
        rate=RateClass.AUTH,
        idempotency=_NO_KEY,
    ),
    Endpoint("GET", f"{_AUTH}/sessions", listed_sessions, SIGNED_IN, Owner.SELF),
    Endpoint("DELETE", f"{_AUTH}/sessions", end_all_sessions, SIGNED_IN, Owner.SELF, status=204),
    Endpoint(
        "DELETE",
        f"{_AUTH}/sessions/{{sessionId}}",
        end_session,
        SIGNED_IN,
        Owner.SELF,
        status=204,
    ),
)
