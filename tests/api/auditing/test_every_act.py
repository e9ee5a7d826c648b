"""Every act of the staff is in the audit trail, with what was before and what is now."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from api.endpoints import ENDPOINTS
from api.kit.clock import real_now
from tests.support.cast import Cast
from tests.support.examples import BODIES, DRAWN, name_of
from tests.support.people import Answer
from tests.support.road import brought_to

ROOT = Path(__file__).resolve().parents[3]
ADMIN = "/api/v1/admin/"
ACTS = [name_of(e) for e in ENDPOINTS if e.method != "GET" and e.path.startswith(ADMIN)]
TAKES_VERSION = {name_of(e) for e in ENDPOINTS if e.demands_version}
MADE = {  # what a POST makes, by which name later acts call it
    "admins": "adminId",
    "api-keys": "apiKeyId",
    "companies": "companyId",
    "content": "contentId",
    "delivery-zones": "zoneId",
}
WITHOUT_VALUES = {"staff.password", "webhook.replace_secret"}
"""Their values would be secrets."""


def in_order() -> list[str]:
    """Return the acts so that things are made, changed, deleted, and brought back."""
    late = ("PUT", "send-again", "reset-password", "DELETE", "restore")
    return sorted(ACTS, key=lambda one: [word in one for word in reversed(late)])


async def world(cast: Cast) -> dict[str, str]:
    """Return ids of things that acts are about, besides those that acts make."""
    carrying, free = await cast.courier(), await cast.courier()
    applied = await cast.register("courier")
    draft = {"vehicleType": "car", "homeZoneId": cast.zone_id}
    applicant = (await applied.post("/api/v1/courier/register", draft)).data
    _order, failed = await brought_to(cast, carrying, "failed")
    waiting = await cast.order(await cast.customer())
    return {
        "userId": (await cast.customer()).me["id"],
        "courierId": applicant["id"],
        "free": str(free.courier_id),
        "orderId": (await cast.order(await cast.customer()))["id"],
        "failed": failed,
        "deliveryId": (await cast.delivery_of(waiting))["id"],
    }


async def act(cast: Cast, name: str, ids: dict[str, str]) -> Answer:
    """Do what the endpoint does, on the newest version of its thing."""
    method, _, path = name.partition(" ")
    if name.endswith("deliveries/{deliveryId}/status"):
        ids = ids | {"deliveryId": ids["failed"]}
    body: Any = {
        "PUT /api/v1/admin/users/{userId}": {"firstName": "Zoé", "lastName": "Q", "locale": "pt"},
        "PUT /api/v1/admin/deliveries/{deliveryId}/courier": {
            "courierId": ids["free"],
            "reason": "near",
        },
        "PUT /api/v1/admin/deliveries/{deliveryId}/status": {"status": "returned", "comment": "x"},
        "PUT /api/v1/admin/couriers/{courierId}/verification": {
            "status": "rejected",
            "reason": "an old photograph",
        },
        "POST /api/v1/admin/delivery-zones": DRAWN,
        "POST /api/v1/admin/delivery-slots": BODIES["POST /api/v1/admin/delivery-slots"]
        | {"zoneId": cast.zone_id, "date": f"{real_now() + timedelta(days=2):%Y-%m-%d}"},
        "POST /api/v1/admin/webhooks": BODIES["POST /api/v1/admin/webhooks"]
        | {"serviceId": ids.get("serviceId")},
    }.get(name, BODIES.get(name))
    for variable, one in ids.items():
        path = path.replace(f"{{{variable}}}", one)
    headers = {}
    if name in TAKES_VERSION:
        headers["If-Match"] = (await cast.admin.get(path)).headers["ETag"]
    if name.endswith("order-imports"):
        sheet = (ROOT / "docs/examples/deliveries.csv").read_bytes()
        return await cast.admin.ask(method, path, raw=sheet, headers={"Content-Type": "text/csv"})
    return await cast.admin.ask(method, path, body, headers=headers)


async def message_of(cast: Cast, webhook_id: str) -> str:
    """Return a message that a webhook is to be sent, of something that happened."""
    await cast.order(await cast.customer())
    await cast.stack.settle()
    path = f"/api/v1/admin/webhooks/{webhook_id}/messages"
    return str((await cast.admin.get(path)).data["items"][0]["id"])


async def entries(cast: Cast) -> list[Any]:
    """Return the trail."""
    return await cast.stack.rows(
        "SELECT action, old_values, new_values, user_id FROM audit_logs ORDER BY id"
    )


async def test_each_act_leaves_old_and_new_values(cast: Cast) -> None:
    """Statement 50."""
    ids = await world(cast)
    assert len(ACTS) >= 25
    for name in in_order():
        before = len(await entries(cast))
        answer = await act(cast, name, ids)
        assert answer.status < 300, (name, answer.status, answer.body)
        written = (await entries(cast))[before:]
        kind = name.rpartition("/")[2]
        if name.startswith("POST") and kind in MADE:
            ids[MADE[kind]] = answer.data["id"]
        if kind == "devices":
            ids["deviceId"] = answer.data["device"]["id"]
        if kind == "delivery-slots":
            ids["slotId"] = answer.data["slots"][0]["id"]
        if kind == "api-keys":
            ids["serviceId"] = answer.data["serviceId"]
        if kind == "webhooks":
            ids["webhookId"] = answer.data["webhook"]["id"]
            ids["messageId"] = await message_of(cast, ids["webhookId"])
        assert written, name
        assert {str(one["user_id"]) for one in written} == {cast.admin.me["id"]}, name
        mine = written[0]
        if mine["action"] in WITHOUT_VALUES:
            continue
        method = name.partition(" ")[0]
        assert method == "POST" or mine["old_values"], (name, dict(mine))
        assert method == "DELETE" or mine["new_values"], (name, dict(mine))
