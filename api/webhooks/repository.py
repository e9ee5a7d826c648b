"""Every statement about webhooks and their messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam

from api.kit.actor import Role
from api.kit.db import Connection
from api.kit.ids import UserId, WebhookId
from api.kit.page import offset_of
from api.kit.statement import Command, Query, columns, inserting, locked, saving, selecting
from api.kit.work import Work
from api.webhooks.model import (
    Claimed,
    Due,
    Message,
    MessageStatus,
    Taker,
    Webhook,
    webhook_messages,
    webhooks,
)
from api.webhooks.schema import MessageQuery, WebhookQuery

_LIVING = selecting(Webhook, webhooks).where(webhooks.c.deleted_at.is_(None))
_ONE = Query(Webhook, _LIVING.where(webhooks.c.id == bindparam("id")))
_LOCK = Query(Webhook, locked(_LIVING.where(webhooks.c.id == bindparam("id"))))
_ADD = inserting(Webhook, webhooks)
_CHANGED = (
    "name",
    "url",
    "events",
    "secret_sealed",
    "former_secret_sealed",
    "former_until",
    "is_active",
    "off_reason",
    "failing_since",
    "version",
    "updated_at",
    "deleted_at",
)
_SAVE = saving(webhooks, _CHANGED)
_CHOSEN = """
    FROM webhooks
    WHERE deleted_at IS NULL AND (:service_id::uuid IS NULL OR user_id = :service_id)
      AND (:is_active::boolean IS NULL OR is_active = :is_active)
"""
_PAGE = Query(Webhook, f"SELECT * {_CHOSEN} ORDER BY id DESC LIMIT :limit OFFSET :offset")
_COUNT = Query(int, f"SELECT count(*) {_CHOSEN}")
_SERVICE = Query(
    UserId,
    f"""
    SELECT u.id FROM users AS u
    WHERE u.id = :id AND u.role = '{Role.SERVICE}' AND u.deleted_at IS NULL
      AND EXISTS (SELECT FROM api_keys AS k WHERE k.user_id = u.id AND NOT k.is_test)
    """,
)

_OF_WEBHOOK = """
    FROM webhook_messages
    WHERE webhook_id = :webhook_id AND (:status::text IS NULL OR status = :status)
"""
_MESSAGES = Query(Message, f"SELECT * {_OF_WEBHOOK} ORDER BY id DESC LIMIT :limit OFFSET :offset")
_COUNT_MESSAGES = Query(int, f"SELECT count(*) {_OF_WEBHOOK}")
_LOCK_MESSAGE = Query(
    Message,
    selecting(Message, webhook_messages)
    .where(
        webhook_messages.c.id == bindparam("id"),
        webhook_messages.c.webhook_id == bindparam("webhook_id"),
    )
    .with_for_update(),
)
_ADD_MESSAGE = inserting(Message, webhook_messages)
_AGAIN = Command(
    f"""
    UPDATE webhook_messages
    SET status = '{MessageStatus.WAITING}', tries_left = :tries, next_at = :now
    WHERE id = :id
    """
)

_OWNER_WORKS = "u.id = w.user_id AND u.is_active AND u.deleted_at IS NULL"
_TAKERS = Query(
    Taker,
    f"""
    SELECT w.id, w.user_id, u.company_id, u.zone_ids, ARRAY(
        SELECT DISTINCT s.scope FROM api_keys AS k, unnest(k.scopes) AS s(scope)
        WHERE k.user_id = w.user_id AND NOT k.is_test AND k.revoked_at IS NULL
          AND (k.expires_at IS NULL OR k.expires_at > :now)
    ) AS scopes
    FROM webhooks AS w JOIN users AS u ON {_OWNER_WORKS}
    WHERE w.is_active AND w.deleted_at IS NULL AND :topic = ANY(w.events)
    ORDER BY w.id
    """,
)
_WANTED = Query(
    str,
    """
    SELECT DISTINCT e.topic FROM webhooks AS w, unnest(w.events) AS e(topic)
    WHERE w.is_active AND w.deleted_at IS NULL
    """,
)
_DUE = Query(
    Due,
    f"""
    SELECT w.id, w.url, w.secret_sealed, w.former_secret_sealed, w.former_until, w.failing_since
    FROM webhooks AS w JOIN users AS u ON {_OWNER_WORKS}
    CROSS JOIN LATERAL (
        SELECT next_at FROM webhook_messages
        WHERE webhook_id = w.id AND status = 'waiting' AND next_at <= :now
        ORDER BY next_at LIMIT 1) AS first
    WHERE w.is_active AND w.deleted_at IS NULL
    ORDER BY first.next_at
    """,
)
_CLAIM = Query(
    Claimed,
    """
    UPDATE webhook_messages AS m
    SET attempts = m.attempts + 1, tries_left = m.tries_left - 1, tried_at = :now,
        leased_until = :until, next_at = :until
    FROM (
        SELECT c.id FROM unnest(:webhook_ids::uuid[], :places::int[]) AS w(id, places)
        CROSS JOIN LATERAL (
            SELECT id FROM webhook_messages
            WHERE webhook_id = w.id AND status = 'waiting' AND next_at <= :now
            ORDER BY next_at, id LIMIT w.places
            FOR UPDATE SKIP LOCKED) AS c
    ) AS claimed
    WHERE m.id = claimed.id
    RETURNING m.id, m.webhook_id, m.body, m.attempts, m.tries_left
    """,
)
_END = Command(
    """
    UPDATE webhook_messages
    SET status = :status, next_at = :next_at, leased_until = NULL,
        answer_status = :answer_status, last_error = :error
    WHERE id = :id AND attempts = :attempts AND leased_until IS NOT NULL
    """
)
_WORKS = Command(
    "UPDATE webhooks SET failing_since = NULL WHERE id = :id AND failing_since IS NOT NULL"
)
_FAILS = Command(
    "UPDATE webhooks SET failing_since = :now WHERE id = :id AND failing_since IS NULL"
)
_FORGET = Command(
    """
    DELETE FROM webhook_messages WHERE id IN (
        SELECT m.id FROM webhook_messages AS m JOIN webhooks AS w ON w.id = m.webhook_id
        WHERE m.created_at < :before OR w.deleted_at IS NOT NULL
        LIMIT :at_most)
    """
)
_FORGET_EMPTY = Command(
    """
    DELETE FROM webhooks AS w
    WHERE w.deleted_at < :before
      AND NOT EXISTS (SELECT FROM webhook_messages AS m WHERE m.webhook_id = w.id)
    """
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended: at `next_at` it is tried again where it waits."""

    status: MessageStatus
    next_at: datetime
    answer_status: int | None
    error: str | None


