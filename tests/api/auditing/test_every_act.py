"""Every act of the staff is in the audit trail, with what was before and what is now."""

from typing import Any

from api.endpoints import ENDPOINTS
from tests.support.cast import Cast
from tests.support.examples import BODIES, DRAWN, name_of
from tests.support.people import Answer
from tests.support.road import brought_to

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
LAST = ("DELETE", "reset-password")
WITHOUT_VALUES = {"staff.password"}
"""Their values would be secrets."""


def in_order() -> list[str]:
    """Return the acts so that things are made, changed, and deleted."""
    return sorted(
        ACTS, key=lambda one: (one.startswith(LAST[0]), not one.startswith("POST"), LAST[1] in one)
    )


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
    }.get(name, BODIES.get(name))
    for variable, one in ids.items():
        path = path.replace(f"{{{variable}}}", one)
    headers = {}
    if name in TAKES_VERSION:
        headers["If-Match"] = (await cast.admin.get(path)).headers["ETag"]
    return await cast.admin.ask(method, path, body, headers=headers)


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
        kind = name.rpartition("/")[2]
        if name.startswith("POST") and kind in MADE:
            ids[MADE[kind]] = answer.data["id"]
        if kind == "devices":
            ids["deviceId"] = answer.data["device"]["id"]
        written = (await entries(cast))[before:]
        assert written, name
        assert {str(one["user_id"]) for one in written} == {cast.admin.me["id"]}, name
        mine = written[0]
        if mine["action"] in WITHOUT_VALUES:
            continue
        method = name.partition(" ")[0]
        assert method == "POST" or mine["old_values"], (name, dict(mine))
        assert method == "DELETE" or mine["new_values"], (name, dict(mine))
