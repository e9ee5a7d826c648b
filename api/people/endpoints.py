"""The door of people: what staff see of them, and what they may take along or have erased."""

from api.kit.actor import SIGNED_IN
from api.kit.endpoint import Endpoint, Owner
from api.kit.page import offset_of, page_of
from api.kit.rate_limit import RateClass
from api.kit.schema import Empty, Nothing, PageView
from api.kit.work import Work
from api.people import repository, service
from api.people.schema import (
    ActiveDraft,
    ExportView,
    PersonCard,
    PersonDraft,
    PersonPath,
    PersonQuery,
    PersonView,
)


async def listed(
    work: Work, _path: Nothing, query: PersonQuery, _body: Nothing
) -> PageView[PersonView]:
    """People by name, phone, e-mail address, role, zone; newest first."""
    found, total = await repository.page(
        work,
        query.search,
        query.role,
        query.kind,
        query.zone_id,
        query.is_active,
        query.page_size,
        offset_of(query),
    )
    return page_of(query, [PersonView.of(person) for person in found], total)


async def one(work: Work, path: PersonPath, _query: Nothing, _body: Nothing) -> PersonView:
    """One person."""
    return PersonView.of(await service.get(work, path.user_id))


async def correct(work: Work, path: PersonPath, _query: Nothing, draft: PersonDraft) -> PersonView:
    """Correct a person's name or language."""
    return PersonView.of(await service.correct(work, path.user_id, draft))


async def set_active(
    work: Work, path: PersonPath, _query: Nothing, draft: ActiveDraft
) -> PersonView:
    """Block a person, whose sessions end, or let them in again."""
    return PersonView.of(await service.set_active(work, path.user_id, draft))


async def export(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> ExportView:
    """Everything that we hold about the caller."""
    return await service.export(work)


async def erase(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Empty:
    """Delete the caller's account and what we hold about them, for good."""
    await service.erase_own(work)
    return Empty()


async def look_up(work: Work, path: PersonPath, _query: Nothing, _body: Nothing) -> PersonCard:
    """Who a user is, in a few words, for programs that hold only the id."""
    return PersonCard.of(await service.get(work, path.user_id))


_STAFF = "/api/v1/admin/users"
_ONE = f"{_STAFF}/{{userId}}"

ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/users/me/data-export",
        export,
        SIGNED_IN,
        Owner.SELF,
        rate=RateClass.EXPORT,
    ),
    Endpoint("DELETE", "/api/v1/users/me", erase, SIGNED_IN, Owner.SELF, status=204),
    Endpoint("GET", "/api/v1/internal/users/{userId}", look_up, "user:lookup", Owner.OWN_ZONES),
    Endpoint("GET", _STAFF, listed, "user:read", Owner.OWN_ZONES),
    Endpoint("GET", _ONE, one, "user:read", Owner.OWN_ZONES, versioned=True),
    Endpoint("PUT", _ONE, correct, "user:update", Owner.OWN_ZONES, versioned=True),
    Endpoint("PUT", f"{_ONE}/active", set_active, "user:block", Owner.OWN_ZONES),
)
