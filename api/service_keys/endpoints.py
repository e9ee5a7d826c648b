"""The door of API keys, for super admins."""

from api.kit.clock import real_now
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.page import offset_of, page_of
from api.kit.schema import Empty, Nothing, PageView
from api.kit.work import Work
from api.service_keys import repository, service
from api.service_keys.schema import KeyDraft, KeyPath, KeyQuery, KeyView, NewKeyView


async def listed_keys(
    work: Work, _path: Nothing, query: KeyQuery, _body: Nothing
) -> PageView[KeyView]:
    """API keys of external services, newest first; their secrets are not kept."""
    found, total = await repository.page(
        work,
        query.service_id,
        query.is_active,
        query.is_test,
        real_now(),
        query.page_size,
        offset_of(query),
    )
    return page_of(query, [KeyView.of(key) for key in found], total)


async def add_key(work: Work, _path: Nothing, _query: Nothing, draft: KeyDraft) -> NewKeyView:
    """Make an API key; the answer is the only place where it can be read."""
    return await service.add(work, draft)


async def revoke_key(work: Work, path: KeyPath, _query: Nothing, _body: Nothing) -> Empty:
    """Revoke an API key: within a second it opens nothing any more."""
    await service.revoke(work, path.api_key_id)
    return Empty()


_KEYS = "/api/v1/admin/api-keys"
_PERMISSION = "key:manage"

ENDPOINTS = (
    Endpoint("GET", _KEYS, listed_keys, _PERMISSION, Owner.PLATFORM),
    Endpoint(
        "POST",
        _KEYS,
        add_key,
        _PERMISSION,
        Owner.PLATFORM,
        status=201,
        idempotency=Idempotency.UNUSED,  # an answer that holds a secret is not kept for retries
    ),
    Endpoint(
        "DELETE", f"{_KEYS}/{{apiKeyId}}", revoke_key, _PERMISSION, Owner.PLATFORM, status=204
    ),
)
