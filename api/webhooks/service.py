"""Webhooks: made for a service, changed, their secret replaced, switched off, sent to again."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from api.integrations.outbound import networks_of, wrong_with
from api.kit.clock import real_now
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import WebhookId, new_id
from api.kit.seal import SEAL, Broken, Seal
from api.kit.work import Work
from api.settings import SETTINGS
from api.webhooks import repository
from api.webhooks.model import Due, Message, Webhook
from api.webhooks.retrying import SECRET_OVERLAP, TRIES
from api.webhooks.schema import NewWebhookView, SecretView, WebhookChange, WebhookDraft, WebhookView
from api.webhooks.signing import new_secret


async def get(work: Work, webhook_id: WebhookId) -> Webhook:
    """Return a webhook; raise `NotFound`."""
    found = await repository.webhook(work, webhook_id)
    if found is None:
        raise _no_webhook()
    return found


async def add(work: Work, draft: WebhookDraft) -> NewWebhookView:
    """Make a webhook of a service; the only time that anybody can read its secret."""
    if await repository.service(work, draft.service_id) is None:
        raise _wrong("serviceId", "unknown_service", "there is no such live service with a key")
    _check_url(work, draft)
    now, secret, webhook_id = real_now(), new_secret(), WebhookId(new_id())
    webhook = Webhook(
        id=webhook_id,
        user_id=draft.service_id,
        name=draft.name,
        url=draft.url,
        events=list(draft.events),
        secret_sealed=work[SEAL].close(secret, _about(webhook_id)),
        former_secret_sealed=None,
        former_until=None,
        is_active=draft.is_active,
        off_reason=None,
        failing_since=None,
        version=1,
        created_by_user_id=work.actor.user_id,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
    await repository.add(work, webhook)
    work.record("webhook.add", "webhook", webhook_id, new=_audited(webhook))
    return NewWebhookView(webhook=WebhookView.of(webhook), secret=secret)


async def change(work: Work, webhook_id: WebhookId, draft: WebhookChange) -> Webhook:
    """Change a webhook; what it could not take while it was off or failing is tried again."""
    old = await _lock(work, webhook_id)
    work.check_version(old.version)
    _check_url(work, draft)
    changed = replace(
        old,
        name=draft.name,
        url=draft.url,
        events=list(draft.events),
        is_active=draft.is_active,
        off_reason=None,
        failing_since=None,
        version=old.version + 1,
        updated_at=real_now(),
    )
    await repository.save(work, changed)
    work.record("webhook.change", "webhook", webhook_id, old=_audited(old), new=_audited(changed))
    return changed


async def delete(work: Work, webhook_id: WebhookId) -> None:
    """End a webhook for good; its secrets go now, its messages within the hour."""
    old = await _lock(work, webhook_id)
    now = real_now()
    gone = replace(
        old,
        secret_sealed=b"",
        former_secret_sealed=None,
        former_until=None,
        is_active=False,
        updated_at=now,
        deleted_at=now,
    )
    await repository.save(work, gone)
    work.record("webhook.delete", "webhook", webhook_id, old=_audited(old))


async def replace_secret(work: Work, webhook_id: WebhookId) -> SecretView:
    """Make a new secret; the one before signs too for a day, so that nothing is missed."""
    old = await _lock(work, webhook_id)
    now, secret = real_now(), new_secret()
    changed = replace(
        old,
        secret_sealed=work[SEAL].close(secret, _about(webhook_id)),
        former_secret_sealed=old.secret_sealed,
        former_until=now + SECRET_OVERLAP,
        version=old.version + 1,
        updated_at=now,
    )
    await repository.save(work, changed)
    work.record("webhook.replace_secret", "webhook", webhook_id)
    return SecretView(secret=secret, former_until=now + SECRET_OVERLAP)


async def send_again(work: Work, webhook_id: WebhookId, message_id: UUID) -> Message:
    """Send a message at once, whatever became of it; raise `Conflict` while it is under way."""
    await get(work, webhook_id)
    message = await repository.lock_message(work, webhook_id, message_id)
    if message is None:
        raise NotFound("There is no such message")
    now = real_now()
    if message.leased_until is not None and message.leased_until > now:
        raise Conflict("It is being sent right now: look again in a minute")
    await repository.send_again(work, message_id, TRIES, now)
    work.record("webhook.send_again", "webhook", webhook_id, new={"messageId": str(message_id)})
    found = await repository.lock_message(work, webhook_id, message_id)
    return found or message


async def switch_off(work: Work, webhook_id: WebhookId, reason: str) -> None:
    """Switch a webhook off that takes nothing any more, and say so in the audit trail."""
    old = await repository.lock(work, webhook_id)
    if old is None or not old.is_active:
        return
    off = replace(
        old, is_active=False, off_reason=reason, version=old.version + 1, updated_at=real_now()
    )
    await repository.save(work, off)
    new = _audited(off) | {"offReason": reason}
    work.record("webhook.switch_off", "webhook", webhook_id, old=_audited(old), new=new)


def secrets_of(seal: Seal, webhook: Due) -> list[str]:
    """Return the secrets that sign now, the newest first; raise `Broken` where that cannot be read.

    A former one that cannot be read is why it was replaced: it is left out.
    """
    held = [seal.open(webhook.secret_sealed, _about(webhook.id))]
    former, until = webhook.former_secret_sealed, webhook.former_until
    if former is not None and until is not None and until > real_now():
        with suppress(Broken):
            held.append(seal.open(former, _about(webhook.id)))
    return held


async def _lock(work: Work, webhook_id: WebhookId) -> Webhook:
    found = await repository.lock(work, webhook_id)
    if found is None:
        raise _no_webhook()
    return found


def _check_url(work: Work, draft: WebhookChange) -> None:
    problem = wrong_with(draft.url, networks_of(work[SETTINGS].webhook_networks))
    if problem is not None:
        raise _wrong("url", "bad_address", problem)


def _about(webhook_id: WebhookId) -> bytes:
    """Return what a webhook's secrets are sealed about."""
    return b"webhook" + webhook_id.bytes


def _no_webhook() -> NotFound:
    return NotFound("There is no such webhook")


def _wrong(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError(field, code, message)])


def _audited(webhook: Webhook) -> dict[str, object]:
    return {
        "name": webhook.name,
        "serviceId": str(webhook.user_id),
        "url": webhook.url,
        "events": webhook.events,
        "isActive": webhook.is_active,
    }
