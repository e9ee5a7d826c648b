"""The door of webhooks: who may, what is refused, what is shown."""

from typing import Any
from uuid import uuid4

import pytest

from api.settings import Settings
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.people import Answer

HOOKS = "/api/v1/admin/webhooks"
KEYS = "/api/v1/admin/api-keys"


async def service(cast: Cast, **draft: Any) -> str:
    """Make a service with a key; return its id."""
    body = {"name": "ERP", "scopes": ["order:read"]} | draft
    return str((await cast.admin.post(KEYS, body)).data["serviceId"])


async def add(cast: Cast, owner: str, **draft: Any) -> Answer:
    """Make a webhook of a service."""
    body = {"serviceId": owner, "name": "ERP", "url": "https://erp.example/hooks"}
    return await cast.admin.post(HOOKS, body | {"events": ["order.moved"]} | draft)


async def test_a_secret_is_shown_once_and_the_webhook_without_it(cast: Cast) -> None:
    owner = await service(cast)
    made = (await add(cast, owner)).data
    assert made["secret"].startswith("whsec_")
    listed = (await cast.admin.get(f"{HOOKS}?serviceId={owner}&isActive=true")).data
    assert listed["items"] == [made["webhook"]]
    shown = await cast.admin.get(f"{HOOKS}/{made['webhook']['id']}")
    assert shown.data == made["webhook"]
    assert made["secret"] not in str(shown.body)
    assert (await cast.admin.get(f"{HOOKS}?isActive=false")).data["totalCount"] == 0
    rows = await cast.stack.rows("SELECT t::text FROM webhooks AS t")
    assert made["secret"] not in str(rows)


async def test_a_change_is_made_for_the_version_that_was_read(cast: Cast) -> None:
    made = (await add(cast, await service(cast))).data["webhook"]
    path = f"{HOOKS}/{made['id']}"
    draft = {"name": "Shop", "url": "https://shop.example/", "events": ["stop.reached"]}
    assert (await cast.admin.put(path, draft)).status == 428
    changed = await cast.admin.put(path, draft, headers={"If-Match": '"1"'})
    assert (changed.data["name"], changed.data["version"]) == ("Shop", 2)
    assert (await cast.admin.put(path, draft, headers={"If-Match": '"1"'})).status == 412
    logged = (await cast.admin.get("/api/v1/admin/audit-logs?entityType=webhook")).data["items"]
    assert {one["action"] for one in logged} == {"webhook.add", "webhook.change"}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"url": "http://erp.example/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://2130706433/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://" + "x" * 2000}, "url"),
        ({"events": []}, "events"),
        ({"events": ["session.ended"]}, "events.0"),
        ({"serviceId": str(uuid4())}, "serviceId"),
        ({"secret": "mine"}, "secret"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    cast: Cast, draft: dict[str, Any], field: str
) -> None:
    answer = await add(cast, await service(cast), **draft)
    assert answer.status == 422
    assert field in answer.fields


async def test_neither_people_nor_test_services_have_webhooks(cast: Cast) -> None:
    customer = await cast.customer()
    assert "serviceId" in (await add(cast, customer.me["id"])).fields
    tried = await service(cast, isTest=True)
    assert "serviceId" in (await add(cast, tried)).fields


async def test_no_other_role_and_no_key_reaches_webhooks(cast: Cast) -> None:
    made = (await add(cast, await service(cast))).data["webhook"]
    for role in ("admin", "manager", "operator", "support"):
        person = await member(cast, role)
        assert (await person.get(f"{HOOKS}/{made['id']}")).status == 403, role
    body = {"name": "ERP", "scopes": ["webhook:manage"]}
    assert "scopes.0" in (await cast.admin.post(KEYS, body)).fields


async def test_a_message_of_another_webhook_is_not_there(cast: Cast) -> None:
    made = (await add(cast, await service(cast))).data["webhook"]
    path = f"{HOOKS}/{made['id']}/messages/{uuid4()}/send-again"
    assert (await cast.admin.post(path)).status == 404


def test_networks_are_written_as_networks() -> None:
    assert Settings(webhook_networks=("10.0.0.0/8", "fd00::/8")).webhook_networks
    with pytest.raises(ValueError, match="holds no networks"):
        Settings(webhook_networks=("10.0.0.1/8",))
