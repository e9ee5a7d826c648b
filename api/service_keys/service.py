"""API keys: handed out once, each with its scopes, revoked for good."""

import secrets
from collections.abc import Iterable

from api.companies import repository as company_rows
from api.identity import service as identity
from api.identity.guard import KEY_PREFIX, TEST_KEY_PREFIX
from api.identity.tokens import TOKENS, hashed
from api.kit.actor import PUBLIC, SIGNED_IN, carries
from api.kit.clock import real_now
from api.kit.errors import FieldError, InvalidInput, NotFound
from api.kit.ids import ApiKeyId, CompanyId, UserId, ZoneId, new_id
from api.kit.resources import Key
from api.kit.work import Work
from api.service_keys import repository
from api.service_keys.model import ApiKey
from api.service_keys.schema import KeyDraft, NewKeyView
from api.zones import repository as zone_rows

GRANTABLE: Key[frozenset[str]] = Key("permissions that a key may carry")

_NEVER = frozenset({PUBLIC, SIGNED_IN, "admin:*", "key:*", "webhook:*", "carry:*"})
_LIVE_ONLY = frozenset({"monitoring:*", "setting:*"})
_SECRET_BYTES = 24


def grantable(permissions: Iterable[str]) -> frozenset[str]:
    """Return which of the endpoints' permissions a key may carry.

    Not those over the staff and the keys (a key could make itself another), and not a courier's.
    """
    return frozenset(one for one in permissions if not carries(_NEVER, one))


async def add(work: Work, draft: KeyDraft) -> NewKeyView:
    """Make a key and return it; the only time that anybody can read it."""
    _check_scopes(work, draft.scopes, _test_scopes(work) if draft.is_test else work[GRANTABLE])
    now = real_now()
    if draft.expires_at is not None and draft.expires_at <= now:
        raise _wrong("expiresAt", "in_the_past", "must lie ahead; leave it out for no end")
    key_id = ApiKeyId(new_id())
    text = _text(work, key_id, TEST_KEY_PREFIX if draft.is_test else KEY_PREFIX)
    key = ApiKey(
        id=key_id,
        user_id=await _service(work, draft),
        name=draft.name,
        key_hash=hashed(text),
        scopes=list(draft.scopes),
        rate_per_min=draft.rate_per_min,
        expires_at=draft.expires_at,
        last_used_at=None,
        revoked_at=None,
        is_test=draft.is_test,
        created_by_user_id=work.actor.user_id,
        created_at=now,
    )
    await repository.add(work, key)
    work.record("api_key.add", "api_key", key_id, new=_audited(key))
    return NewKeyView.holding(await repository.listed(work, key_id), text)


async def revoke(work: Work, key_id: ApiKeyId) -> None:
    """End a key for good, within a second; ending it again changes nothing."""
    key = await repository.lock(work, key_id)
    if key is None:
        raise NotFound("There is no such API key")
    if key.revoked_at is None:
        await repository.revoke(work, key_id, real_now())
        work.record("api_key.revoke", "api_key", key_id, old=_audited(key))


def _test_scopes(work: Work) -> frozenset[str]:
    """Return what a test key may carry: nothing about the live programs themselves."""
    return frozenset(one for one in work[GRANTABLE] if not carries(_LIVE_ONLY, one))


def _check_scopes(work: Work, scopes: Iterable[str], known: frozenset[str]) -> None:
    """Raise `InvalidInput` for a scope that opens nothing, or more than the caller has."""
    for place, scope in enumerate(scopes):
        opened = [one for one in known if carries(frozenset({scope}), one)]
        if not opened:
            message = f"must be one of {', '.join(sorted(known))}"
            raise _wrong(f"scopes.{place}", "unknown_scope", message)
        if lacking := sorted(one for one in opened if not work.actor.may(one)):
            message = f"you have no {lacking[0]} yourself, so you cannot hand it out"
            raise _wrong(f"scopes.{place}", "beyond_yours", message)


async def _service(work: Work, draft: KeyDraft) -> UserId:
    """Return the account that the key acts as: the one named, or a new one."""
    if draft.service_id is not None:
        known = await repository.service(work, draft.service_id, is_test=draft.is_test)
        if known is None:
            kind = "test" if draft.is_test else "live"
            raise _wrong("serviceId", "unknown_service", f"there is no such {kind} service")
        return known
    for place, zone_id in enumerate(draft.zone_ids):
        if not await _zone_is_there(work, zone_id, is_test=draft.is_test):
            raise _wrong(f"zoneIds.{place}", "unknown_zone", "there is no such zone")
    company_id = draft.company_id
    if company_id is not None and not await _company_is_there(
        work, company_id, is_test=draft.is_test
    ):
        raise _wrong("companyId", "unknown_company", "there is no such company")
    account = await identity.add_service(work, draft.name)
    if draft.is_test:
        await repository.to_sandbox(work, account.id)
    zone_ids = list(draft.zone_ids)
    await repository.keep_service(work, account.id, company_id, zone_ids, is_test=draft.is_test)
    return account.id


async def _zone_is_there(work: Work, zone_id: ZoneId, *, is_test: bool) -> bool:
    if is_test:
        return await repository.zone_in_sandbox(work, zone_id)
    return await zone_rows.zone(work, zone_id) is not None


async def _company_is_there(work: Work, company_id: CompanyId, *, is_test: bool) -> bool:
    if is_test:
        return await repository.company_in_sandbox(work, company_id)
    return await company_rows.company(work, company_id) is not None


def _text(work: Work, key_id: ApiKeyId, prefix: str) -> str:
    """Return a new key: its id, its secret, and our mark over both."""
    text = f"{prefix}{key_id.hex}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return text + work[TOKENS].mark(text)


def _wrong(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError(field, code, message)])


def _audited(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "serviceId": str(key.user_id),
        "scopes": key.scopes,
        "ratePerMin": key.rate_per_min,
        "isTest": key.is_test,
        "expiresAt": None if key.expires_at is None else key.expires_at.isoformat(),
    }
