"""A well-formed request for every endpoint of the API, with ids that nobody has."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from api.kit.endpoint import AnyEndpoint
from api.kit.schema import Nothing
from api.kit.upload import Upload
from tests.support.people import DROPOFF, PASSWORD, PICKUP, ZONE, Answer, Person

NOBODY = "01a1fdf9-ebdd-7dc8-96a3-afe9e27e6ada"
PERSON = {"password": PASSWORD, "firstName": "Ana", "lastName": "Sá"}
DRAWN = {
    "name": "Braga",
    "code": "braga",
    "polygon": ZONE,
    "baseFeeMinor": 1,
    "currency": "EUR",
    "timeZone": "Europe/Lisbon",
}
ADDRESS = {
    "name": "Home",
    "city": "Porto",
    "street": "Rua das Flores",
    "building": "1",
    "latitude": 41.15,
    "longitude": -8.61,
}
PICTURE = bytes.fromhex(  # one black pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63"
    "6000000002000148afa4710000000049454e44ae426082"
)
TERMS = {"slug": "terms", "locale": "en", "title": "Terms", "body": "Be kind"}
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/auth/register": {"phone": "+351931234567", **PERSON},
    "POST /api/v1/auth/verify-code": {
        "destination": "+351931234567",
        "purpose": "registration",
        "code": "123456",
        "password": PASSWORD,
    },
    "POST /api/v1/auth/send-code": {"destination": "+351931234567", "purpose": "login"},
    "POST /api/v1/auth/forgot-password": {"destination": "+351931234567"},
    "POST /api/v1/auth/reset-password": {
        "destination": "+351931234567",
        "code": "123456",
        "newPassword": PASSWORD,
    },
    "POST /api/v1/auth/change-password": {
        "currentPassword": "not this one",
        "newPassword": PASSWORD,
    },
    "PUT /api/v1/users/me": {"firstName": "Ana", "lastName": "Sá"},
    "POST /api/v1/users/me/contact": {"email": "ana.sa@hermod.example"},
    "POST /api/v1/users/me/contact/confirm": {
        "email": "ana.sa@hermod.example",
        "code": "123456",
    },
    "POST /api/v1/users/me/addresses": ADDRESS,
    "PUT /api/v1/users/me/addresses/{addressId}": ADDRESS,
    "PUT /api/v1/users/me/preferences": {},
    "PUT /api/v1/users/me/notification-settings": {},
    "PUT /api/v1/users/me/consents/{kind}": {"given": True, "version": "1"},
    "PUT /api/v1/admin/users/{userId}": {"firstName": "Ana", "lastName": "Sá"},
    "PUT /api/v1/admin/users/{userId}/active": {"isActive": True},
    "POST /api/v1/admin/admins": {"role": "operator", "email": "o@staff.example", **PERSON},
    "PUT /api/v1/admin/admins/{adminId}": {
        "role": "operator",
        "firstName": "Ana",
        "lastName": "Sá",
    },
    "PUT /api/v1/admin/admins/{adminId}/zones": {"zoneIds": []},
    "PUT /api/v1/admin/admins/{adminId}/active": {"isActive": True},
    "POST /api/v1/admin/content": TERMS,
    "PUT /api/v1/admin/content/{contentId}": TERMS,
    "PUT /api/v1/admin/settings": {"lockAfter": 6},
    "POST /api/v1/admin/api-keys": {"name": "Some shop", "scopes": ["dispatch:read"]},
    "POST /api/v1/admin/webhooks": {
        "serviceId": NOBODY,
        "name": "Some shop",
        "url": "https://shop.example/hooks",
        "events": ["order.moved"],
    },
    "PUT /api/v1/admin/webhooks/{webhookId}": {
        "name": "Some shop",
        "url": "https://shop.example/hooks",
        "events": ["order.moved"],
    },
    "POST /api/v1/auth/login": {"login": "+351931234567", "password": PASSWORD},
    "POST /api/v1/auth/social/{provider}": {"token": "not.a.token", "nonce": "x" * 16},
    "POST /api/v1/auth/refresh": {"refreshToken": "x" * 40},
    "POST /api/v1/admin/delivery-zones": DRAWN,
    "PUT /api/v1/admin/delivery-zones/{zoneId}": DRAWN,
    "POST /api/v1/admin/delivery-slots": {
        "zoneId": NOBODY,
        "date": "2099-06-01",
        "times": [{"startTime": "09:00", "endTime": "11:00"}],
        "maxOrders": 3,
    },
    "PUT /api/v1/admin/delivery-slots/{slotId}": {
        "startTime": "09:00",
        "endTime": "11:00",
        "maxOrders": 4,
    },
    "POST /api/v1/admin/companies": {"name": "Shop"},
    "POST /api/v1/admin/companies/{companyId}/vendors": {"email": "v@shop.example", **PERSON},
    "POST /api/v1/courier/register": {"vehicleType": "car", "homeZoneId": NOBODY},
    "PUT /api/v1/courier/profile": {"vehicleType": "car", "homeZoneId": NOBODY},
    "POST /api/v1/courier/devices": {"name": "Traccar Client"},
    "POST /api/v1/admin/couriers/{courierId}/devices": {"name": "Traccar Client"},
    "PUT /api/v1/courier/status": {"status": "online"},
    "PUT /api/v1/admin/couriers/{courierId}/verification": {"status": "verified"},
    "POST /api/v1/orders": {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A"}]},
    "POST /api/v1/orders/{orderId}/cancel": {"reason": "why not"},
    "PUT /api/v1/vendor/orders/{orderId}/status": {"status": "preparing"},
    "PUT /api/v1/admin/orders/{orderId}/status": {"status": "cancelled"},
    "PUT /api/v1/courier/deliveries/{deliveryId}/status": {"status": "picked_up"},
    "POST /api/v1/courier/deliveries/{deliveryId}/complete": {"receivedBy": "Rui"},
    "PUT /api/v1/admin/deliveries/{deliveryId}/status": {"status": "pending", "comment": "x"},
    "PUT /api/v1/admin/deliveries/{deliveryId}/courier": {"courierId": NOBODY, "reason": "x"},
    "POST /api/v1/courier/offers/{offerId}/reject": {"reason": "why not"},
    "POST /api/v1/realtime/tickets": {},
}
_TRAIL = "/api/v1/admin/couriers/{courierId}/positions"
_HOUR = "since=2026-11-21T12:00:00Z&until=2026-11-21T13:00:00Z"
QUERIES = {
    "GET /api/v1/delivery-fees": "pickupLatitude=41.15&pickupLongitude=-8.61"
    "&dropoffLatitude=41.16&dropoffLongitude=-8.63",
    "GET /api/v1/delivery-slots": f"zoneId={NOBODY}",
    "GET /api/v1/geo/geocode": "text=Rua das Flores 1, Porto",
    "GET /api/v1/geo/reverse": "latitude=41.15&longitude=-8.61",
    "GET /api/v1/admin/couriers/map": "minLatitude=41&minLongitude=-9"
    "&maxLatitude=42&maxLongitude=-8",
    "GET /api/v1/admin/couriers/positions": "at=2026-11-21T12:00:00Z",
    f"GET {_TRAIL}/replay": _HOUR,
    f"GET {_TRAIL}/export": _HOUR + "&format=gpx",
    f"GET {_TRAIL}/report": _HOUR,
}


def name_of(endpoint: AnyEndpoint) -> str:
    """Return how the tables above name an endpoint."""
    return f"{endpoint.method} {endpoint.path}"


async def ask(
    person: Person, endpoint: AnyEndpoint, ids: Mapping[str, str] | None = None
) -> Answer:
    """Send the example request of an endpoint; path variables are nobody's unless named."""
    name = name_of(endpoint)
    path = re.sub(r"{(\w+)}", lambda found: (ids or {}).get(found[1], NOBODY), endpoint.path)
    if name in QUERIES:
        path += "?" + QUERIES[name]
    path = path.replace(f"consents/{NOBODY}", "consents/terms")
    path = path.replace(f"social/{NOBODY}", "social/google")
    headers = {"If-Match": '"1"'} if endpoint.demands_version else {}
    if endpoint.signature.body is Upload:
        headers["Content-Type"] = "image/png"
        return await person.ask(endpoint.method, path, headers=headers, raw=PICTURE)
    body = None if endpoint.signature.body is Nothing else BODIES[name]
    key = uuid4().hex if endpoint.method == "POST" else None
    return await person.ask(endpoint.method, path, body, headers=headers, key=key)