async def webhook(work: Work, webhook_id: WebhookId) -> Webhook | None:
    """Return a webhook."""
    return await _ONE.one(work.db, id=webhook_id)


async def lock(work: Work, webhook_id: WebhookId) -> Webhook | None:
    """Return a webhook and hold its row until the transaction ends."""
    return await _LOCK.one(work.db, id=webhook_id)


async def add(work: Work, added: Webhook) -> None:
    """Save a new webhook."""
    await _ADD.run(work.db, **columns(added))


async def save(work: Work, changed: Webhook) -> None:
    """Save a changed webhook."""
    await _SAVE.run(work.db, **columns(changed, ("id", *_CHANGED)))


async def page(work: Work, query: WebhookQuery) -> tuple[list[Webhook], int]:
    """Return some webhooks, newest first, and the number of all that fit."""
    chosen = {"service_id": query.service_id, "is_active": query.is_active}
    found = await _PAGE.all(work.db, **chosen, limit=query.page_size, offset=offset_of(query))
    return found, await _COUNT.value(work.db, **chosen)


async def service(work: Work, user_id: UserId) -> UserId | None:
    """Return the id of a live service account that has keys."""
    return await _SERVICE.one(work.db, id=user_id)


async def messages(
    work: Work, webhook_id: WebhookId, query: MessageQuery
) -> tuple[list[Message], int]:
    """Return some messages of a webhook, newest first, and the number of all that fit."""
    chosen = {"webhook_id": webhook_id, "status": query.status}
    found = await _MESSAGES.all(work.db, **chosen, limit=query.page_size, offset=offset_of(query))
    return found, await _COUNT_MESSAGES.value(work.db, **chosen)


async def lock_message(work: Work, webhook_id: WebhookId, message_id: UUID) -> Message | None:
    """Return a message and hold its row until the transaction ends."""
    return await _LOCK_MESSAGE.one(work.db, id=message_id, webhook_id=webhook_id)


async def add_message(work: Work, message: Message) -> None:
    """Save a message to send."""
    await _ADD_MESSAGE.run(work.db, **columns(message))


async def send_again(work: Work, message_id: UUID, tries: int, now: datetime) -> None:
    """Let a message be sent at once, and so many times in all where that fails."""
    await _AGAIN.run(work.db, id=message_id, tries=tries, now=now)


async def takers(work: Work, topic: str, now: datetime) -> list[Taker]:
    """Return every webhook that is switched on and wants events of a topic."""
    return await _TAKERS.all(work.db, topic=topic, now=now)


async def wanted(db: Connection) -> frozenset[str]:
    """Return the topics that some webhook wants."""
    return frozenset(await _WANTED.all(db))


async def due(db: Connection, now: datetime) -> list[Due]:
    """Return the webhooks that have messages to send, whoever has waited longest first."""
    return await _DUE.all(db, now=now)


async def claim(
    db: Connection, places: Mapping[WebhookId, int], now: datetime, until: datetime
) -> list[Claimed]:
    """Take up to so many due messages of each webhook until a moment; no other process has them."""
    return await _CLAIM.all(
        db, webhook_ids=list(places), places=list(places.values()), now=now, until=until
    )


async def end(db: Connection, message: Claimed, ended: Ended) -> bool:
    """Note how an attempt ended; False where it is not ours any more."""
    touched = await _END.run(
        db,
        id=message.id,
        attempts=message.attempts,
        status=ended.status,
        next_at=ended.next_at,
        answer_status=ended.answer_status,
        error=ended.error,
    )
    return touched > 0


async def works(db: Connection, webhook_id: WebhookId) -> None:
    """Note that a webhook took a message."""
    await _WORKS.run(db, id=webhook_id)


async def fails(db: Connection, webhook_id: WebhookId, now: datetime) -> None:
    """Note that a webhook did not take a message, where it took the one before."""
    await _FAILS.run(db, id=webhook_id, now=now)


async def forget(db: Connection, before: datetime, deleted_before: datetime, at_most: int) -> int:
    """Delete old messages and those of deleted webhooks, some at a time; return how many."""
    gone = await _FORGET.run(db, before=before, at_most=at_most)
    if not gone:
        await _FORGET_EMPTY.run(db, before=deleted_before)
    return gone
