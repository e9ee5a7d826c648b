"""API keys: handed out once, each with its scopes, revoked for good."""

import secrets
from collections.abc import Iterable

from api.companies import repository as company_rows
from api.identity import service as identity
from api.identity.guard import KEY_PREFIX
from api.identity.tokens import TOKENS, hashed
from api.kit.actor import PUBLIC, SIGNED_IN, carries
from api.kit.clock import real_now
from api.kit.errors import FieldError, InvalidInput, NotFound
from api.kit.ids import ApiKeyId, UserId, new_id
from api.kit.resources import Key
from api.kit.work import Work
from api.service_keys import repository
from api.service_keys.model import ApiKey
from api.service_keys.schema import KeyDraft, NewKeyView
from api.zones import repository as zone_rows

GRANTABLE: Key[frozenset[str]] = Key("permissions that a key may carry")

_NEVER = frozenset({PUBLIC, SIGNED_IN, "admin:*", "key:*", "carry:*"})
_SECRET_BYTES = 24


def grantable(permissions: Iterable[str]) -> frozenset[str]:
    """Return which of the endpoints' permissions a key may carry.

    Not those over the staff and the keys (a key could make itself another), and not a courier's.
    """
    return frozenset(one for one in permissions if not carries(_NEVER, one))


async def add(work: Work, draft: KeyDraft) -> NewKeyView:
    """Make a key and return it; the only time that anybody can read it."""
    _check_scopes(work, draft.scopes)
    now = real_now()
    if draft.expires_at is not None and draft.expires_at <= now:
        raise _wrong("expiresAt", "in_the_past", "must lie ahead; leave it out for no end")
    key_id = ApiKeyId(new_id())
    text = _text(work, key_id)
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


def _check_scopes(work: Work, scopes: Iterable[str]) -> None:
    """Raise `InvalidInput` for a scope that opens nothing, or more than the caller has."""
    known = work[GRANTABLE]
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
        known = await repository.service(work, draft.service_id)
        if known is None:
            raise _wrong("serviceId", "unknown_service", "there is no such service")
        return known
    for place, zone_id in enumerate(draft.zone_ids):
        if await zone_rows.zone(work, zone_id) is None:
            raise _wrong(f"zoneIds.{place}", "unknown_zone", "there is no such zone")
    company_id = draft.company_id
    if company_id is not None and await company_rows.company(work, company_id) is None:
        raise _wrong("companyId", "unknown_company", "there is no such company")
    account = await identity.add_service(work, draft.name)
    await repository.keep_service(work, account.id, company_id, list(draft.zone_ids))
    return account.id


def _text(work: Work, key_id: ApiKeyId) -> str:
    """Return a new key: its id, its secret, and our mark over both."""
    text = f"{KEY_PREFIX}{key_id.hex}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return text + work[TOKENS].mark(text)


def _wrong(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError(field, code, message)])


def _audited(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "serviceId": str(key.user_id),
        "scopes": key.scopes,
        "ratePerMin": key.rate_per_min,
        "expiresAt": None if key.expires_at is None else key.expires_at.isoformat(),
    }
