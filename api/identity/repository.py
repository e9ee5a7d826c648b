"""Every statement about users, sessions and one-time codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, or_

from api.identity.model import (
    CodePurpose,
    OauthIdentity,
    OneTimeCode,
    Session,
    User,
    oauth_identities,
    one_time_codes,
    sessions,
    users,
)
from api.integrations.social import Provider
from api.kit.clock import real_now
from api.kit.ids import SessionId, UserId, ZoneId
from api.kit.statement import Command, Query, columns, inserting, saving, selecting
from api.kit.work import Work

_LIVING = selecting(User, users).where(users.c.deleted_at.is_(None))
_USER = Query(User, _LIVING.where(users.c.id == bindparam("id")))
_LOCK_USER = Query(User, _LIVING.where(users.c.id == bindparam("id")).with_for_update())
_BY_LOGIN = Query(
    User,
    _LIVING.where(or_(users.c.phone == bindparam("login"), users.c.email == bindparam("login"))),
)
_ADD_USER = inserting(User, users)
_REGISTERED = [
    "password_hash",
    "first_name",
    "last_name",
    "locale",
    "role",
    "customer_kind",
    "zone_ids",
    "updated_at",
]
_REGISTER_AGAIN = saving(users, _REGISTERED)
_ZONE_IS_OPEN = Query(bool, "SELECT EXISTS (SELECT FROM zones WHERE id = :id AND is_active)")
_VERIFIED = Command(
    """
    UPDATE users SET updated_at = :now,
        phone_verified_at =
            CASE WHEN phone = :contact::text THEN :now ELSE phone_verified_at END,
        email_verified_at =
            CASE WHEN email = :contact::text::citext THEN :now ELSE email_verified_at END
    WHERE id = :id
    """
)
_SET_PASSWORD = saving(users, ["password_hash", "updated_at"])
_SEEN = saving(users, ["last_login_at"])

_SESSION = Query(
    Session,
    selecting(Session, sessions).where(sessions.c.id == bindparam("id")).with_for_update(),
)
_ADD_SESSION = inserting(Session, sessions)
_ROTATE = saving(sessions, ["generation", "token_hash", "rotated_at", "expires_at", "updated_at"])
_REVOKE = Command(
    """
    UPDATE sessions SET revoked_at = :now, revoked_reason = :reason, updated_at = :now
    WHERE id = :id AND revoked_at IS NULL
    """
)

_OPEN_OF = Query(
    Session,
    selecting(Session, sessions)
    .where(
        sessions.c.user_id == bindparam("user_id"),
        sessions.c.revoked_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
    )
    .order_by(sessions.c.id.desc()),
)
_LOCK_OPEN_OF = Query(
    Session,
    selecting(Session, sessions)
    .where(sessions.c.user_id == bindparam("user_id"), sessions.c.revoked_at.is_(None))
    .order_by(sessions.c.id)
    .with_for_update(),
)

_ENDED_SINCE = Query(UUID, "SELECT id FROM sessions WHERE revoked_at > :since")

_CODE = Query(
    OneTimeCode,
    selecting(OneTimeCode, one_time_codes)
    .where(
        one_time_codes.c.destination == bindparam("destination"),
        one_time_codes.c.purpose == bindparam("purpose"),
        one_time_codes.c.used_at.is_(None),
    )
    .order_by(one_time_codes.c.created_at.desc())
    .limit(1)
    .with_for_update(),
)
_ADD_CODE = inserting(OneTimeCode, one_time_codes)
_TRIED = Command("UPDATE one_time_codes SET attempts = attempts + 1 WHERE id = :id")
_USED = saving(one_time_codes, ["used_at"])
_VOID = Command(
    """
    UPDATE one_time_codes SET used_at = :now
    WHERE destination = :destination AND purpose = :purpose AND used_at IS NULL
    """
)
_BY_SUBJECT = Query(
    User,
    _LIVING.where(
        users.c.id == oauth_identities.c.user_id,
        oauth_identities.c.provider == bindparam("provider"),
        oauth_identities.c.subject == bindparam("subject"),
    ),
)
_ADD_IDENTITY = inserting(OauthIdentity, oauth_identities)
_USE_TOKEN = Command(
    """
    INSERT INTO used_tokens (token_hash, expires_at) VALUES (:token_hash, :expires_at)
    ON CONFLICT (token_hash) DO NOTHING
    """
)
_TAKEN_OVER = [
    "password_hash",
    "first_name",
    "last_name",
    "role",
    "customer_kind",
    "zone_ids",
    "email_verified_at",
    "updated_at",
]
_TAKE_OVER = saving(users, _TAKEN_OVER)
_PEOPLE_WITH_ROLE = Query(
    int, func.count().select().select_from(users).where(users.c.role == bindparam("role"))
)


async def user(work: Work, user_id: UserId) -> User | None:
    """Return the user with this id."""
    return await _USER.one(work.db, id=user_id)


async def user_by_login(work: Work, login: str) -> User | None:
    """Return the user with this phone number or e-mail address."""
    return await _BY_LOGIN.one(work.db, login=login)


async def zone_is_open(work: Work, zone_id: ZoneId) -> bool:
    """Tell whether there is such a zone, in service."""
    return await _ZONE_IS_OPEN.value(work.db, id=zone_id)


async def add_user(work: Work, added: User) -> None:
    """Save a new user; raise `UniqueViolation` where the phone or e-mail is taken."""
    await _ADD_USER.run(work.db, **columns(added))


async def register_again(work: Work, changed: User) -> None:
    """Save what a person who never confirmed the phone has now given."""
    names = ["id", *_REGISTERED]
    await _REGISTER_AGAIN.run(work.db, **columns(changed, names))


async def lock_user(work: Work, user_id: UserId) -> User | None:
    """Return the user and hold the row until the transaction ends."""
    return await _LOCK_USER.one(work.db, id=user_id)


async def verify(work: Work, user_id: UserId, contact: str) -> None:
    """Note that the phone number or e-mail address was shown to belong to the user."""
    await _VERIFIED.run(work.db, id=user_id, contact=contact, now=work.now)


async def set_password(work: Work, user_id: UserId, password_hash: str) -> None:
    """Save another password."""
    await _SET_PASSWORD.run(work.db, id=user_id, password_hash=password_hash, updated_at=work.now)


async def seen(work: Work, user_id: UserId) -> None:
    """Note the time of the last sign-in."""
    await _SEEN.run(work.db, id=user_id, last_login_at=work.now)


async def lock_session(work: Work, session_id: SessionId) -> Session | None:
    """Return the session and hold its row until the transaction ends."""
    return await _SESSION.one(work.db, id=session_id)


async def open_sessions(work: Work, user_id: UserId) -> list[Session]:
    """Return the sessions of a user that can still be refreshed, newest first."""
    return await _OPEN_OF.all(work.db, user_id=user_id, now=real_now())


async def lock_sessions(work: Work, user_id: UserId) -> list[Session]:
    """Return the sessions of a user that have not ended and hold their rows, in id order."""
    return await _LOCK_OPEN_OF.all(work.db, user_id=user_id)


async def add_session(work: Work, session: Session) -> None:
    """Save a new session."""
    await _ADD_SESSION.run(work.db, **columns(session))


async def rotate(work: Work, session: Session) -> None:
    """Save the next generation of a session."""
    names = ["id", "generation", "token_hash", "rotated_at", "expires_at", "updated_at"]
    await _ROTATE.run(work.db, **columns(session, names))


async def revoke(work: Work, session_id: SessionId, reason: str, now: datetime) -> bool:
    """End a session; False where it had ended before."""
    return await _REVOKE.run(work.db, id=session_id, reason=reason, now=now) > 0


async def ended_since(work: Work, since: datetime) -> list[UUID]:
    """Return the sessions that were ended after `since`."""
    return await _ENDED_SINCE.all(work.db, since=since)


async def lock_code(work: Work, destination: str, purpose: CodePurpose) -> OneTimeCode | None:
    """Return the newest unused code and hold its row until the transaction ends."""
    return await _CODE.one(work.db, destination=destination, purpose=purpose)


async def add_code(work: Work, added: OneTimeCode) -> None:
    """Save a new code and void the ones sent before to the same place for the same purpose."""
    await _VOID.run(
        work.db, destination=added.destination, purpose=added.purpose, now=added.created_at
    )
    await _ADD_CODE.run(work.db, **columns(added))


async def note_try(work: Work, code_id: UUID) -> None:
    """Count one wrong try."""
    await _TRIED.run(work.db, id=code_id)


async def use_code(work: Work, code_id: UUID, now: datetime) -> None:
    """Note that the code has opened what it opens."""
    await _USED.run(work.db, id=code_id, used_at=now)


async def user_by_subject(work: Work, provider: Provider, subject: str) -> User | None:
    """Return the user who is `subject` at a sign-in service."""
    return await _BY_SUBJECT.one(work.db, provider=provider, subject=subject)


async def add_identity(work: Work, added: OauthIdentity) -> None:
    """Save whom a user is at a sign-in service; raise `UniqueViolation` where somebody is that."""
    await _ADD_IDENTITY.run(work.db, **columns(added))


async def use_token(work: Work, token_hash: bytes, expires_at: datetime) -> bool:
    """Note that a token of a sign-in service was used; False where it was already."""
    return await _USE_TOKEN.run(work.db, token_hash=token_hash, expires_at=expires_at) > 0


async def take_over(work: Work, changed: User) -> None:
    """Save an account that nobody had confirmed for whoever has shown to own the address."""
    await _TAKE_OVER.run(work.db, **columns(changed, ["id", *_TAKEN_OVER]))


async def people_with_role(work: Work, role: str) -> int:
    """Return how many users have `role`."""
    return await _PEOPLE_WITH_ROLE.value(work.db, role=role)
