"""Signing in with an account elsewhere: found by it, linked by a checked address, or opened.

Who registers somebody else's address, here or there, must not get into what its owner does later,
nor the owner into theirs: addresses count where both sides have checked them.
"""

from dataclasses import replace
from datetime import UTC, datetime

from api.identity import repository, sessions
from api.identity.errors import WrongCredentials
from api.identity.events import SignInLinked
from api.identity.model import OauthIdentity, User
from api.identity.schema import SocialLogin, Tokens
from api.identity.service import new_user
from api.integrations.social import SOCIAL, Proven, Provider, WrongToken
from api.kit.actor import Role
from api.kit.db import UniqueViolation
from api.kit.errors import Forbidden
from api.kit.ids import new_id
from api.kit.work import Work

_MAY_LINK = frozenset({Role.CUSTOMER, Role.COURIER})


class NotByService(Forbidden):
    """Who works here signs in as they were told to."""

    code, title = "not_by_service", "This account signs in with its own password"


async def sign_in(work: Work, provider: Provider, draft: SocialLogin) -> Tokens:
    """Sign in by what a service proves; raise `WrongToken`, `WrongCredentials`, `NotByService`."""
    token = draft.token.get_secret_value()
    proven = await work.without_connection(work[SOCIAL].prove(provider, token, draft.nonce))
    ends_at = datetime.fromtimestamp(proven.ends_at, UTC)
    if not await repository.use_token(work, proven.mark, ends_at):
        raise WrongToken("This sign-in was used already: sign in there again")
    user = await repository.user_by_subject(work, provider, proven.subject)
    if user is None:
        user = await _newcomer(work, proven, draft)
    locked = await repository.lock_user(work, user.id)
    if locked is None or not locked.is_active:
        raise WrongCredentials
    return await sessions.open_session(work, locked, draft.device, draft.carrier)


async def _newcomer(work: Work, proven: Proven, draft: SocialLogin) -> User:
    """Return the account that the proven address belongs to, or a new one; linked from now on."""
    try:
        async with work.db.transaction():
            user = await _account(work, proven, draft)
            link = OauthIdentity(new_id(), user.id, proven.provider, proven.subject, work.now)
            await repository.add_identity(work, link)
    except UniqueViolation as error:  # the same sign-in, twice at once
        known = await repository.user_by_subject(work, proven.provider, proven.subject)
        if known is None:
            raise WrongCredentials from error
        return known
    work.record("user.link", "user", user.id, new={"provider": proven.provider})
    return user


async def _account(work: Work, proven: Proven, draft: SocialLogin) -> User:
    named = replace(
        new_user(
            work,
            draft.role,
            proven.first_name or draft.first_name or "",
            proven.last_name or draft.last_name or "",
        ),
        email=proven.email,
        email_verified_at=None if proven.email is None else work.now,
        locale=draft.locale,
    )
    known = None if proven.email is None else await _owner(work, proven.email)
    if known is not None and known.is_verified and known.email_verified_at is None:
        known, named = None, replace(named, email=None, email_verified_at=None)
    if known is None:
        await repository.add_user(work, named)
        work.record("user.register", "user", named.id, new={"role": named.role})
        return named
    if known.role not in _MAY_LINK:
        raise NotByService
    if not known.is_active:
        raise WrongCredentials
    if known.is_verified:
        work.emit(SignInLinked(known.id, proven.provider, str(known.email), known.locale))
    else:
        # Somebody registered the address and never showed to own it: their password goes.
        known = replace(
            known,
            password_hash=None,
            first_name=named.first_name,
            last_name=named.last_name,
            role=named.role,
            customer_kind=named.customer_kind,
            zone_ids=[],
            email_verified_at=work.now,
            updated_at=work.now,
        )
        await repository.take_over(work, known)
        await sessions.end_all(work, known.id, "taken over")
    return known


async def _owner(work: Work, email: str) -> User | None:
    """Return who has this address; held, so that nobody blocks or changes them meanwhile."""
    known = await repository.user_by_login(work, email)
    return None if known is None else await repository.lock_user(work, known.id)
