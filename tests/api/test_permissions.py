"""Who may call what: every role, nobody and every bad token at every endpoint of the table."""

import asyncio
from uuid import uuid4

import jwt
import pytest

from api.endpoints import ENDPOINTS
from api.identity import service as identity
from api.identity.tokens import TOKENS, TokenMint
from api.kit.actor import PUBLIC, Actor, Role
from api.kit.ids import SessionId, UserId, new_id
from api.kit.schema import Nothing
from api.kit.upload import Upload
from tests.support.cast import Cast
from tests.support.examples import BODIES, ask, name_of
from tests.support.people import Person

NOTHING_TO_FOLLOW = {(Role.SERVICE, "POST /api/v1/realtime/tickets")} | {
    (Role.VENDOR, "POST /api/v1/realtime/tickets")  # this one belongs to no company
}
TAKES_SECRETS = {
    f"POST /api/v1/auth/{act}"
    for act in ("login", "verify-code", "refresh", "reset-password", "change-password")
} | {"POST /api/v1/users/me/contact/confirm"}
"""Open to the caller, and yet they answer 401: to wrong secrets."""
NAMED_BY_KIND = {
    "PUT /api/v1/users/me/consents/{kind}",
    "POST /api/v1/auth/social/{provider}",
}
"""Their path names one of a few words, not somebody's thing."""


async def somebody(cast: Cast, role: Role) -> Person:
    """Return a signed-in person of a role."""
    async with cast.stack.station.work() as work:
        user = await identity.add_staff(
            work,
            role=role,
            email=f"some.{role}@hermod.example",
            password=None,
            first_name="Some",
            last_name="Body",
        )
    mint = cast.stack.station.resources[TOKENS]
    person = cast.stack.person()
    person.token = mint.access_token(user.id, role, SessionId(new_id()), None)
    return person


def test_every_endpoint_with_a_body_has_an_example() -> None:
    assert set(BODIES) == {
        name_of(e) for e in ENDPOINTS if e.signature.body not in {Nothing, Upload}
    }


@pytest.mark.parametrize("role", Role)
async def test_a_role_gets_in_where_its_permissions_say_so(cast: Cast, role: Role) -> None:
    person = await somebody(cast, role)
    held = Actor(role=role, user_id=UserId(new_id()))
    for endpoint in ENDPOINTS:
        name = name_of(endpoint)
        answer = await ask(person, endpoint)
        told = (name, answer.status, answer.body)
        assert answer.status < 500, told
        if not held.may(endpoint.permission):
            assert (answer.status, answer.code) == (403, "forbidden"), told
        elif name in TAKES_SECRETS:
            assert answer.status == 401, told
        elif (role, name) in NOTHING_TO_FOLLOW:
            assert answer.status == 403, told
        else:
            assert answer.status not in {401, 403}, told
            if "{" in endpoint.path and name not in NAMED_BY_KIND:
                assert answer.status == 404, told


async def test_nobody_gets_in_where_it_is_not_public(cast: Cast) -> None:
    for endpoint in ENDPOINTS:
        answer = await ask(cast.stack.person(), endpoint)
        told = (name_of(endpoint), answer.status, answer.body)
        assert answer.status < 500, told
        if endpoint.permission != PUBLIC:
            assert (answer.status, answer.code) == (401, "unauthenticated"), told
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        elif name_of(endpoint) not in TAKES_SECRETS:
            assert answer.status not in {401, 403}, told


@pytest.mark.parametrize("bad", ["expired", "another key", "no signature", "garbage"])
async def test_a_bad_token_opens_nothing_not_even_what_is_public(cast: Cast, bad: str) -> None:
    secret = cast.stack.settings.secret_key.get_secret_value()
    session = SessionId(uuid4())
    person = cast.stack.person()
    admin = UserId(uuid4())
    old = TokenMint(secret, access_s=-60).access_token(admin, Role.SUPER_ADMIN, session, None)
    claims = jwt.decode(old, options={"verify_signature": False}) | {"exp": 4_000_000_000}
    person.token = {
        "expired": old,
        "another key": TokenMint(secret[::-1], 900).access_token(admin, Role.ADMIN, session, None),
        "no signature": jwt.encode(claims, None, algorithm="none"),
        "garbage": "caf\u00e9",
    }[bad]
    for endpoint in ENDPOINTS:
        answer = await ask(person, endpoint)
        assert (answer.status, answer.code) == (401, "unauthenticated"), name_of(endpoint)


async def test_the_token_of_an_ended_session_opens_nothing_either(cast: Cast) -> None:
    person = await cast.customer()
    (await person.post("/api/v1/auth/logout")).data  # noqa: B018  # fails unless 2xx
    async with asyncio.timeout(30):
        while (await person.get("/api/v1/auth/me")).status == 200:
            pass
    for endpoint in ENDPOINTS:
        answer = await ask(person, endpoint)
        assert (answer.status, answer.code) == (401, "session_over"), name_of(endpoint)
