"""Every module's endpoints, gathered: the map of the whole API."""

from api.admin.endpoints import ENDPOINTS as ADMIN
from api.auditing.endpoints import ENDPOINTS as AUDITING
from api.companies.endpoints import ENDPOINTS as COMPANIES
from api.couriers.endpoints import ENDPOINTS as COURIERS
from api.deliveries.endpoints import ENDPOINTS as DELIVERIES
from api.devices.endpoints import ENDPOINTS as DEVICES
from api.following.endpoints import ENDPOINTS as FOLLOWING
from api.identity.endpoints import ENDPOINTS as IDENTITY
from api.kit.endpoint import AnyEndpoint
from api.offers.endpoints import ENDPOINTS as OFFERS
from api.orders.endpoints import ENDPOINTS as ORDERS
from api.people.endpoints import ENDPOINTS as PEOPLE
from api.profiles.endpoints import ENDPOINTS as PROFILES
from api.staff.endpoints import ENDPOINTS as STAFF
from api.trails.endpoints import ENDPOINTS as TRAILS
from api.zones.endpoints import ENDPOINTS as ZONES

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    *IDENTITY,
    *ZONES,
    *PROFILES,
    *COMPANIES,
    *TRAILS,
    *COURIERS,
    *DEVICES,
    *ORDERS,
    *DELIVERIES,
    *OFFERS,
    *FOLLOWING,
    *STAFF,
    *AUDITING,
    *PEOPLE,
    *ADMIN,
)
