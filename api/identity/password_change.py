"""Another password: reset by a code, or changed by somebody who knows the one of today.

Both end every session of the account; its sockets close within seconds.
"""

from api.identity import codes, lockout, repository, sessions
from api.identity.errors import WrongCredentials
from api.identity.events import PasswordChanged
from api.identity.model import CodePurpose, User
from api.identity.passwords import PASSWORDS
from api.identity.schema import PasswordChange, PasswordReset, Tokens
from api.kit.errors import NotFound
from api.kit.work import Work


async def reset(work: Work, draft: PasswordReset) -> None:
    """Set a new password by a code; raise `WrongCode`."""
    hashing = work[PASSWORDS].hash(draft.new_password.get_secret_value())
    new_hash = await work.without_connection(hashing)
    user = await codes.use(
        work, draft.destination, CodePurpose.PASSWORD_RESET, draft.code.get_secret_value()
    )
    await repository.verify(work, user.id, draft.destination)
    await _replace(work, user, new_hash, "user.password.reset")


async def change(work: Work, draft: PasswordChange) -> Tokens:
    """Set a new password and begin a session with it; raise `WrongCredentials`."""
    user = await repository.user(work, work.actor.id)
    if user is None:
        raise NotFound
    tried = await lockout.attempt(work, user, str(user.id))
    matching = work[PASSWORDS].matches(
        draft.current_password.get_secret_value(), user.password_hash
    )
    fits = await work.without_connection(matching)
    new_hash = None
    if fits and tried.allowed:
        hashing = work[PASSWORDS].hash(draft.new_password.get_secret_value())
        new_hash = await work.without_connection(hashing)
    locked = await repository.lock_user(work, user.id)
    if new_hash is None or locked is None or locked.password_hash != user.password_hash:
        lockout.failed(work, tried, user, str(user.id))
        raise WrongCredentials("The current password is wrong")
    await lockout.succeeded(work, tried)
    device = await sessions.device_of(work)
    await _replace(work, user, new_hash, "user.password.change")
    return await sessions.open_session(work, user, device, draft.carrier)


async def _replace(work: Work, user: User, new_hash: str, act: str) -> None:
    await repository.set_password(work, user.id, new_hash)
    await sessions.end_all(work, user.id, "password")
    work.record(act, "user", user.id)
    contact = user.phone or user.email
    if contact is not None:
        work.emit(PasswordChanged(user.id, contact, user.locale))
