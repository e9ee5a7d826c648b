"""Sessions: opening, rotating with reuse detection, ending.

Each refresh rotates the token. The direct predecessor is accepted for a short grace time and gets
the *same* successor again (the answer may have been lost on a bad line); an older token means that
somebody copied it, and ends the session.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from api.identity import repository
from api.identity.errors import SessionOver
from api.identity.events import SessionEnded
from api.identity.model import Session, User
from api.identity.schema import Carrier, Me, Tokens
from api.identity.tokens import TOKENS, hashed
from api.kit.clock import real_now
from api.kit.errors import NotFound, Unauthenticated
from api.kit.ids import SessionId, UserId, new_id
from api.kit.work import Cookie, Work
from api.settings import SETTINGS

_COOKIES: Mapping[Carrier, str] = {
    "console_cookie": "hermod_console_refresh",
    "courier_cookie": "hermod_courier_refresh",
}
_COOKIE_PATH = "/api/v1/auth"


async def open_session(work: Work, user: User, device: str | None, carrier: Carrier) -> Tokens:
    """Start a session for `user` and return its first pair of tokens."""
    now = real_now()
    session_id = SessionId(new_id())
    token = work[TOKENS].refresh_token(session_id, 1)
    session = Session(
        id=session_id,
        user_id=user.id,
        generation=1,
        token_hash=hashed(token),
        rotated_at=now,
        expires_at=now + timedelta(seconds=work[SETTINGS].refresh_token_s),
        revoked_at=None,
        revoked_reason=None,
        device=device,
        ip=work.actor.address,
        created_at=now,
        updated_at=now,
    )
    await repository.add_session(work, session)
    await repository.seen(work, user.id)
    work.actor = replace(work.actor, user_id=user.id)  # from here on they act themselves
    work.record("session.begin", "session", session_id)
    return _tokens(work, user, session, carrier)


def sent_token(work: Work, carrier: Carrier) -> str:
    """Return the refresh token in the cookie of this carrier; empty where none was sent."""
    return work.sent_cookies.get(_COOKIES.get(carrier, ""), "")


async def refresh(work: Work, token: str, carrier: Carrier) -> Tokens:
    """Return the next pair of tokens; raise `SessionOver` for a session that has ended."""
    named = work[TOKENS].read_refresh_token(token)
    session = await repository.lock_session(work, named.session_id)
    now = real_now()
    if session is None or session.revoked_at is not None or session.expires_at <= now:
        raise SessionOver
    if named.generation == session.generation and hashed(token) == session.token_hash:
        session = await _rotate(work, session)
    elif not _in_grace(work, session, named.generation):
        await end(work, session.id, "reused")
        raise SessionOver("This refresh token was used before: sign in again")
    user = await repository.user(work, session.user_id)
    if user is None or not user.is_active:
        raise SessionOver
    return _tokens(work, user, session, carrier)


def _in_grace(work: Work, session: Session, generation: int) -> bool:
    grace = timedelta(seconds=work[SETTINGS].refresh_grace_s)
    is_predecessor = generation == session.generation - 1
    return is_predecessor and real_now() <= session.rotated_at + grace


async def _rotate(work: Work, session: Session) -> Session:
    now = real_now()
    generation = session.generation + 1
    rotated = replace(
        session,
        generation=generation,
        token_hash=hashed(work[TOKENS].refresh_token(session.id, generation)),
        rotated_at=now,
        expires_at=now + timedelta(seconds=work[SETTINGS].refresh_token_s),
        updated_at=now,
    )
    await repository.rotate(work, rotated)
    return rotated


async def end(work: Work, session_id: SessionId, reason: str) -> None:
    """End a session for good; its sockets close within a second."""
    session = await repository.lock_session(work, session_id)
    if session is None or not await repository.revoke(work, session_id, reason, real_now()):
        return
    work.record("session.end", "session", session_id, new={"reason": reason})
    work.emit(SessionEnded(session_id, session.user_id, reason))
    for name in _COOKIES.values():
        with suppress(Unauthenticated):  # a cookie that is missing or not ours names no session
            named = work[TOKENS].read_refresh_token(work.sent_cookies.get(name, ""))
            if named.session_id == session_id:
                work.cookies.append(Cookie(name, "", _COOKIE_PATH, 0))


async def end_all(work: Work, user_id: UserId, reason: str) -> None:
    """End every session of a user for good."""
    for session in await repository.lock_sessions(work, user_id):
        await end(work, session.id, reason)


async def end_own(work: Work, session_id: SessionId) -> None:
    """End one of the caller's sessions; raise `NotFound` for one of somebody else."""
    session = await repository.lock_session(work, session_id)
    if session is None or session.user_id != work.actor.id:
        raise NotFound("You have no such session")
    await end(work, session_id, "logout")


async def device_of(work: Work) -> str | None:
    """Return how the device of the caller's own session is named."""
    if work.actor.session_id is None:
        return None
    session = await repository.lock_session(work, work.actor.session_id)
    return None if session is None else session.device


def _tokens(work: Work, user: User, session: Session, carrier: Carrier) -> Tokens:
    mint, settings = work[TOKENS], work[SETTINGS]
    token = mint.refresh_token(session.id, session.generation)
    cookie = _COOKIES.get(carrier)
    if cookie is not None:
        work.cookies.append(Cookie(cookie, token, _COOKIE_PATH, settings.refresh_token_s))
    return Tokens(
        access_token=mint.access_token(
            user.id, user.role, session.id, user.company_id, user.zone_ids, user.permissions
        ),
        expires_in_s=settings.access_token_s,
        refresh_token=None if cookie is not None else token,
        user=Me.of(user),
    )
