"""The door of webhooks, for super admins."""

from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.page import page_of
from api.kit.schema import Empty, Nothing, PageView
from api.kit.work import Work
from api.webhooks import repository, service
from api.webhooks.schema import (
    MessagePath,
    MessageQuery,
    MessageView,
    NewWebhookView,
    SecretView,
    WebhookChange,
    WebhookDraft,
    WebhookPath,
    WebhookQuery,
    WebhookView,
)


async def listed_webhooks(
    work: Work, _path: Nothing, query: WebhookQuery, _body: Nothing
) -> PageView[WebhookView]:
    """Webhooks of services, newest first."""
    found, total = await repository.page(work, query)
    return page_of(query, [WebhookView.of(one) for one in found], total)


async def add_webhook(
    work: Work, _path: Nothing, _query: Nothing, draft: WebhookDraft
) -> NewWebhookView:
    """Tell a service's server of events; the answer is the only place where the secret is."""
    return await service.add(work, draft)


async def webhook(work: Work, path: WebhookPath, _query: Nothing, _body: Nothing) -> WebhookView:
    """One webhook: where it sends, and since when that fails."""
    return WebhookView.of(await service.get(work, path.webhook_id))


async def change_webhook(
    work: Work, path: WebhookPath, _query: Nothing, draft: WebhookChange
) -> WebhookView:
    """Change a webhook, or switch it on or off; what waits is sent when it is on."""
    return WebhookView.of(await service.change(work, path.webhook_id, draft))


async def delete_webhook(work: Work, path: WebhookPath, _query: Nothing, _body: Nothing) -> Empty:
    """Delete a webhook: nothing is sent any more."""
    await service.delete(work, path.webhook_id)
    return Empty()


async def replace_webhook_secret(
    work: Work, path: WebhookPath, _query: Nothing, _body: Nothing
) -> SecretView:
    """Make a new secret; for a day messages bear signatures of both."""
    return await service.replace_secret(work, path.webhook_id)


async def webhook_messages(
    work: Work, path: WebhookPath, query: MessageQuery, _body: Nothing
) -> PageView[MessageView]:
    """What a webhook was told in the last week, newest first, and how far that got."""
    await service.get(work, path.webhook_id)
    found, total = await repository.messages(work, path.webhook_id, query)
    return page_of(query, [MessageView.of(one) for one in found], total)


async def send_webhook_message_again(
    work: Work, path: MessagePath, _query: Nothing, _body: Nothing
) -> MessageView:
    """Send a message again, under the same id."""
    return MessageView.of(await service.send_again(work, path.webhook_id, path.message_id))


_ALL = "/api/v1/admin/webhooks"
_ONE = f"{_ALL}/{{webhookId}}"
_PERMISSION = "webhook:manage"

ENDPOINTS = (
    Endpoint("GET", _ALL, listed_webhooks, _PERMISSION, Owner.PLATFORM),
    Endpoint(
        "POST",
        _ALL,
        add_webhook,
        _PERMISSION,
        Owner.PLATFORM,
        status=201,
        idempotency=Idempotency.UNUSED,  # an answer that holds a secret is not kept for retries
    ),
    Endpoint("GET", _ONE, webhook, _PERMISSION, Owner.PLATFORM, versioned=True),
    Endpoint("PUT", _ONE, change_webhook, _PERMISSION, Owner.PLATFORM, versioned=True),
    Endpoint("DELETE", _ONE, delete_webhook, _PERMISSION, Owner.PLATFORM, status=204),
    Endpoint(
        "POST",
        f"{_ONE}/secret",
        replace_webhook_secret,
        _PERMISSION,
        Owner.PLATFORM,
        idempotency=Idempotency.UNUSED,  # as above
    ),
    Endpoint("GET", f"{_ONE}/messages", webhook_messages, _PERMISSION, Owner.PLATFORM),
    Endpoint(
        "POST",
        f"{_ONE}/messages/{{messageId}}/send-again",
        send_webhook_message_again,
        _PERMISSION,
        Owner.PLATFORM,
    ),
)
