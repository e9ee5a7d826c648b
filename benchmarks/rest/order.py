"""The order that every contender reads and writes: five lines, two places, a window."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.kit.schema import Draft, Latitude, Longitude, LongText, ShortText, View, WhenGiven

ORDER_ID = "01a1fdf9-ebdd-7dc8-96a3-afe9e27e6ada"


class PlaceDraft(Draft):
    """Where something is picked up, or dropped off."""

    latitude: Latitude
    longitude: Longitude
    address: ShortText


class LineDraft(Draft):
    """So many of one thing."""

    title: ShortText
    quantity: Annotated[int, Field(ge=1, le=1000)]
    weight_grams: Annotated[int, Field(ge=0, le=1_000_000)]


class OrderDraft(Draft):
    """An order as a client sends it."""

    pickup: PlaceDraft
    dropoff: PlaceDraft
    items: Annotated[list[LineDraft], Field(min_length=1, max_length=50)]
    ready_at: WhenGiven
    notes: LongText | None = None


class OrderView(View):
    """An order as a client gets it."""

    id: str
    status: str
    pickup: PlaceDraft
    dropoff: PlaceDraft
    items: list[LineDraft]
    ready_at: datetime
    notes: str | None


BODY: dict[str, Any] = {
    "pickup": {"latitude": 41.15, "longitude": -8.61, "address": "Rua das Flores 1, Porto"},
    "dropoff": {"latitude": 41.16, "longitude": -8.63, "address": "Avenida da Boavista 20"},
    "items": [
        {"title": f"Parcel {number}", "quantity": number + 1, "weightGrams": 250 * number}
        for number in range(5)
    ],
    "readyAt": "2026-11-21T12:00:00Z",
    "notes": "ring twice",
}
SHOWN: dict[str, Any] = {"id": ORDER_ID, "status": "confirmed", **BODY}
