"""Webhooks as services get them: signed, tried again, told only what their keys may read."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from api.kit.clock import real_now
from api.settings import Settings
from api.webhooks import repository
from api.webhooks.model import MessageStatus
from api.webhooks.repository import Ended
from jobs import webhook_sender
from jobs.webhook_sender import LEASE, WebhookSender
from tests.support.cast import Cast
from tests.support.people import Person
from tests.support.receiver import Heard, Receiver, receiver

HOOKS = "/api/v1/admin/webhooks"
KEYS = "/api/v1/admin/api-keys"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings by which webhooks may come to this machine."""
    return settings.model_copy(update={"webhook_networks": ("127.0.0.0/8",)})


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    """Return a server of somebody else's."""
    async with receiver() as one:
        yield one


async def service(cast: Cast, *scopes: str, **draft: Any) -> str:
    """Make a service with a key; return its id."""
    body = {"name": "ERP", "scopes": scopes or ["dispatch:read"]} | draft
    return str((await cast.admin.post(KEYS, body)).data["serviceId"])


async def hook(cast: Cast, url: str, owner: str | None = None, **draft: Any) -> dict[str, Any]:
    """Make a webhook of a service that sees everything; return it, with its secret."""
    body = {
        "serviceId": owner or await service(cast),
        "name": "ERP",
        "url": url,
        "events": ["order.placed", "order.moved"],
    }
    made = (await cast.admin.post(HOOKS, body | draft)).data
    return dict(made["webhook"]) | {"secret": made["secret"]}


async def sent(cast: Cast, *senders: WebhookSender) -> None:
    """Send what is due until nothing is."""
    used = senders or (WebhookSender(cast.stack.station),)
    while await cast.stack.rows(
        "SELECT 1 FROM webhook_messages AS m JOIN webhooks AS w ON w.id = m.webhook_id "
        "WHERE m.status = 'waiting' AND m.next_at <= now() AND w.is_active"
    ):
        await asyncio.gather(*(sender.run_once() for sender in used))
        await asyncio.gather(*(sender.settle() for sender in used))
    if not senders:
        await used[0].close()


async def hurry(cast: Cast) -> None:
    """Let what waits for its next attempt be due now."""
    await cast.stack.rows("UPDATE webhook_messages SET next_at = now() WHERE status = 'waiting'")


