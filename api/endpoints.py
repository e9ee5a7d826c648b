"""Every module's endpoints, gathered: the map of the whole API."""

from api.admin.endpoints import ENDPOINTS as ADMIN
from api.alerts.endpoints import ENDPOINTS as ALERTS
from api.auditing.endpoints import ENDPOINTS as AUDITING
from api.companies.endpoints import ENDPOINTS as COMPANIES
from api.content.endpoints import ENDPOINTS as CONTENT
from api.couriers.endpoints import ENDPOINTS as COURIERS
from api.deliveries.endpoints import ENDPOINTS as DELIVERIES
from api.devices.endpoints import ENDPOINTS as DEVICES
from api.files.endpoints import ENDPOINTS as FILES
from api.following.endpoints import ENDPOINTS as FOLLOWING
from api.identity.endpoints import ENDPOINTS as IDENTITY
from api.imports.endpoints import ENDPOINTS as IMPORTS
from api.kit.endpoint import AnyEndpoint
from api.monitoring.endpoints import ENDPOINTS as MONITORING
from api.offers.endpoints import ENDPOINTS as OFFERS
from api.orders.endpoints import ENDPOINTS as ORDERS
from api.people.endpoints import ENDPOINTS as PEOPLE
from api.places.endpoints import ENDPOINTS as PLACES
from api.profiles.endpoints import ENDPOINTS as PROFILES
from api.service_keys.endpoints import ENDPOINTS as SERVICE_KEYS
from api.slots.endpoints import ENDPOINTS as SLOTS
from api.staff.endpoints import ENDPOINTS as STAFF
from api.system_settings.endpoints import ENDPOINTS as SYSTEM_SETTINGS
from api.trails.endpoints import ENDPOINTS as TRAILS
from api.webhooks.endpoints import ENDPOINTS as WEBHOOKS
from api.zones.endpoints import ENDPOINTS as ZONES

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    *IDENTITY,
    *FILES,
    *ZONES,
    *SLOTS,
    *PLACES,
    *PROFILES,
    *COMPANIES,
    *TRAILS,
    *COURIERS,
    *DEVICES,
    *ORDERS,
    *IMPORTS,
    *DELIVERIES,
    *OFFERS,
    *FOLLOWING,
    *ALERTS,
    *STAFF,
    *SERVICE_KEYS,
    *WEBHOOKS,
    *SYSTEM_SETTINGS,
    *MONITORING,
    *CONTENT,
    *AUDITING,
    *PEOPLE,
    *ADMIN,
)
