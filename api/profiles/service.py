"""People about themselves: profile, contacts, wishes, consents."""

from dataclasses import replace
from datetime import date

from api.identity import codes
from api.identity import repository as identity_rows
from api.identity.errors import WrongCode
from api.identity.events import ContactChanged
from api.identity.model import CodePurpose
from api.identity.schema import CodeSent
from api.kit.db import UniqueViolation
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import FileId, new_id
from api.kit.seal import SEAL
from api.kit.work import Work
from api.profiles import repository
from api.profiles.iin import born
from api.profiles.model import (
    Consent,
    ConsentKind,
    NotificationSettings,
    Preferences,
    Profile,
)
from api.profiles.schema import (
    ConsentDraft,
    ContactConfirmation,
    NotificationDraft,
    PreferencesDraft,
    ProfileDraft,
    ProfileView,
)
from api.settings import SETTINGS

EARLIEST = date(1900, 1, 1)


class ContactTaken(Conflict):
    """Another account has the phone number or e-mail address."""

    code, title = "contact_taken", "Another account has this phone number or e-mail address"


async def own(work: Work) -> ProfileView:
    """Return the caller's profile."""
    return _opened(work, await _profile(work))


async def _profile(work: Work) -> Profile:
    profile = await repository.profile(work, work.actor.id)
    if profile is None:
        raise NotFound
    return profile


def _opened(work: Work, profile: Profile) -> ProfileView:
    sealed = profile.iin_sealed
    iin = None if sealed is None else work[SEAL].open(sealed, profile.id.bytes)
    return ProfileView.of(profile, iin, avatar_url(work, profile.avatar_file_id))


def avatar_url(work: Work, file_id: FileId | None) -> str | None:
    """Return where a picture of somebody is; other sizes by another `variant`."""
    if file_id is None:
        return None
    return f"{work[SETTINGS].cdn_url.rstrip('/')}/api/v1/files/{file_id}/content?variant=256"


async def change(work: Work, draft: ProfileDraft) -> ProfileView:
    """Replace the caller's profile; raise `InvalidInput` for what cannot be so."""
    await identity_rows.lock_user(work, work.actor.id)
    old = await _profile(work)
    seal = work[SEAL]
    changed = replace(
        old,
        first_name=draft.first_name,
        last_name=draft.last_name,
        locale=draft.locale,
        date_of_birth=_birthday(work, draft),
        iin_sealed=None if draft.iin is None else seal.close(draft.iin, old.id.bytes),
        iin_hash=None if draft.iin is None else seal.digest(draft.iin),
        updated_at=work.now,
    )
    try:
        async with work.db.transaction():
            await repository.save_profile(work, changed)
    except UniqueViolation as error:
        taken = FieldError("iin", "taken", "another account has this IIN: ask support")
        raise InvalidInput(fields=[taken]) from error
    names = ("first_name", "last_name", "locale", "date_of_birth", "iin_hash")
    fields = [name for name in names if getattr(old, name) != getattr(changed, name)]
    work.record("user.profile", "user", old.id, new={"changed": fields})
    return _opened(work, changed)


def _birthday(work: Work, draft: ProfileDraft) -> date | None:
    said = draft.date_of_birth
    if said is not None and not EARLIEST <= said <= work.now.date():
        unlikely = FieldError("dateOfBirth", "out_of_range", "must lie after 1900 and not ahead")
        raise InvalidInput(fields=[unlikely])
    if draft.iin is None:
        return said
    told = born(draft.iin)
    if said is not None and said != told:
        other = FieldError("iin", "other_birthday", "the IIN holds another date of birth")
        raise InvalidInput(fields=[other])
    return told


async def ask_contact(work: Work, contact: str) -> CodeSent:
    """Send a code to another contact of the caller; nobody learns whether it is taken."""
    taken = await identity_rows.user_by_login(work, contact)
    caller = await identity_rows.user(work, work.actor.id)
    entitled = caller if taken is None else None
    return await codes.send(work, entitled, contact, CodePurpose.CHANGE_CONTACT)


async def confirm_contact(work: Work, draft: ContactConfirmation) -> ProfileView:
    """Take over a contact that the caller has shown to own; raise `WrongCode`, `ContactTaken`."""
    user = await codes.use(
        work, draft.contact, CodePurpose.CHANGE_CONTACT, draft.code.get_secret_value()
    )
    if user.id != work.actor.id:
        raise WrongCode
    try:
        async with work.db.transaction():
            await repository.set_contact(work, user.id, draft.contact)
    except UniqueViolation as error:
        raise ContactTaken from error
    kind = "email" if draft.phone is None else "phone"
    work.record("user.contact", "user", user.id, new={"changed": [kind]})
    former = user.email if kind == "email" else user.phone
    if former is not None:
        work.emit(ContactChanged(user.id, former, user.locale))
    return await own(work)


async def preferences(work: Work) -> PreferencesDraft:
    """Return how the caller likes things done."""
    kept = await repository.preferences(work, work.actor.id)
    return PreferencesDraft() if kept is None else PreferencesDraft(**kept.preferences)


async def prefer(work: Work, draft: PreferencesDraft) -> PreferencesDraft:
    """Save how the caller likes things done."""
    wishes = draft.model_dump(mode="json", by_alias=True)
    await repository.keep_preferences(work, Preferences(work.actor.id, wishes, work.now))
    return draft


async def notifications(work: Work) -> NotificationSettings:
    """Return how the caller wants to be told."""
    kept = await repository.notifications(work, work.actor.id)
    return _settings(work, NotificationDraft()) if kept is None else kept


async def be_told(work: Work, draft: NotificationDraft) -> NotificationSettings:
    """Save how the caller wants to be told."""
    kept = _settings(work, draft)
    await repository.keep_notifications(work, kept)
    return kept


def _settings(work: Work, draft: NotificationDraft) -> NotificationSettings:
    return NotificationSettings(user_id=work.actor.id, updated_at=work.now, **draft.model_dump())


async def consent(work: Work, kind: ConsentKind, draft: ConsentDraft) -> Consent:
    """Note that the caller agrees to something, or no longer does."""
    said = Consent(new_id(), work.actor.id, kind, draft.given, draft.version, work.now)
    await repository.add_consent(work, said)
    work.record("user.consent", "user", work.actor.id, new={"kind": kind, "given": draft.given})
    return said
