"""What staff do about people, and people about everything we hold about them."""

from dataclasses import replace

from api.couriers import repository as courier_rows
from api.couriers import service as couriers
from api.couriers.lifecycle import CourierStatus
from api.identity import sessions
from api.kit.actor import STAFF
from api.kit.errors import Conflict, NotFound
from api.kit.ids import UserId
from api.kit.lifecycle import By
from api.kit.seal import SEAL
from api.kit.work import Work
from api.people import personal_data, repository
from api.people.model import Person
from api.people.schema import ActiveDraft, ExportView, PersonDraft
from api.profiles import repository as profile_rows


class StaffAccount(Conflict):
    """The account belongs to the staff."""

    code, title = "staff_account", "Staff accounts are managed at /api/v1/admin/admins"


class Unfinished(Conflict):
    """Something is still under way."""

    code, title = "unfinished", "Orders or deliveries are still under way: finish them first"


async def get(work: Work, user_id: UserId) -> Person:
    """Return a person; raise `NotFound`, for people outside the caller's zones too."""
    person = await repository.person(work, user_id)
    if person is None:
        raise NotFound("There is no such user")
    return person


async def _lock(work: Work, user_id: UserId) -> Person:
    person = await repository.lock(work, user_id)
    if person is None:
        raise NotFound("There is no such user")
    if person.role in STAFF:
        raise StaffAccount
    return person


async def correct(work: Work, user_id: UserId, draft: PersonDraft) -> Person:
    """Correct a person's name or language; raise `PreconditionFailed` for a stale version."""
    old = await _lock(work, user_id)
    work.check_version(old.version)
    changed = replace(old, **draft.model_dump(), updated_at=work.now, version=old.version + 1)
    await repository.correct(work, changed)
    names = [n for n in draft.model_dump() if getattr(old, n) != getattr(changed, n)]
    work.record(
        "user.correct", "user", user_id, old=_audited(old, names), new=_audited(changed, names)
    )
    return changed


def _audited(person: Person, names: list[str]) -> dict[str, object]:
    """Return values for the trail, which nobody can erase: names of people are masked."""
    return {name: person.locale if name == "locale" else "***" for name in names}


async def set_active(work: Work, user_id: UserId, draft: ActiveDraft) -> Person:
    """Block a person, whose sessions end and whose shift is over, or let them in again."""
    old = await _lock(work, user_id)
    work.check_version(old.version)
    changed = replace(
        old,
        is_active=draft.is_active,
        blocked_reason=None if draft.is_active else draft.reason,
        updated_at=work.now,
        version=old.version + 1,
    )
    await repository.set_active(work, changed)
    work.record(
        "user.unblock" if draft.is_active else "user.block",
        "user",
        user_id,
        old={"isActive": old.is_active, "reason": old.blocked_reason},
        new={"isActive": draft.is_active, "reason": draft.reason},
    )
    if not draft.is_active:
        await sessions.end_all(work, user_id, "blocked")
        await _end_shift(work, user_id)
    await courier_rows.set_active(work, user_id, draft.is_active)
    return changed


async def _end_shift(work: Work, user_id: UserId) -> None:
    """Send a courier home; one who carries something keeps the delivery until it is settled."""
    courier = await courier_rows.lock_by_user(work, user_id)
    if courier is not None and courier.status in {CourierStatus.ONLINE, CourierStatus.ON_BREAK}:
        await couriers.move(work, courier, CourierStatus.OFFLINE, By.SYSTEM)


async def export(work: Work) -> ExportView:
    """Return everything that we hold about the caller; noted in the audit trail."""
    user_id = work.actor.id
    tables, cut = await personal_data.collect(work, user_id)
    profile = await profile_rows.profile(work, user_id)
    if profile is not None and profile.iin_sealed is not None:
        tables["users"][0]["iin"] = work[SEAL].open(profile.iin_sealed, profile.id.bytes)
    work.record("user.export", "user", user_id)
    return ExportView(exported_at=work.now, cut=cut, tables=tables)


async def erase_own(work: Work) -> None:
    """Delete the caller's account; raise `Unfinished` while something is under way."""
    user_id = work.actor.id
    await _lock(work, user_id)
    if await repository.unfinished(work, user_id):
        raise Unfinished
    await sessions.end_all(work, user_id, "erased")
    await _end_shift(work, user_id)
    await personal_data.erase(work, user_id, work.now)
    work.record("user.erase", "user", user_id)
