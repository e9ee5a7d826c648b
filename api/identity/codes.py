"""One-time codes: asked for, sent, checked; five tries, one use, one purpose."""

import hmac
from datetime import timedelta
from uuid import UUID

from api.identity import code_limits, repository
from api.identity.errors import WrongCode
from api.identity.events import CodeRequested
from api.identity.model import CodePurpose, OneTimeCode, User
from api.identity.schema import CodeSent
from api.identity.tokens import TOKENS, hashed
from api.kit.clock import real_now
from api.kit.ids import UserId, new_id
from api.kit.work import Work
from api.settings import SETTINGS

MAX_TRIES = 5
DIGITS = 6
"""So long is a code that is typed; the secret of a link is longer."""


async def request(work: Work, destination: str, purpose: CodePurpose) -> CodeSent:
    """Send a code to whoever has the contact; where nobody may, the same work tells the same."""
    user = await repository.user_by_login(work, destination)
    entitled = user if user is not None and _may_have(user, purpose) else None
    return await send(work, entitled, destination, purpose)


def _may_have(user: User, purpose: CodePurpose) -> bool:
    return user.is_active and user.is_verified is not (purpose is CodePurpose.REGISTRATION)


async def send(
    work: Work, user: User | None, destination: str, purpose: CodePurpose, locale: str = "en"
) -> CodeSent:
    """Keep a new code and have it sent; raise `TooManyCodes` where one may not be sent now."""
    await code_limits.count(work, destination)
    settings = work[SETTINGS]
    is_reset = purpose is CodePurpose.PASSWORD_RESET
    life_s = settings.reset_code_s if is_reset else settings.code_s
    code_id = new_id()
    secret = work[TOKENS].code(code_id)
    user_id = None if user is None else user.id
    await keep(work, code_id, user_id, destination, purpose, secret, timedelta(seconds=life_s))
    language = locale if user is None else user.locale
    work.emit(CodeRequested(code_id, user_id, destination, language))
    return CodeSent(destination=destination, expires_in_s=life_s)


async def keep(
    work: Work,
    code_id: UUID,
    user_id: UserId | None,
    destination: str,
    purpose: CodePurpose,
    secret: str,
    life: timedelta,
) -> None:
    """Keep the hash of a secret; the ones before it for the same purpose open nothing any more."""
    now = real_now()
    code = OneTimeCode(
        id=code_id,
        user_id=user_id,
        destination=destination,
        purpose=purpose,
        code_hash=hashed(secret),
        attempts=0,
        expires_at=now + life,
        used_at=None,
        created_at=now,
    )
    await repository.add_code(work, code)


async def use(work: Work, destination: str, purpose: CodePurpose, secret: str) -> User:
    """Use up a code and return its user; raise `WrongCode` and count the try otherwise.

    Nobody guesses the secret of a link: tries at it are not counted, so that they void none.
    """
    code = await repository.lock_code(work, destination, purpose)
    if code is None or code.attempts >= MAX_TRIES or code.expires_at <= real_now():
        raise WrongCode
    if code.user_id is None or not hmac.compare_digest(hashed(secret), code.code_hash):
        if purpose is not CodePurpose.LOGIN_LINK:
            await repository.note_try(work, code.id)
        raise WrongCode
    await repository.use_code(work, code.id, real_now())
    user = await repository.lock_user(work, code.user_id)
    if user is None or not user.is_active:
        raise WrongCode
    return user
