"""What super admins send about webhooks and get."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, field_validator

from api.kit.ids import UserId, WebhookId
from api.kit.schema import Draft, Moment, PageQuery, ShortText, View
from api.webhooks.model import Message, MessageStatus, Webhook

Topic = Literal[
    "order.placed",
    "order.moved",
    "delivery.moved",
    "delivery.eta",
    "stop.reached",
    "courier.moved",
    "courier.zone",
    "alert.changed",
]
"""Events that webhooks may be told of; each is told as sockets are."""


class WebhookChange(Draft):
    """Where to send which events; `isActive` switches it on again, too."""

    name: ShortText
    url: Annotated[str, Field(max_length=2000, examples=["https://shop.example/hooks"])]
    events: Annotated[list[Topic], Field(min_length=1, max_length=8)]
    is_active: bool = True

    @field_validator("events")
    @classmethod
    def _each_once(cls, events: list[Topic]) -> list[Topic]:
        return sorted(set(events))


class WebhookDraft(WebhookChange):
    """A new webhook of a service (`serviceId`): it is told what the service's keys may read."""

    service_id: UserId


class WebhookPath(Draft):
    """Which webhook."""

    webhook_id: WebhookId


class MessagePath(WebhookPath):
    """Which message of which webhook."""

    message_id: UUID


class WebhookQuery(PageQuery):
    """Which webhooks: of one service, switched on or off."""

    service_id: UserId | None = None
    is_active: bool | None = None


class MessageQuery(PageQuery):
    """Which messages: waiting, delivered, given up."""

    status: MessageStatus | None = None


class WebhookView(View):
    """A webhook, without its secret."""

    id: WebhookId
    service_id: UserId
    name: str
    url: str
    events: list[str]
    is_active: bool
    off_reason: str | None
    failing_since: Moment | None
    former_until: Moment | None
    version: int
    created_by_user_id: UserId | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Return the view of `webhook`."""
        plain = {n: getattr(webhook, n) for n in WebhookView.model_fields if n != "service_id"}
        return cls(service_id=webhook.user_id, **plain)


class NewWebhookView(View):
    """A new webhook, with the secret that is shown only once."""

    webhook: WebhookView
    secret: str


class SecretView(View):
    """A new secret, shown only once; the former one signs too until `formerUntil`."""

    secret: str
    former_until: Moment


class MessageView(View):
    """A message: what was sent, and how far that got."""

    id: UUID
    event_id: UUID
    topic: str
    body: str
    status: MessageStatus
    attempts: int
    tries_left: int
    next_at: Moment | None
    tried_at: Moment | None
    answer_status: int | None
    last_error: str | None
    created_at: Moment

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return the view of `message`."""
        plain = {n: getattr(message, n) for n in cls.model_fields if n != "next_at"}
        waits = message.status is MessageStatus.WAITING
        return cls(next_at=message.next_at if waits else None, **plain)
