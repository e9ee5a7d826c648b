"""The door of places: what an address may mean, and what is the address of a place."""

from api.integrations.geocoding import GEOCODER, Candidate
from api.kit.actor import SIGNED_IN
from api.kit.endpoint import Endpoint, Owner
from api.kit.errors import NotFound
from api.kit.rate_limit import RateClass
from api.kit.schema import Nothing
from api.kit.work import Work
from api.places.schema import PlacesView, PlaceView, PointQuery, TextQuery
from api.zones import repository as zone_rows
from geo.point import Point


async def geocode(work: Work, _path: Nothing, query: TextQuery, _body: Nothing) -> PlacesView:
    """Places that an address may mean, best first, each with the zone that holds it."""
    asking = work[GEOCODER].search(query.text, query.locale)
    found = await work.without_connection(asking)
    return PlacesView(candidates=[await _in_zone(work, one) for one in found])


async def reverse(work: Work, _path: Nothing, query: PointQuery, _body: Nothing) -> PlaceView:
    """The address nearest to a place."""
    asking = work[GEOCODER].reverse(Point(query.latitude, query.longitude), query.locale)
    found = await work.without_connection(asking)
    if found is None:
        raise NotFound("The map has no address near this place")
    return await _in_zone(work, found)


async def _in_zone(work: Work, found: Candidate) -> PlaceView:
    return PlaceView.of(found, await zone_rows.at_point(work, found.point))


# Each call costs a question to a service outside: fewer of them than of our own reads.
ENDPOINTS = (
    Endpoint("GET", "/api/v1/geo/geocode", geocode, SIGNED_IN, Owner.ANYONE, rate=RateClass.WRITE),
    Endpoint("GET", "/api/v1/geo/reverse", reverse, SIGNED_IN, Owner.ANYONE, rate=RateClass.WRITE),
)
