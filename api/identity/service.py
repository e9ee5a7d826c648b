"""Accounts: registering, confirming, signing in."""

from dataclasses import replace
from datetime import timedelta

from pydantic import Secret

from api.identity import codes, lockout, repository, sessions
from api.identity.errors import WrongCode, WrongCredentials
from api.identity.events import KnownContactRegistered
from api.identity.model import CodePurpose, CustomerKind, User
from api.identity.passwords import PASSWORDS
from api.identity.schema import CodeCheck, CodeSent, Login, Registration, Tokens
from api.identity.tokens import TOKENS
from api.kit.actor import Role
from api.kit.db import UniqueViolation
from api.kit.errors import FieldError, InvalidInput, NotFound
from api.kit.ids import CompanyId, UserId, new_id
from api.kit.work import Work


async def register(work: Work, draft: Registration) -> CodeSent:
    """Open an account that a code confirms; a known contact costs and answers the same."""
    hashing = work[PASSWORDS].hash(draft.password.get_secret_value())
    password_hash = await work.without_connection(hashing)
    if draft.zone_id is not None and not await repository.zone_is_open(work, draft.zone_id):
        unknown = FieldError("zoneId", "unknown_zone", "there is no such zone: see delivery-zones")
        raise InvalidInput(fields=[unknown])
    account = await _account(work, draft)
    if account.is_verified:
        sent = await codes.send(work, None, draft.contact, CodePurpose.REGISTRATION)
        work.emit(KnownContactRegistered(account.id, draft.contact, account.locale))
        return sent
    registered = replace(
        account,
        role=draft.role,
        customer_kind=draft.customer_kind,
        zone_ids=[] if draft.zone_id is None else [draft.zone_id],
        password_hash=password_hash,
        first_name=draft.first_name,
        last_name=draft.last_name,
        locale=draft.locale,
        updated_at=work.now,
    )
    await repository.register_again(work, registered)
    return await codes.send(work, registered, draft.contact, CodePurpose.REGISTRATION)


async def _account(work: Work, draft: Registration) -> User:
    """Return the account of the contact: the one there is, or one nobody can sign in to yet."""
    known = await repository.user_by_login(work, draft.contact)
    if known is not None:
        return known
    newcomer = replace(
        new_user(work, draft.role, draft.first_name, draft.last_name),
        phone=draft.phone,
        email=draft.email,
    )
    try:
        async with work.db.transaction():
            await repository.add_user(work, newcomer)
    except UniqueViolation:  # the same registration, sent twice at once
        return await _account(work, draft)
    return newcomer


async def check_code(work: Work, check: CodeCheck) -> Tokens:
    """Confirm an account or sign in by a code; raise `WrongCode` and count the try otherwise.

    Anybody may register a phone or e-mail address until somebody confirms it. The owner's code must
    never confirm what a stranger registered last: so who confirms also knows the password.
    """
    registered = None
    if check.password is not None:
        known = await repository.user_by_login(work, check.destination)
        if await _fits(work, known, check.password):
            registered = known
    secret = check.code.get_secret_value()
    is_link = check.purpose is CodePurpose.LOGIN and len(secret) > codes.DIGITS
    purpose = CodePurpose.LOGIN_LINK if is_link else check.purpose
    user = await codes.use(work, check.destination, purpose, secret)
    if check.password is not None:
        if registered is None or registered.password_hash != user.password_hash:
            raise WrongCode("Another password was registered meanwhile: register again")
        await repository.verify(work, user.id, check.destination)
        work.record("user.register", "user", user.id, new={"role": user.role})
    return await sessions.open_session(work, user, check.device, check.carrier)


async def login(work: Work, draft: Login) -> Tokens:
    """Sign in by password; raise `WrongCredentials` after the same work for every reason."""
    user = await repository.user_by_login(work, draft.login)
    known = user if user is not None and user.is_active and user.is_verified else None
    tried = await lockout.attempt(work, known, draft.login)
    fits = await _fits(work, known, draft.password) and tried.allowed
    renewed = await _renewed(work, known, draft.password) if fits else None
    if known is None or not fits or not await _is_still(work, known):
        lockout.failed(work, tried, known, draft.login)
        raise WrongCredentials
    await lockout.succeeded(work, tried)
    if renewed is not None:
        await repository.set_password(work, known.id, renewed)
    return await sessions.open_session(work, known, draft.device, draft.carrier)


async def _fits(work: Work, user: User | None, password: Secret[str]) -> bool:
    """Tell whether the password is the user's; for nobody the same work, and no."""
    kept = None if user is None else user.password_hash
    matching = work[PASSWORDS].matches(password.get_secret_value(), kept)
    return await work.without_connection(matching)


async def _renewed(work: Work, user: User | None, password: Secret[str]) -> str | None:
    """Return the password hashed as we do today, where it was hashed otherwise."""
    kept = None if user is None else user.password_hash
    if kept is None or not work[PASSWORDS].is_outdated(kept):
        return None
    return await work.without_connection(work[PASSWORDS].hash(password.get_secret_value()))


async def _is_still(work: Work, known: User) -> bool:
    """Hold the account; tell whether nobody changed its password or blocked it meanwhile."""
    now = await repository.lock_user(work, known.id)
    return now is not None and now.is_active and now.password_hash == known.password_hash


async def me(work: Work) -> User:
    """Return the signed-in user."""
    user = await repository.user(work, work.actor.id)
    if user is None:
        raise NotFound
    return user


async def add_staff(
    work: Work,
    *,
    role: Role,
    email: str,
    password: str | None,
    first_name: str,
    last_name: str,
    company_id: CompanyId | None = None,
) -> User:
    """Open a confirmed account on somebody's behalf; raise `InvalidInput` where it is taken."""
    password_hash = await work[PASSWORDS].hash(password) if password is not None else None
    user = replace(
        new_user(work, role, first_name, last_name),
        email=email,
        password_hash=password_hash,
        company_id=company_id,
        email_verified_at=work.now,
    )
    try:
        async with work.db.transaction():
            await repository.add_user(work, user)
    except UniqueViolation as error:
        taken = FieldError("email", "taken", "there is an account with this address already")
        raise InvalidInput(fields=[taken]) from error
    work.record("user.add", "user", user.id, new={"role": role, "companyId": str(company_id)})
    return user


async def add_service(work: Work, name: str) -> User:
    """Open the account that a program acts as; nobody signs in to it."""
    user = new_user(work, Role.SERVICE, name, "")
    await repository.add_user(work, user)
    return user


async def login_link_secret(work: Work, user: User, life: timedelta) -> str:
    """Return the secret of a link that signs `user` in once."""
    code_id = new_id()
    secret = work[TOKENS].link_secret(code_id)
    destination = str(user.email).lower()
    await codes.keep(work, code_id, user.id, destination, CodePurpose.LOGIN_LINK, secret, life)
    return secret


def new_user(work: Work, role: Role, first_name: str, last_name: str) -> User:
    """Return a user without contact and as yet unconfirmed."""
    return User(
        id=UserId(new_id()),
        role=role,
        customer_kind=CustomerKind.INDIVIDUAL if role is Role.CUSTOMER else None,
        email=None,
        phone=None,
        password_hash=None,
        first_name=first_name,
        last_name=last_name,
        locale="en",
        company_id=None,
        zone_ids=[],
        permissions=[],
        is_active=True,
        email_verified_at=None,
        phone_verified_at=None,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
