"""The door of alerts."""

from api.alerts import service
from api.alerts.schema import AlertsView, AlertView
from api.kit.endpoint import Endpoint, Owner
from api.kit.schema import Nothing
from api.kit.work import Work


async def listed(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> AlertsView:
    """What is wrong now: couriers stuck or off their route, deliveries late or about to be."""
    return AlertsView(alerts=[AlertView.of(one) for one in await service.current(work)])


ENDPOINTS = (Endpoint("GET", "/api/v1/admin/alerts", listed, "dispatch:read", Owner.OWN_ZONES),)
