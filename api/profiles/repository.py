"""Every statement about profiles, addresses, wishes and consents."""

from sqlalchemy import bindparam

from api.identity.model import users
from api.kit.ids import AddressId, FileId, UserId
from api.kit.statement import Command, Query, columns, inserting, saving, selecting
from api.kit.work import Work
from api.profiles.model import (
    Address,
    Consent,
    NotificationSettings,
    Preferences,
    Profile,
    addresses,
    consents,
    notification_settings,
    user_preferences,
)

_PROFILE = Query(
    Profile,
    selecting(Profile, users).where(users.c.id == bindparam("id"), users.c.deleted_at.is_(None)),
)
_SAVED = (
    "first_name",
    "last_name",
    "date_of_birth",
    "iin_sealed",
    "iin_hash",
    "locale",
    "updated_at",
)
_SAVE_PROFILE = Command(
    """
    UPDATE users SET first_name = :first_name, last_name = :last_name, locale = :locale,
        date_of_birth = :date_of_birth, iin_sealed = :iin_sealed, iin_hash = :iin_hash,
        updated_at = :updated_at, version = version + 1
    WHERE id = :id
    """
)
_SET_AVATAR = saving(users, ["avatar_file_id", "updated_at"])
_SET_PHONE = saving(users, ["phone", "phone_verified_at", "updated_at"])
_SET_EMAIL = saving(users, ["email", "email_verified_at", "updated_at"])

_OWN = selecting(Address, addresses).where(addresses.c.user_id == bindparam("user_id"))
_ADDRESSES = Query(Address, _OWN.order_by(addresses.c.is_default.desc(), addresses.c.id.desc()))
_ADDRESS = Query(Address, _OWN.where(addresses.c.id == bindparam("id")))
_ADD_ADDRESS = inserting(Address, addresses)
_ADDRESS_SAVED = (
    "name",
    "city",
    "street",
    "building",
    "apartment",
    "entrance",
    "floor",
    "intercom",
    "location",
    "zone_id",
    "h3_cell",
    "geocode_status",
    "is_default",
    "updated_at",
)
_SAVE_ADDRESS = saving(addresses, _ADDRESS_SAVED)
_NO_DEFAULT = Command(
    "UPDATE addresses SET is_default = false WHERE user_id = :user_id AND is_default"
)
_NEWEST_DEFAULT = Command(
    """
    UPDATE addresses SET is_default = true
    WHERE id = (SELECT id FROM addresses WHERE user_id = :user_id ORDER BY id DESC LIMIT 1)
      AND NOT EXISTS (SELECT FROM addresses WHERE user_id = :user_id AND is_default)
    """
)
_DELETE_ADDRESS = Command("DELETE FROM addresses WHERE user_id = :user_id AND id = :id")

_PREFERENCES = Query(
    Preferences,
    selecting(Preferences, user_preferences).where(
        user_preferences.c.user_id == bindparam("user_id")
    ),
)
_KEEP_PREFERENCES = Command(
    """
    INSERT INTO user_preferences (user_id, preferences, updated_at)
    VALUES (:user_id, :preferences, :updated_at)
    ON CONFLICT (user_id) DO UPDATE
    SET preferences = excluded.preferences, updated_at = excluded.updated_at
    """
)
_NOTIFICATIONS = Query(
    NotificationSettings,
    selecting(NotificationSettings, notification_settings).where(
        notification_settings.c.user_id == bindparam("user_id")
    ),
)
_KEEP_NOTIFICATIONS = Command(
    """
    INSERT INTO notification_settings (user_id, push_enabled, sms_enabled, email_enabled,
                                       promo_enabled, quiet_from, quiet_to, updated_at)
    VALUES (:user_id, :push_enabled, :sms_enabled, :email_enabled, :promo_enabled,
            :quiet_from, :quiet_to, :updated_at)
    ON CONFLICT (user_id) DO UPDATE
    SET push_enabled = excluded.push_enabled, sms_enabled = excluded.sms_enabled,
        email_enabled = excluded.email_enabled, promo_enabled = excluded.promo_enabled,
        quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
        updated_at = excluded.updated_at
    """
)
_CONSENTS = Query(
    Consent,
    """
    SELECT DISTINCT ON (kind) * FROM consents WHERE user_id = :user_id ORDER BY kind, id DESC
    """,
)
_ADD_CONSENT = inserting(Consent, consents)


