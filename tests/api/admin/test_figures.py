"""The last hour in figures: every delivery handed over in it counts, and no other."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.past import copy_delivered
from tests.support.people import Person
from tests.support.road import brought_to, complete

PATH = "/api/v1/admin/figures/last-hour"
HANDED_OVER = "UPDATE deliveries SET delivered_at = now() - $2::interval WHERE order_id = $1"
PROMISED = """
UPDATE orders SET created_at = now() - interval '80 minutes',
                  promised_from = now() - interval '80 minutes',
                  promised_until = now() - $2::interval
WHERE id = $1
"""


async def delivered(cast: Cast, courier: Person) -> str:
    """Bring an order to the door; return its id."""
    order, delivery_id = await brought_to(cast, courier, "in_transit")
    (await complete(courier, delivery_id)).data  # noqa: B018  # fails unless 2xx
    return str(order["id"])


async def figures(person: Person) -> dict[str, Any]:
    """Return what a dispatcher is told."""
    return dict((await person.get(PATH)).data)


async def test_without_deliveries_there_is_no_median(cast: Cast) -> None:
    assert await figures(cast.admin) == {"delivered": 0, "onTime": 0, "doorMedianS": None}


async def test_more_than_a_page_of_deliveries_counts(cast: Cast) -> None:
    await delivered(cast, await cast.courier())
    await copy_delivered(cast, 150)
    told = await figures(cast.admin)
    assert told == {"delivered": 151, "onTime": 151, "doorMedianS": 9000}


async def test_what_came_late_is_not_on_time_and_what_came_before_the_hour_does_not_count(
    cast: Cast,
) -> None:
    courier = await cast.courier()
    for minutes, promised in ((59, 58), (59, 60), (61, 58)):
        order_id = await delivered(cast, courier)
        await cast.stack.rows(HANDED_OVER, UUID(order_id), timedelta(minutes=minutes))
        await cast.stack.rows(PROMISED, UUID(order_id), timedelta(minutes=promised))
    told = await figures(cast.admin)
    assert (told["delivered"], told["onTime"]) == (2, 1)
    assert abs(told["doorMedianS"] - 21 * 60) <= 1


async def test_who_is_kept_to_zones_is_told_of_these_only(cast: Cast) -> None:
    await delivered(cast, await cast.courier())
    assert (await figures(await member(cast, "operator", zoneIds=[cast.zone_id])))["delivered"] == 1
    assert (await figures(await member(cast, "location_admin")))["delivered"] == 0


async def test_couriers_and_customers_are_told_nothing(cast: Cast) -> None:
    for person in (await cast.customer(), await cast.courier(online=False)):
        assert (await person.get(PATH)).code == "forbidden"
