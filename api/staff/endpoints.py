"""The door of the staff: super admins alone come through it."""

from api.identity.schema import CodeSent
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.page import offset_of, page_of
from api.kit.schema import Empty, Nothing, PageView
from api.kit.work import Work
from api.staff import repository, service
from api.staff.schema import (
    CountView,
    MemberActive,
    MemberDraft,
    MemberPath,
    MemberQuery,
    MemberView,
    NewMember,
    StatsView,
    ZonesDraft,
)


async def listed(
    work: Work, _path: Nothing, query: MemberQuery, _body: Nothing
) -> PageView[MemberView]:
    """The staff, newest first."""
    found, total = await repository.page(
        work,
        query.role,
        query.is_active,
        query.page_size,
        offset_of(query),
        is_removed=query.is_removed,
    )
    return page_of(query, [MemberView.of(member) for member in found], total)


async def stats(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> StatsView:
    """How many members the staff has, by role."""
    return StatsView(roles=[CountView.of(count) for count in await repository.stats(work)])


async def one(work: Work, path: MemberPath, _query: Nothing, _body: Nothing) -> MemberView:
    """One member of the staff."""
    return MemberView.of(await service.get(work, path.admin_id))


async def add(work: Work, _path: Nothing, _query: Nothing, draft: NewMember) -> MemberView:
    """Add a member of the staff, kept to zones and permissions where wanted."""
    return MemberView.of(await service.add(work, draft))


async def change(work: Work, path: MemberPath, _query: Nothing, draft: MemberDraft) -> MemberView:
    """Replace role, zones and permissions; the member signs in anew."""
    return MemberView.of(await service.change(work, path.admin_id, draft))


async def remove(work: Work, path: MemberPath, _query: Nothing, _body: Nothing) -> Empty:
    """Take somebody off the staff."""
    await service.remove(work, path.admin_id)
    return Empty()


async def restore(work: Work, path: MemberPath, _query: Nothing, _body: Nothing) -> MemberView:
    """Put a removed member back on the staff, as they were; they sign in anew."""
    return MemberView.of(await service.restore(work, path.admin_id))


async def set_zones(work: Work, path: MemberPath, _query: Nothing, draft: ZonesDraft) -> MemberView:
    """Keep a member to other zones; the member signs in anew."""
    return MemberView.of(await service.set_zones(work, path.admin_id, draft.zone_ids))


async def set_active(
    work: Work, path: MemberPath, _query: Nothing, draft: MemberActive
) -> MemberView:
    """Let a member in, or not."""
    return MemberView.of(await service.set_active(work, path.admin_id, draft.is_active))


async def reset_password(work: Work, path: MemberPath, _query: Nothing, _body: Nothing) -> CodeSent:
    """End a member's sessions and send a code that sets a new password."""
    return await service.reset_password(work, path.admin_id)


_ALL = "/api/v1/admin/admins"
_ONE = f"{_ALL}/{{adminId}}"
_MAY = "admin:manage"

ENDPOINTS = (
    Endpoint("GET", _ALL, listed, _MAY, Owner.PLATFORM),
    Endpoint("GET", f"{_ALL}/stats", stats, _MAY, Owner.PLATFORM),
    Endpoint("GET", _ONE, one, _MAY, Owner.PLATFORM, versioned=True),
    Endpoint("POST", _ALL, add, _MAY, Owner.PLATFORM, status=201, idempotency=Idempotency.HONOURED),
    Endpoint("PUT", _ONE, change, _MAY, Owner.PLATFORM, versioned=True),
    Endpoint("DELETE", _ONE, remove, _MAY, Owner.PLATFORM, status=204),
    Endpoint("POST", f"{_ONE}/restore", restore, _MAY, Owner.PLATFORM, versioned=True),
    Endpoint("PUT", f"{_ONE}/zones", set_zones, _MAY, Owner.PLATFORM),
    Endpoint("PUT", f"{_ONE}/active", set_active, _MAY, Owner.PLATFORM),
    Endpoint(
        "POST",
        f"{_ONE}/reset-password",
        reset_password,
        _MAY,
        Owner.PLATFORM,
        status=202,
        idempotency=Idempotency.UNUSED,
    ),
)