async def profile(work: Work, user_id: UserId) -> Profile | None:
    """Return the profile of a user."""
    return await _PROFILE.one(work.db, id=user_id)


async def save_profile(work: Work, changed: Profile) -> None:
    """Save a profile; raise `UniqueViolation` where somebody else has the IIN."""
    await _SAVE_PROFILE.run(work.db, **columns(changed, ("id", *_SAVED)))


async def set_contact(work: Work, user_id: UserId, contact: str) -> None:
    """Save a confirmed phone number or e-mail address; raise `UniqueViolation` where taken."""
    if "@" in contact:
        await _SET_EMAIL.run(
            work.db, id=user_id, email=contact, email_verified_at=work.now, updated_at=work.now
        )
    else:
        await _SET_PHONE.run(
            work.db, id=user_id, phone=contact, phone_verified_at=work.now, updated_at=work.now
        )


async def address_book(work: Work, user_id: UserId) -> list[Address]:
    """Return a user's addresses, the default first, then the newest."""
    return await _ADDRESSES.all(work.db, user_id=user_id)


async def address(work: Work, user_id: UserId, address_id: AddressId) -> Address | None:
    """Return one of a user's own addresses."""
    return await _ADDRESS.one(work.db, user_id=user_id, id=address_id)


async def add_address(work: Work, added: Address) -> None:
    """Save a new address."""
    await _ADD_ADDRESS.run(work.db, **columns(added))


async def save_address(work: Work, changed: Address) -> None:
    """Save a changed address."""
    await _SAVE_ADDRESS.run(work.db, **columns(changed, ("id", *_ADDRESS_SAVED)))


async def delete_address(work: Work, user_id: UserId, address_id: AddressId) -> bool:
    """Delete one of a user's own addresses; False where there was none."""
    return await _DELETE_ADDRESS.run(work.db, user_id=user_id, id=address_id) > 0


async def no_default(work: Work, user_id: UserId) -> None:
    """Leave a user without a default address, so that another can become it."""
    await _NO_DEFAULT.run(work.db, user_id=user_id)


async def some_default(work: Work, user_id: UserId) -> None:
    """Make the newest address the default where there is none."""
    await _NEWEST_DEFAULT.run(work.db, user_id=user_id)


async def preferences(work: Work, user_id: UserId) -> Preferences | None:
    """Return what a user said about how things are done."""
    return await _PREFERENCES.one(work.db, user_id=user_id)


async def keep_preferences(work: Work, kept: Preferences) -> None:
    """Save how things are done."""
    await _KEEP_PREFERENCES.run(work.db, **columns(kept))


async def notifications(work: Work, user_id: UserId) -> NotificationSettings | None:
    """Return how a user wants to be told."""
    return await _NOTIFICATIONS.one(work.db, user_id=user_id)


async def keep_notifications(work: Work, kept: NotificationSettings) -> None:
    """Save how a user wants to be told."""
    await _KEEP_NOTIFICATIONS.run(work.db, **columns(kept))


async def consents_of(work: Work, user_id: UserId) -> list[Consent]:
    """Return the newest answer of each kind."""
    return await _CONSENTS.all(work.db, user_id=user_id)


async def add_consent(work: Work, added: Consent) -> None:
    """Append an answer."""
    await _ADD_CONSENT.run(work.db, **columns(added))


async def set_avatar(work: Work, user_id: UserId, file_id: FileId | None) -> None:
    """Save which file shows a person."""
    await _SET_AVATAR.run(work.db, id=user_id, avatar_file_id=file_id, updated_at=work.now)