async def log_of(cast: Cast, made: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    """Return a webhook's messages, the oldest first."""
    page = (await cast.admin.get(f"{HOOKS}/{made['id']}/messages?pageSize=100{query}")).data
    return list(reversed(page["items"]))


def is_signed(heard: Heard, secret: str, which: int = 0) -> bool:
    """Tell whether a signature is right, worked out as a receiver would."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = f"{heard.id}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    expected = "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    return heard.headers["webhook-signature"].split(" ")[which] == expected


async def test_an_event_arrives_signed_once_and_as_sockets_are_told(
    cast: Cast, there: Receiver
) -> None:
    made = await hook(cast, there.url("erp"))
    order = await cast.order(await cast.customer())
    await sent(cast)
    heard = there.heard["erp"]
    bodies = [json.loads(one.body) for one in heard]
    placed = next(one for one in bodies if one["type"] == "order.placed")
    assert placed["data"]["orderId"] == order["id"]
    assert placed["data"]["zoneId"] == cast.zone_id
    assert placed["timestamp"].endswith("Z")
    assert all(is_signed(one, made["secret"]) for one in heard)
    assert all(one.headers["Content-Type"] == "application/json" for one in heard)
    assert len({one.id for one in heard}) == len(heard) >= 1
    told = await cast.stack.rows(
        "SELECT count(*) FROM outbox WHERE topic IN ('order.placed', 'order.moved')"
    )
    assert len(heard) == told[0][0]
    assert {one["status"] for one in await log_of(cast, made)} == {"delivered"}


async def test_a_message_that_fails_is_sent_again_under_the_same_id_and_body(
    cast: Cast, there: Receiver
) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    there.answers["erp"] = [500, 302, 404]
    await cast.order(await cast.customer())
    pauses = []
    for _attempt in range(3):
        await sent(cast)
        (message,) = await log_of(cast, made)
        assert message["status"] == "waiting"
        (row,) = await cast.stack.rows(
            "SELECT extract(epoch FROM next_at - tried_at)::float AS s FROM webhook_messages"
        )
        pauses.append(row["s"])
        assert (await cast.admin.get(f"{HOOKS}/{made['id']}")).data["failingSince"]
        await hurry(cast)
    assert pauses == sorted(pauses)
    assert pauses[0] >= 5
    await sent(cast)
    assert len({(one.id, one.body) for one in there.heard["erp"]}) == 1
    assert len(there.heard["erp"]) == 4
    assert not there.heard["elsewhere"]
    (message,) = await log_of(cast, made)
    assert (message["status"], message["attempts"], message["answerStatus"]) == (
        "delivered",
        4,
        200,
    )
    assert (await cast.admin.get(f"{HOOKS}/{made['id']}")).data["failingSince"] is None


async def test_after_the_last_try_it_is_given_up_and_can_be_sent_again(
    cast: Cast, there: Receiver
) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    there.answers["erp"] = [500]
    await cast.order(await cast.customer())
    await cast.stack.rows("UPDATE webhook_messages SET tries_left = 1")
    await sent(cast)
    (message,) = await log_of(cast, made, "&status=given_up")
    assert "500" in message["lastError"]
    path = f"{HOOKS}/{made['id']}/messages/{message['id']}/send-again"
    assert (await cast.admin.post(path)).data["status"] == "waiting"
    await sent(cast)
    (message,) = await log_of(cast, made, "&status=delivered")
    assert {one.id for one in there.heard["erp"]} == {message["id"]}


async def test_what_is_being_sent_is_not_sent_again(cast: Cast, there: Receiver) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    there.hanging.add("erp")
    await cast.order(await cast.customer())
    sender = WebhookSender(cast.stack.station)
    await sender.run_once()
    (message,) = await log_of(cast, made)
    path = f"{HOOKS}/{made['id']}/messages/{message['id']}/send-again"
    assert (await cast.admin.post(path)).status == 409
    await sender.close()


async def test_a_replaced_secret_signs_beside_the_new_one_for_a_day(
    cast: Cast, there: Receiver
) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    customer = await cast.customer()
    new = (await cast.admin.post(f"{HOOKS}/{made['id']}/secret")).data
    await cast.order(customer)
    await sent(cast)
    await cast.stack.rows("UPDATE webhooks SET former_until = now() - interval '1 second'")
    await cast.order(customer)
    await sent(cast)
    both, alone = there.heard["erp"]
    assert is_signed(both, new["secret"], 0)
    assert is_signed(both, made["secret"], 1)
    assert is_signed(alone, new["secret"])
    assert len(alone.headers["webhook-signature"].split(" ")) == 1
    for table in ("webhooks", "audit_logs", "idempotency_keys"):
        rows = await cast.stack.rows(f"SELECT t::text FROM {table} AS t")  # noqa: S608  # ours
        assert made["secret"] not in str(rows)
        assert new["secret"] not in str(rows)


async def test_of_two_job_workers_one_sends_each_message(cast: Cast, there: Receiver) -> None:
    await hook(cast, there.url("erp"))
    customer = await cast.customer()
    for _ in range(12):
        await cast.order(customer)
    senders = [WebhookSender(cast.stack.station) for _ in range(2)]
    await sent(cast, *senders)
    ids = [one.id for one in there.heard["erp"]]
    rows = await cast.stack.rows("SELECT attempts FROM webhook_messages")
    assert len(set(ids)) == len(ids) == len(rows) >= 12
    assert {row["attempts"] for row in rows} == {1}
    for sender in senders:
        await sender.close()


async def test_who_died_leaves_the_message_to_the_next_and_cannot_write_over_its_end(
    cast: Cast, there: Receiver
) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    await cast.order(await cast.customer())
    now = real_now()
    async with cast.stack.database.connection() as db:
        (due,) = await repository.due(db, now)
        (late,) = await repository.claim(db, {due.id: 4}, now, now + LEASE)
        assert await repository.claim(db, {due.id: 4}, now, now + LEASE) == []
    await hurry(cast)
    await sent(cast)
    failed = Ended(MessageStatus.GIVEN_UP, now, None, "too late")
    async with cast.stack.database.connection() as db:
        assert not await repository.end(db, late, failed)
    (message,) = await log_of(cast, made)
    assert (message["status"], message["attempts"]) == ("delivered", 2)


@pytest.mark.parametrize(("status", "since"), [(500, 6), (410, 0)])
async def test_a_webhook_that_takes_nothing_for_days_or_is_gone_is_switched_off(
    cast: Cast, there: Receiver, status: int, since: int
) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    there.answers["erp"] = [status]
    if since:
        await cast.stack.rows(
            "UPDATE webhooks SET failing_since = now() - $1::interval", timedelta(days=since)
        )
    customer = await cast.customer()
    await cast.order(customer)
    await sent(cast)
    off = (await cast.admin.get(f"{HOOKS}/{made['id']}")).data
    assert not off["isActive"]
    assert off["offReason"]
    logged = (await cast.admin.get("/api/v1/admin/audit-logs?entityType=webhook")).data["items"]
    assert "webhook.switch_off" in {one["action"] for one in logged}
    await cast.order(customer)
    await hurry(cast)
    await sent(cast)
    assert len(there.heard["erp"]) == 1
    draft = {"name": "ERP", "url": there.url("erp"), "events": ["order.placed"]}
    headers = {"If-Match": f'"{off["version"]}"'}
    on = (await cast.admin.put(f"{HOOKS}/{made['id']}", draft, headers=headers)).data
    assert (on["isActive"], on["offReason"], on["failingSince"]) == (True, None, None)
    await sent(cast)
    assert len({one.id for one in there.heard["erp"]}) == 1
    assert len(there.heard["erp"]) == 2


async def test_a_service_is_told_what_its_keys_may_read_and_nothing_else(
    cast: Cast, there: Receiver
) -> None:
    company, _vendor = await cast.shop()
    other, _other_vendor = await cast.shop()
    lisbon = {
        "type": "Polygon",
        "coordinates": [[[-9.3, 38.6], [-9.0, 38.6], [-9.0, 38.9], [-9.3, 38.6]]],
    }
    drawn = {"name": "Lisbon", "code": "lisbon", "polygon": lisbon, "baseFeeMinor": 250}
    drawn |= {"currency": "EUR", "timeZone": "Europe/Lisbon"}
    zone = (await cast.admin.post("/api/v1/admin/delivery-zones", drawn)).data["id"]
    blocked = await service(cast)
    owners = {
        "everything": await service(cast),
        "zone": await service(cast, "dispatch:*", zoneIds=[cast.zone_id]),
        "other-zone": await service(cast, "dispatch:read", zoneIds=[zone]),
        "shop": await service(cast, "shop:*", companyId=company),
        "other-shop": await service(cast, "shop:*", companyId=other),
        "no-scope": await service(cast, "zone:read"),
        "orders": await service(cast, "order:read"),
        "blocked": blocked,
        "revoked": await service(cast),
    }
    for name, owner in owners.items():
        events = ["order.placed", "order.moved", "delivery.moved"]
        await hook(cast, there.url(name), owner, events=events)
    listed = (await cast.admin.get(f"{KEYS}?serviceId={owners['revoked']}")).data["items"]
    (await cast.admin.ask("DELETE", f"{KEYS}/{listed[0]['id']}")).data  # noqa: B018
    path = f"/api/v1/admin/users/{blocked}"
    version = (await cast.admin.get(path)).data["version"]
    headers = {"If-Match": f'"{version}"'}
    block = {"isActive": False, "reason": "a test"}
    (await cast.admin.put(f"{path}/active", block, headers=headers)).data  # noqa: B018
    await cast.order(await cast.customer(), companyId=company)
    await sent(cast)
    topics = {name: {json.loads(one.body)["type"] for one in there.heard[name]} for name in owners}
    orders = {"order.placed", "order.moved"} & topics["everything"]
    assert "order.placed" in orders
    assert "delivery.moved" in topics["everything"]
    assert topics["zone"] == topics["everything"]
    assert topics["shop"] == orders
    for name in ("other-zone", "other-shop", "no-scope", "orders", "blocked", "revoked"):
        assert topics[name] == set(), name


async def test_who_placed_an_order_is_told_of_it(cast: Cast, there: Receiver) -> None:
    body = {"name": "Till", "scopes": ["order:create", "order:read"], "ratePerMin": 1000}
    key = (await cast.admin.post(KEYS, body)).data
    till = Person(cast.admin.base, token=key["key"])
    events = ["order.moved", "delivery.moved", "alert.changed"]
    await hook(cast, there.url("till"), key["serviceId"], events=events)
    own = await cast.order(till)
    await cast.order(await cast.customer())
    await cast.stack.settle()
    await sent(cast)
    data = [json.loads(one.body)["data"] for one in there.heard["till"]]
    assert {one["orderId"] for one in data} == {own["id"]}


async def test_a_deleted_webhook_is_sent_nothing_and_leaves_nothing(
    cast: Cast, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await hook(cast, there.url("erp"))
    customer = await cast.customer()
    await cast.order(customer)
    assert (await cast.admin.ask("DELETE", f"{HOOKS}/{made['id']}")).status == 204
    await cast.order(customer)
    sender = WebhookSender(cast.stack.station)
    await sender.run_once()
    await sender.settle()
    await sender.close()
    assert not there.heard["erp"]
    assert (await cast.admin.get(f"{HOOKS}/{made['id']}")).status == 404
    (row,) = await cast.stack.rows("SELECT secret_sealed FROM webhooks")
    assert row["secret_sealed"] == b""
    monkeypatch.setattr(webhook_sender, "DELETED_KEPT", timedelta(0))
    await webhook_sender.forget_old(cast.stack.station)
    assert not await cast.stack.rows("SELECT id FROM webhook_messages")
    assert not await cast.stack.rows("SELECT id FROM webhooks")


async def test_messages_are_forgotten_after_a_week(cast: Cast, there: Receiver) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    customer = await cast.customer()
    await cast.order(customer)
    await cast.stack.rows("UPDATE webhook_messages SET created_at = now() - interval '8 days'")
    await cast.order(customer)
    await webhook_sender.forget_old(cast.stack.station)
    assert len(await log_of(cast, made)) == 1


async def test_a_secret_of_another_installation_key_says_what_to_do(
    cast: Cast, there: Receiver
) -> None:
    made = await hook(cast, there.url("erp"), events=["order.placed"])
    await cast.stack.rows("UPDATE webhooks SET secret_sealed = $1", b"\x00" * 60)
    await cast.order(await cast.customer())
    await sent(cast)
    (message,) = await log_of(cast, made)
    assert not there.heard["erp"]
    assert "replace it" in message["lastError"]
    (await cast.admin.post(f"{HOOKS}/{made['id']}/secret")).data  # noqa: B018  # fails unless 2xx
    await hurry(cast)
    await sent(cast)
    assert len(there.heard["erp"]) == 1
