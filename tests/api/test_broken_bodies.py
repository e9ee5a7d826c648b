"""Whatever is sent, it is taken or refused with reasons: never an error of ours."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.kit.clock import real_now
from tests.support.broken_json import broken
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Answer, Person

ORDER: dict[str, Any] = {
    "pickup": PICKUP | {"contactName": "Zé", "contactPhone": "+351912345678", "notes": "x"},
    "dropoff": DROPOFF,
    "items": [{"title": "A", "quantity": 2, "weightGrams": 5, "volumeCm3": 7}, {"title": "B"}],
    "readyAt": real_now().isoformat(),
    "windowStart": real_now().isoformat(),
    "windowEnd": (real_now() + timedelta(days=9)).isoformat(),
    "paymentMethod": "cash",
    "notes": None,
    "gift": {"recipientName": "Rui", "recipientPhone": None, "message": "Parabéns"},
    "companyId": None,
}
ZONE: dict[str, Any] = {
    "name": "Braga",
    "code": "braga",
    "polygon": {
        "type": "MultiPolygon",
        "coordinates": [
            [
                [[-8.5, 41.5], [-8.3, 41.5], [-8.3, 41.6], [-8.5, 41.6], [-8.5, 41.5]],
                [[-8.45, 41.52], [-8.45, 41.55], [-8.4, 41.55], [-8.45, 41.52]],
            ],
            [[[-7.0, 41.0], [-6.9, 41.0], [-6.9, 41.1], [-7.0, 41.0]]],
        ],
    },
    "baseFeeMinor": 250,
    "perKmFeeMinor": 50,
    "freeAboveMinor": None,
    "currency": "EUR",
    "timeZone": "Europe/Lisbon",
    "isActive": True,
}
many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def send(person: Person, path: str, raw: bytes) -> Answer:
    """Send a body; what is refused must say why."""
    answer = await person.post(path, raw=raw, key=uuid4().hex)
    assert answer.status in {201, 404, 422}, (answer.status, answer.body, raw)
    if answer.status == 422:
        assert answer.body["errors"], raw
        assert all(error["field"] and error["message"] for error in answer.body["errors"]), raw
    return answer


@many
@given(data=st.data())
async def test_a_broken_order_is_refused_and_a_whole_one_can_be_read(
    cast: Cast, data: st.DataObject
) -> None:
    orders = "/api/v1/orders"
    answer = await send(cast.admin, orders, data.draw(broken(ORDER)))
    if answer.status == 201:
        assert (await cast.admin.get(f"{orders}/{answer.data['id']}")).data == answer.data


@many
@given(data=st.data())
async def test_a_broken_zone_is_refused_and_a_whole_one_holds_its_points(
    cast: Cast, data: st.DataObject
) -> None:
    zone = ZONE | {"code": f"z{uuid4().hex[:12]}"}
    answer = await send(cast.admin, "/api/v1/admin/delivery-zones", data.draw(broken(zone)))
    if answer.status == 201:
        lng, lat = first_position(answer.data["polygon"]["coordinates"])
        path = f"/api/v1/admin/delivery-zones?latitude={lat}&longitude={lng}&pageSize=100"
        assert (await cast.admin.get(path)).status == 200


def first_position(coordinates: Any) -> tuple[float, float]:
    """Return the first corner of a shape."""
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return coordinates[0], coordinates[1]
