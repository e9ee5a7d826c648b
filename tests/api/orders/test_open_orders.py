"""How many orders a customer may have under way at once."""

from uuid import uuid4

import pytest

from api.settings import Settings
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Answer, Person

MOST = 2


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let a customer have a few orders only."""
    return settings.model_copy(update={"orders_per_customer": MOST})


async def place(customer: Person) -> Answer:
    """Place an order."""
    draft = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]}
    return await customer.post("/api/v1/orders", draft, key=uuid4().hex)


async def test_a_customer_has_a_bounded_number_of_open_orders(cast: Cast) -> None:
    """Others have theirs, and what is over makes room."""
    customer, other = await cast.customer(), await cast.customer()
    orders = [(await place(customer)).data for _ in range(MOST)]
    refused = await place(customer)
    assert (refused.status, refused.code) == (409, "too_many_open_orders")
    assert (await place(other)).status == 201
    path = f"/api/v1/admin/orders/{orders[0]['id']}/status"
    (await cast.admin.put(path, {"status": "cancelled"})).data  # noqa: B018  # fails unless 2xx
    assert (await place(customer)).status == 201
    assert (await place(customer)).code == "too_many_open_orders"
