"""Accounts: registering, confirming, signing in."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from api.identity import repository, sessions
from api.identity.errors import WrongCode, WrongCredentials
from api.identity.events import CodeRequested, KnownPhoneRegistered
from api.identity.model import CodePurpose, OneTimeCode, User
from api.identity.passwords import PASSWORDS
from api.identity.schema import CodeCheck, CodeSent, Login, Registration, Tokens
from api.identity.tokens import TOKENS, hashed
from api.kit.actor import Role
from api.kit.clock import real_now
from api.kit.db import UniqueViolation
from api.kit.errors import FieldError, InvalidInput, NotFound
from api.kit.ids import CompanyId, UserId, new_id
from api.kit.work import Work
from api.settings import SETTINGS

MAX_TRIES = 5


async def register(work: Work, draft: Registration) -> CodeSent:
    """Open an account that a code confirms; a known phone costs and answers the same."""
    password_hash = await work[PASSWORDS].hash(draft.password.get_secret_value())
    account = await _account(work, draft)
    if account.is_verified:
        work.emit(KnownPhoneRegistered(account.id, draft.phone, account.locale))
    else:
        registered = replace(
            account,
            role=draft.role,
            password_hash=password_hash,
            first_name=draft.first_name,
            last_name=draft.last_name,
            locale=draft.locale,
            updated_at=work.now,
        )
        await repository.register_again(work, registered)
        code_id = await _add_code(work, registered, draft.phone, CodePurpose.REGISTRATION)
        work.emit(CodeRequested(code_id, draft.phone, draft.locale))
    return CodeSent(destination=draft.phone, expires_in_s=work[SETTINGS].code_s)


async def _account(work: Work, draft: Registration) -> User:
    """Return the account of the phone: the one there is, or a new one nobody can sign in to yet."""
    known = await repository.user_by_login(work, draft.phone)
    if known is not None:
        return known
    newcomer = replace(
        _new_user(work, draft.role, draft.first_name, draft.last_name), phone=draft.phone
    )
    try:
        async with work.db.transaction():
            await repository.add_user(work, newcomer)
    except UniqueViolation:  # the same registration, sent twice at once
        return await _account(work, draft)
    return newcomer


async def check_code(work: Work, check: CodeCheck) -> Tokens:
    """Confirm an account or sign in by a code; raise `WrongCode` and count the try otherwise."""
    code = await repository.lock_code(work, check.destination, check.purpose)
    if code is None or code.attempts >= MAX_TRIES or code.expires_at <= real_now():
        raise WrongCode
    if hashed(check.code.get_secret_value()) != code.code_hash:
        await repository.note_try(work, code.id)
        raise WrongCode
    await repository.use_code(work, code.id, real_now())
    user = await repository.user(work, code.user_id)
    if user is None or not user.is_active:
        raise WrongCode
    if check.purpose is CodePurpose.REGISTRATION:
        await repository.verify_phone(work, user.id)
        work.record("user.register", "user", user.id, new={"role": user.role})
    return await sessions.open_session(work, user, check.device, check.carrier)


async def login(work: Work, draft: Login) -> Tokens:
    """Sign in by password; raise `WrongCredentials` after the same work for every reason."""
    user = await repository.user_by_login(work, draft.login)
    known = user if user is not None and user.is_active and user.is_verified else None
    password_hash = known.password_hash if known else None
    fits = await work[PASSWORDS].matches(draft.password.get_secret_value(), password_hash)
    if known is None or not fits:
        raise WrongCredentials
    return await sessions.open_session(work, known, draft.device, draft.carrier)


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
        _new_user(work, role, first_name, last_name),
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


async def login_link_secret(work: Work, user: User, life: timedelta) -> str:
    """Return the secret of a link that signs `user` in once."""
    code_id = UserId(new_id())
    secret = work[TOKENS].link_secret(code_id)
    destination = str(user.email).lower()
    await _keep_code(work, code_id, user, destination, CodePurpose.LOGIN, secret, life)
    return secret


async def _add_code(work: Work, user: User, destination: str, purpose: CodePurpose) -> UUID:
    code_id = UserId(new_id())
    life = timedelta(seconds=work[SETTINGS].code_s)
    secret = work[TOKENS].code(code_id)
    await _keep_code(work, code_id, user, destination, purpose, secret, life)
    return code_id


async def _keep_code(
    work: Work,
    code_id: UserId,
    user: User,
    destination: str,
    purpose: CodePurpose,
    secret: str,
    life: timedelta,
) -> None:
    now = real_now()
    code = OneTimeCode(
        id=code_id,
        user_id=user.id,
        destination=destination,
        purpose=purpose,
        code_hash=hashed(secret),
        attempts=0,
        expires_at=now + life,
        used_at=None,
        created_at=now,
    )
    await repository.add_code(work, code)


def _new_user(work: Work, role: Role, first_name: str, last_name: str) -> User:
    """Return a user without contact and as yet unconfirmed."""
    return User(
        id=UserId(new_id()),
        role=role,
        email=None,
        phone=None,
        password_hash=None,
        first_name=first_name,
        last_name=last_name,
        locale="en",
        company_id=None,
        is_active=True,
        email_verified_at=None,
        phone_verified_at=None,
        created_at=work.now,
        updated_at=work.now,
    )
