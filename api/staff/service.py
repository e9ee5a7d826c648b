"""The staff: who is on it, as what, where. Every change ends the member's sessions at once."""

from collections.abc import Sequence
from dataclasses import replace

from api.identity import codes, sessions
from api.identity import repository as identity_rows
from api.identity import service as identity
from api.identity.model import CodePurpose
from api.identity.schema import CodeSent
from api.kit.actor import Role
from api.kit.db import UniqueViolation
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import UserId, ZoneId
from api.kit.work import Work
from api.staff import repository
from api.staff.model import Member
from api.staff.schema import MemberDraft, NewMember
from api.zones import repository as zone_rows


class LastSuperAdmin(Conflict):
    """Without a super admin nobody could let anybody in again."""

    code, title = "last_super_admin", "This is the last super admin: name another one first"


class ContactInUse(Conflict):
    """Somebody else has a contact of a removed member now."""

    code, title = "contact_in_use", "Somebody else has a contact of this member now"


class NotOneself(Conflict):
    """Somebody else has to do it."""

    code, title = "not_oneself", "Nobody takes their own rights away: ask another super admin"


_TAKEN = {
    "uq_users_email": "e-mail address",
    "uq_users_phone": "phone number",
    "uq_users_iin_hash": "IIN",
}
"""What of a user is unique among the living, by the name of the index."""


async def get(work: Work, user_id: UserId) -> Member:
    """Return a member of the staff; raise `NotFound`."""
    member = await repository.member(work, user_id)
    if member is None:
        raise NotFound("There is no such member of the staff")
    return member


async def add(work: Work, draft: NewMember) -> Member:
    """Add a member; raise `InvalidInput` for a taken address or a zone that is not there."""
    await _check_zones(work, draft.zone_ids)
    user = await identity.add_staff(
        work,
        role=draft.role,
        email=draft.email,
        password=draft.password.get_secret_value(),
        first_name=draft.first_name,
        last_name=draft.last_name,
    )
    member = replace(
        await get(work, user.id),
        locale=draft.locale,
        zone_ids=list(draft.zone_ids),
        permissions=list(draft.permissions),
    )
    await repository.save(work, member)
    work.record("staff.add", "user", member.id, new=_audited(member))
    return member


async def change(work: Work, user_id: UserId, draft: MemberDraft) -> Member:
    """Replace what a member is and may; raise `PreconditionFailed` for a stale version."""
    await _check_zones(work, draft.zone_ids)
    values = draft.model_dump() | {
        "zone_ids": list(draft.zone_ids),
        "permissions": list(draft.permissions),
    }
    return await _save(work, user_id, "staff.change", values)


async def set_zones(work: Work, user_id: UserId, zone_ids: Sequence[ZoneId]) -> Member:
    """Keep a member to other zones."""
    await _check_zones(work, zone_ids)
    if zone_ids and (await get(work, user_id)).role in {Role.ADMIN, Role.SUPER_ADMIN}:
        everywhere = FieldError("zoneIds", "everywhere", "admins see every zone: change the role")
        raise InvalidInput(fields=[everywhere])
    return await _save(work, user_id, "staff.zones", {"zone_ids": list(zone_ids)})


async def set_active(work: Work, user_id: UserId, is_active: bool) -> Member:
    """Let a member in, or not."""
    return await _save(work, user_id, "staff.active", {"is_active": is_active})


async def remove(work: Work, user_id: UserId) -> None:
    """Take a member off the staff; what they did stays in the audit trail."""
    old = await _lock(work, user_id)
    work.check_version(old.version)
    await _keep_one_super_admin(work, old, Role.SUPPORT, is_active=False)
    await sessions.end_all(work, user_id, "removed")
    await repository.remove(work, user_id)
    work.record(
        "staff.remove",
        "user",
        user_id,
        old=_audited(old) | {"deletedAt": None},
        new=_audited(old) | {"deletedAt": work.now},
    )


async def restore(work: Work, user_id: UserId) -> Member:
    """Put a removed member back as they were; a member who is there already stays so.

    Raises `NotFound`, `ContactInUse`. Sessions ended with the removal, and stay ended.
    """
    old = await repository.lock_removed(work, user_id)
    if old is None:
        return await get(work, user_id)
    try:
        async with work.db.transaction():
            await repository.restore(work, user_id)
    except UniqueViolation as error:
        taken = _TAKEN.get(str(error.constraint_name), "contact")
        message = (
            f"Somebody else has the {taken} of this member now: have them change or remove it "
            "first, or add the member anew with another one"
        )
        raise ContactInUse(message) from error
    member = await get(work, user_id)
    work.record(
        "staff.restore",
        "user",
        user_id,
        old=_audited(old) | {"deletedAt": old.deleted_at},
        new=_audited(member) | {"deletedAt": None},
    )
    return member


async def reset_password(work: Work, user_id: UserId) -> CodeSent:
    """End a member's sessions and send a code that sets a new password."""
    member = await _lock(work, user_id)
    await sessions.end_all(work, user_id, "password")
    user = await identity_rows.user(work, user_id)
    work.record("staff.password", "user", user_id)
    return await codes.send(work, user, member.email.lower(), CodePurpose.PASSWORD_RESET)


async def _save(work: Work, user_id: UserId, act: str, values: dict[str, object]) -> Member:
    old = await _lock(work, user_id)
    work.check_version(old.version)
    changed = replace(old, **values, version=old.version + 1, updated_at=work.now)  # type: ignore[arg-type]  # fields of Member
    await _keep_one_super_admin(work, old, changed.role, is_active=changed.is_active)
    await repository.save(work, changed)
    await sessions.end_all(work, user_id, "rights")
    work.record(act, "user", user_id, old=_audited(old), new=_audited(changed))
    return changed


async def _lock(work: Work, user_id: UserId) -> Member:
    member = await repository.lock(work, user_id)
    if member is None:
        raise NotFound("There is no such member of the staff")
    return member


async def _keep_one_super_admin(work: Work, old: Member, role: Role, *, is_active: bool) -> None:
    if old.role is not Role.SUPER_ADMIN or (role is Role.SUPER_ADMIN and is_active):
        return
    if old.id == work.actor.id:
        raise NotOneself
    if not set(await repository.lock_super_admins(work)) - {old.id}:
        raise LastSuperAdmin


async def _check_zones(work: Work, zone_ids: Sequence[ZoneId]) -> None:
    for place, zone_id in enumerate(zone_ids):
        if await zone_rows.zone(work, zone_id) is None:
            unknown = FieldError(f"zoneIds.{place}", "unknown_zone", "there is no such zone")
            raise InvalidInput(fields=[unknown])


def _audited(member: Member) -> dict[str, object]:
    return {
        "role": member.role,
        "zoneIds": [str(zone_id) for zone_id in member.zone_ids],
        "permissions": member.permissions,
        "isActive": member.is_active,
    }
