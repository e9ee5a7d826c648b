"""The door of orders: for customers, shops and staff."""

from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.errors import NotFound
from api.kit.ids import CompanyId
from api.kit.page import page_of, place_of
from api.kit.schema import Nothing, PageView
from api.kit.work import Work
from api.orders import placing, repository, service
from api.orders.model import Order
from api.orders.repository import Choice
from api.orders.schema import (
    CancelDraft,
    HistoryLineView,
    HistoryView,
    OrderDetailView,
    OrderDraft,
    OrderPath,
    OrderQuery,
    OrderView,
    StaffOrderQuery,
    StatusDraft,
)


async def place(work: Work, _path: Nothing, _query: Nothing, draft: OrderDraft) -> OrderDetailView:
    """Place an order by direct request."""
    return await _detailed(work, await placing.place(work, draft))


async def own_orders(
    work: Work, _path: Nothing, query: OrderQuery, _body: Nothing
) -> PageView[OrderView]:
    """The customer's own orders, newest first."""
    return await _page(work, query, Choice(user_id=work.actor.id, statuses=query.status))


async def own_order(
    work: Work, path: OrderPath, _query: Nothing, _body: Nothing
) -> OrderDetailView:
    """One of the customer's own orders."""
    return await _detailed(work, await service.own(work, path.order_id))


async def own_history(work: Work, path: OrderPath, _query: Nothing, _body: Nothing) -> HistoryView:
    """Every change of status of one of the customer's own orders."""
    await service.own(work, path.order_id)
    return await _history(work, path)


async def cancel(work: Work, path: OrderPath, _query: Nothing, draft: CancelDraft) -> OrderView:
    """Cancel an order."""
    return OrderView.of(await service.cancel_own(work, path.order_id, draft.reason))


async def shop_orders(
    work: Work, _path: Nothing, query: OrderQuery, _body: Nothing
) -> PageView[OrderView]:
    """The orders of the vendor's company, newest first."""
    choice = Choice(company_id=_company(work), statuses=query.status)
    return await _page(work, query, choice)


async def shop_order(
    work: Work, path: OrderPath, _query: Nothing, _body: Nothing
) -> OrderDetailView:
    """One order of the vendor's company with its lines: what to pack."""
    return await _detailed(work, await service.of_shop(work, path.order_id))


async def move_for_shop(
    work: Work, path: OrderPath, _query: Nothing, draft: StatusDraft
) -> OrderView:
    """Say that the shop prepares the order, has it ready, or cannot fulfil it."""
    return OrderView.of(
        await service.move_for_shop(work, path.order_id, draft.status, draft.comment)
    )


async def all_orders(
    work: Work, _path: Nothing, query: StaffOrderQuery, _body: Nothing
) -> PageView[OrderView]:
    """All orders, newest first."""
    search = f"%{_escaped(query.search)}%" if query.search else None
    choice = Choice(
        company_id=query.company_id,
        zone_id=query.zone_id,
        statuses=query.status,
        search=search,
    )
    return await _page(work, query, choice)


async def any_order(
    work: Work, path: OrderPath, _query: Nothing, _body: Nothing
) -> OrderDetailView:
    """One order, for staff."""
    return await _detailed(work, await service.get(work, path.order_id))


async def any_history(work: Work, path: OrderPath, _query: Nothing, _body: Nothing) -> HistoryView:
    """Every change of status of one order, for staff."""
    await service.get(work, path.order_id)
    return await _history(work, path)


async def _page(work: Work, query: OrderQuery, choice: Choice) -> PageView[OrderView]:
    found, total = await repository.page(work, choice, place_of(query))
    return page_of(query, [OrderView.of(order) for order in found], total)


async def _detailed(work: Work, order: Order) -> OrderDetailView:
    return OrderDetailView.with_items(order, await repository.items(work, order.id))


async def _history(work: Work, path: OrderPath) -> HistoryView:
    changes = await repository.changes(work, path.order_id)
    return HistoryView(changes=[HistoryLineView.of(change) for change in changes])


def _company(work: Work) -> CompanyId:
    if work.actor.company_id is None:
        raise NotFound("Your account belongs to no company")
    return work.actor.company_id


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_OWN = "/api/v1/orders"
_SHOP = "/api/v1/vendor/orders"
_STAFF = "/api/v1/admin/orders"

ENDPOINTS = (
    Endpoint(
        "POST",
        _OWN,
        place,
        "order:create",
        Owner.OWN_ORDERS,
        status=201,
        idempotency=Idempotency.REQUIRED,
    ),
    Endpoint("GET", _OWN, own_orders, "order:read", Owner.OWN_ORDERS),
    Endpoint(
        "GET", f"{_OWN}/{{orderId}}", own_order, "order:read", Owner.OWN_ORDERS, versioned=True
    ),
    Endpoint("GET", f"{_OWN}/{{orderId}}/history", own_history, "order:read", Owner.OWN_ORDERS),
    Endpoint("POST", f"{_OWN}/{{orderId}}/cancel", cancel, "order:cancel", Owner.OWN_ORDERS),
    Endpoint("GET", _SHOP, shop_orders, "shop:read", Owner.OWN_COMPANY),
    Endpoint(
        "GET", f"{_SHOP}/{{orderId}}", shop_order, "shop:read", Owner.OWN_COMPANY, versioned=True
    ),
    Endpoint("PUT", f"{_SHOP}/{{orderId}}/status", move_for_shop, "shop:work", Owner.OWN_COMPANY),
    Endpoint("GET", _STAFF, all_orders, "dispatch:read", Owner.OWN_ZONES),
    Endpoint(
        "GET", f"{_STAFF}/{{orderId}}", any_order, "dispatch:read", Owner.OWN_ZONES, versioned=True
    ),
    Endpoint("GET", f"{_STAFF}/{{orderId}}/history", any_history, "dispatch:read", Owner.OWN_ZONES),
)
