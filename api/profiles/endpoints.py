"""The door of profiles: everything that people keep about themselves."""

from api.identity.schema import CodeSent
from api.kit.actor import SIGNED_IN
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.rate_limit import RateClass
from api.kit.schema import Empty, Nothing
from api.kit.upload import Upload
from api.kit.work import Work
from api.profiles import address_book, avatar, repository, service
from api.profiles.schema import (
    AddressDraft,
    AddressesView,
    AddressPath,
    AddressView,
    ConsentDraft,
    ConsentPath,
    ConsentsView,
    ConsentView,
    ContactConfirmation,
    ContactDraft,
    NotificationDraft,
    NotificationView,
    PreferencesDraft,
    PreferencesView,
    ProfileDraft,
    ProfileView,
)


async def own(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> ProfileView:
    """The caller's own profile."""
    return await service.own(work)


async def change(work: Work, _path: Nothing, _query: Nothing, draft: ProfileDraft) -> ProfileView:
    """Replace the caller's own profile."""
    return await service.change(work, draft)


async def set_avatar(work: Work, _path: Nothing, _query: Nothing, picture: Upload) -> ProfileView:
    """Show a picture of the caller: cut square, 64, 256 and 512 pixels wide; the former goes."""
    return await avatar.put_up(work, picture)


async def no_avatar(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Empty:
    """Show no picture of the caller any more."""
    await avatar.take_down(work)
    return Empty()


async def ask_contact(work: Work, _path: Nothing, _query: Nothing, draft: ContactDraft) -> CodeSent:
    """Send a code to another phone number or e-mail address of the caller."""
    return await service.ask_contact(work, draft.contact)


async def confirm_contact(
    work: Work, _path: Nothing, _query: Nothing, draft: ContactConfirmation
) -> ProfileView:
    """Confirm another phone number or e-mail address by the code that came there."""
    return await service.confirm_contact(work, draft)


async def addresses(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> AddressesView:
    """The caller's address book."""
    book = await repository.address_book(work, work.actor.id)
    return AddressesView(addresses=[AddressView.of(address) for address in book])


async def address(work: Work, path: AddressPath, _query: Nothing, _body: Nothing) -> AddressView:
    """One of the caller's addresses."""
    return AddressView.of(await address_book.get(work, path.address_id))


async def add_address(
    work: Work, _path: Nothing, _query: Nothing, draft: AddressDraft
) -> AddressView:
    """Add an address; its zone is found by its place."""
    return AddressView.of(await address_book.add(work, draft))


async def change_address(
    work: Work, path: AddressPath, _query: Nothing, draft: AddressDraft
) -> AddressView:
    """Replace an address."""
    return AddressView.of(await address_book.change(work, path.address_id, draft))


async def delete_address(work: Work, path: AddressPath, _query: Nothing, _body: Nothing) -> Empty:
    """Delete an address."""
    await address_book.delete(work, path.address_id)
    return Empty()


async def make_default(
    work: Work, path: AddressPath, _query: Nothing, _body: Nothing
) -> AddressView:
    """Make an address the default."""
    return AddressView.of(await address_book.make_default(work, path.address_id))


async def preferences(
    work: Work, _path: Nothing, _query: Nothing, _body: Nothing
) -> PreferencesView:
    """How the caller likes things done."""
    return PreferencesView(**(await service.preferences(work)).model_dump())


async def prefer(
    work: Work, _path: Nothing, _query: Nothing, draft: PreferencesDraft
) -> PreferencesView:
    """Say how things are to be done."""
    return PreferencesView(**(await service.prefer(work, draft)).model_dump())


async def notifications(
    work: Work, _path: Nothing, _query: Nothing, _body: Nothing
) -> NotificationView:
    """How the caller wants to be told."""
    return NotificationView.of(await service.notifications(work))


async def be_told(
    work: Work, _path: Nothing, _query: Nothing, draft: NotificationDraft
) -> NotificationView:
    """Say how to be told, and when not."""
    return NotificationView.of(await service.be_told(work, draft))


async def consents(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> ConsentsView:
    """What the caller has agreed to."""
    found = await repository.consents_of(work, work.actor.id)
    return ConsentsView(consents=[ConsentView.of(consent) for consent in found])


async def consent(
    work: Work, path: ConsentPath, _query: Nothing, draft: ConsentDraft
) -> ConsentView:
    """Agree to something, or take it back; every answer is kept."""
    return ConsentView.of(await service.consent(work, path.kind, draft))


_ME = "/api/v1/users/me"
_ADDRESS = f"{_ME}/addresses/{{addressId}}"

ENDPOINTS = (
    Endpoint("GET", _ME, own, SIGNED_IN, Owner.SELF),
    Endpoint("PUT", _ME, change, SIGNED_IN, Owner.SELF),
    Endpoint(
        "POST",
        f"{_ME}/avatar",
        set_avatar,
        SIGNED_IN,
        Owner.SELF,
        body_limit=avatar.MOST_BYTES,
    ),
    Endpoint("DELETE", f"{_ME}/avatar", no_avatar, SIGNED_IN, Owner.SELF, status=204),
    Endpoint(
        "POST",
        f"{_ME}/contact",
        ask_contact,
        SIGNED_IN,
        Owner.SELF,
        status=202,
        rate=RateClass.AUTH,
        idempotency=Idempotency.UNUSED,
    ),
    Endpoint(
        "POST",
        f"{_ME}/contact/confirm",
        confirm_contact,
        SIGNED_IN,
        Owner.SELF,
        rate=RateClass.AUTH,
        idempotency=Idempotency.UNUSED,
    ),
    Endpoint("GET", f"{_ME}/addresses", addresses, SIGNED_IN, Owner.SELF),
    Endpoint("POST", f"{_ME}/addresses", add_address, SIGNED_IN, Owner.SELF, status=201),
    Endpoint("GET", _ADDRESS, address, SIGNED_IN, Owner.SELF),
    Endpoint("PUT", _ADDRESS, change_address, SIGNED_IN, Owner.SELF),
    Endpoint("DELETE", _ADDRESS, delete_address, SIGNED_IN, Owner.SELF, status=204),
    Endpoint("PUT", f"{_ADDRESS}/default", make_default, SIGNED_IN, Owner.SELF),
    Endpoint("GET", f"{_ME}/preferences", preferences, SIGNED_IN, Owner.SELF),
    Endpoint("PUT", f"{_ME}/preferences", prefer, SIGNED_IN, Owner.SELF),
    Endpoint("GET", f"{_ME}/notification-settings", notifications, SIGNED_IN, Owner.SELF),
    Endpoint("PUT", f"{_ME}/notification-settings", be_told, SIGNED_IN, Owner.SELF),
    Endpoint("GET", f"{_ME}/consents", consents, SIGNED_IN, Owner.SELF),
    Endpoint("PUT", f"{_ME}/consents/{{kind}}", consent, SIGNED_IN, Owner.SELF),
)
