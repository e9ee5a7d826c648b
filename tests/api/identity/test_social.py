"""Signing in with an account elsewhere: proven by a signature, linked with care, never replayed."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from api.integrations import signing_keys
from api.settings import Settings
from tests.support.cast import Cast
from tests.support.key_server import KeyServer
from tests.support.people import PASSWORD, Answer, Person
from tests.support.programs import Stack

EMAIL = "ana.sa@mail.example"
APPLE = {"iss": "https://appleid.apple.com", "aud": "our.bundle", "sub": "apple-1"}


@pytest.fixture
async def service() -> AsyncIterator[KeyServer]:
    """Return a running sign-in service with one key."""
    server = KeyServer()
    server.add_key("k1")
    running = TestServer(server.app())
    await running.start_server()
    server.url = str(running.make_url("")).rstrip("/")
    yield server
    await running.close()


@pytest.fixture
def settings(settings: Settings, service: KeyServer) -> Settings:
    """Return settings that name the service for all three."""
    return settings.model_copy(
        update={
            "google_client_ids": ("another-app", "our-app"),
            "google_keys_url": f"{service.url}/keys",
            "apple_client_ids": ("our.bundle",),
            "apple_keys_url": f"{service.url}/keys",
            "facebook_app_id": service.app_id,
            "facebook_app_secret": SecretStr(service.app_secret),
            "facebook_url": service.url,
        }
    )


async def sign_in(person: Person, token: str, provider: str = "google", **draft: Any) -> Answer:
    """Sign in with a token."""
    return await person.post(f"/api/v1/auth/social/{provider}", {"token": token} | draft)


async def test_a_newcomer_is_registered_and_found_again(stack: Stack, service: KeyServer) -> None:
    ana = stack.person()
    ana.keep((await sign_in(ana, service.token("k1"))).data)
    assert (ana.me["email"], ana.me["firstName"], ana.me["role"]) == (EMAIL, "Ana", "customer")
    assert (await ana.get("/api/v1/auth/me")).status == 200
    again = (await sign_in(stack.person(), service.token("k1", email="other@mail.example"))).data
    assert again["user"]["id"] == ana.me["id"]
    assert again["user"]["email"] == EMAIL
    assert service.asked == 1
    rows = await stack.rows("SELECT action FROM audit_logs ORDER BY id")
    assert [row["action"] for row in rows] == [
        "user.register",
        "user.link",
        "session.begin",
        "session.begin",
    ]


async def test_role_names_and_language_come_from_the_app_where_the_token_has_none(
    stack: Stack, service: KeyServer
) -> None:
    token = service.token("k1", given_name=None, family_name=None, **APPLE)
    draft = {"role": "courier", "firstName": "Rui", "lastName": "Reis", "locale": "pt"}
    user = (await sign_in(stack.person(), token, "apple", **draft)).data["user"]
    assert (user["role"], user["firstName"], user["locale"]) == ("courier", "Rui", "pt")


def broken(service: KeyServer) -> dict[str, str]:
    """Return tokens that must not open anything, by what is wrong with them."""
    now = int(time.time())
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = service.token("k1")
    claims = jwt.decode(good, options={"verify_signature": False})
    published = jwt.algorithms.RSAAlgorithm.to_jwk(service.keys["k1"].public_key())
    head, body, _proof = good.split(".")
    return {
        "for another app": service.token("k1", aud="somebody-elses-app"),
        "of another issuer": service.token("k1", iss="https://accounts.goggle.com"),
        "of apple": service.token("k1", **APPLE),
        "too old": service.token("k1", iat=now - 7200, exp=now - 3600),
        "from tomorrow": service.token("k1", iat=now + 86_400, exp=now + 90_000),
        "for years": service.token("k1", exp=now + 10 * 365 * 86_400),
        "without an end": service.token("k1", exp=None),
        "about nobody": service.token("k1", sub=None),
        "of a stranger": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "k1"}),
        "of an unknown key": jwt.encode(claims, stranger, "RS256", headers={"kid": "k9"}),
        "unsigned": jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"}),
        "by the public key": jwt.encode(
            claims, hashlib.sha256(published.encode()).hexdigest(), "HS256", headers={"kid": "k1"}
        ),
        "with its proof cut off": f"{head}.{body}.",
        "no token": "not a token at all",
        "with a nonce that was not sent": service.token("k1", nonce="abcdefgh"),
    }


async def test_what_is_not_proven_opens_nothing(stack: Stack, service: KeyServer) -> None:
    for wrong, token in broken(service).items():
        answer = await sign_in(stack.person(), token)
        assert (answer.status, answer.code) == (401, "wrong_token"), wrong
    assert await stack.rows("SELECT 1 FROM users") == []


async def test_the_nonce_must_be_the_apps_own(stack: Stack, service: KeyServer) -> None:
    nonce = "a nonce of the app"
    hashed = hashlib.sha256(nonce.encode()).hexdigest()
    person = stack.person()
    for in_token, sent, status in (
        (nonce, nonce, 200),
        (hashed, nonce, 200),
        (nonce, "another nonce", 401),
        (None, nonce, 401),
        (nonce, None, 401),
    ):
        token = service.token("k1", nonce=in_token, **APPLE)
        draft = {} if sent is None else {"nonce": sent}
        assert (await sign_in(person, token, "apple", **draft)).status == status, (in_token, sent)


async def test_a_token_opens_once(stack: Stack, service: KeyServer) -> None:
    token = service.token("k1")
    answers = await asyncio.gather(*(sign_in(stack.person(), token) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401, 401]


async def test_two_first_sign_ins_at_once_make_one_account(
    stack: Stack, service: KeyServer
) -> None:
    tokens = [service.token("k1", jti=str(n)) for n in range(6)]
    answers = await asyncio.gather(*(sign_in(stack.person(), token) for token in tokens))
    assert len({answer.data["user"]["id"] for answer in answers}) == 1
    (row,) = await stack.rows("SELECT count(*) FROM users")
    assert row["count"] == 1


async def registered(stack: Stack, *, confirmed: bool) -> Person:
    """Register the address with a password, as anybody may."""
    person = stack.person()
    draft = {"email": EMAIL, "password": PASSWORD, "firstName": "Eve", "lastName": "Il"}
    (await person.post("/api/v1/auth/register", draft)).data  # noqa: B018  # fails unless 2xx
    if confirmed:
        await stack.settle()
        check = {"destination": EMAIL, "purpose": "registration", "password": PASSWORD}
        check["code"] = stack.mail.code(EMAIL)
        person.keep((await person.post("/api/v1/auth/verify-code", check)).data)
    return person


async def test_a_confirmed_account_with_the_checked_address_is_linked(
    stack: Stack, service: KeyServer
) -> None:
    owner = await registered(stack, confirmed=True)
    user = (await sign_in(stack.person(), service.token("k1"))).data["user"]
    assert (user["id"], user["firstName"]) == (owner.me["id"], "Eve")
    login = {"login": EMAIL, "password": PASSWORD}
    assert (await stack.person().post("/api/v1/auth/login", login)).status == 200


async def test_whoever_registered_an_address_first_does_not_get_into_the_owners_account(
    stack: Stack, service: KeyServer
) -> None:
    eve = await registered(stack, confirmed=False)
    ana = (await sign_in(stack.person(), service.token("k1"))).data["user"]
    assert ana["firstName"] == "Ana"
    login = {"login": EMAIL, "password": PASSWORD}
    assert (await eve.post("/api/v1/auth/login", login)).status == 401


async def test_an_address_that_the_service_has_not_checked_links_nothing(
    stack: Stack, service: KeyServer
) -> None:
    owner = await registered(stack, confirmed=True)
    for unchecked in (False, "false", None, "yes", 1, [True]):
        token = service.token("k1", email_verified=unchecked, sub=f"google-{unchecked!r}")
        user = (await sign_in(stack.person(), token)).data["user"]
        assert user["id"] != owner.me["id"]
        assert user["email"] is None


async def test_staff_are_not_linked_by_an_address(cast: Cast, service: KeyServer) -> None:
    token = service.token("k1", email="admin@hermod.example")
    assert (await sign_in(cast.stack.person(), token)).code == "not_by_service"


async def test_a_blocked_person_stays_out(cast: Cast, service: KeyServer) -> None:
    user = (await sign_in(cast.stack.person(), service.token("k1"))).data["user"]
    block = {"isActive": False, "reason": "too loud"}
    (await cast.admin.put(f"/api/v1/admin/users/{user['id']}/active", block)).data  # noqa: B018
    answer = await sign_in(cast.stack.person(), service.token("k1"))
    assert answer.code == "wrong_credentials"


async def test_an_erased_person_begins_anew(stack: Stack, service: KeyServer) -> None:
    ana = stack.person()
    ana.keep((await sign_in(ana, service.token("k1"))).data)
    assert (await ana.ask("DELETE", "/api/v1/users/me")).status == 204
    assert await stack.rows("SELECT 1 FROM oauth_identities") == []
    user = (await sign_in(stack.person(), service.token("k1"))).data["user"]
    assert user["id"] != ana.me["id"]


async def test_a_new_key_is_found_and_invented_ones_cost_one_question(
    stack: Stack, service: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await sign_in(stack.person(), service.token("k1"))).status == 200
    service.add_key("k2")
    assert (await sign_in(stack.person(), service.token("k2"))).status == 401  # asked just now
    monkeypatch.setattr(signing_keys, "ASKED_AGAIN_S", 0.0)
    assert (await sign_in(stack.person(), service.token("k2"))).status == 200
    assert service.asked == 2


async def test_keys_that_cannot_be_fetched_are_trouble_of_the_service(
    stack: Stack, service: KeyServer
) -> None:
    service.failing = True
    answer = await sign_in(stack.person(), service.token("k1"))
    assert (answer.status, answer.code) == (503, "unavailable")
    service.failing = False
    assert (await sign_in(stack.person(), service.token("k1"))).status == 200


async def test_facebook_is_asked_about_its_token(stack: Stack, service: KeyServer) -> None:
    person = {"id": "fb-1", "first_name": "Zoé", "last_name": "Zola"}
    service.people |= {
        "good": person,
        "good too": person,
        "of another app": person | {"app_id": "0815"},
        "of two people": person | {"named": "fb-2"},
    }
    first = (await sign_in(stack.person(), "good", "facebook")).data["user"]
    assert (first["firstName"], first["email"]) == ("Zoé", None)
    again = (await sign_in(stack.person(), "good too", "facebook")).data["user"]
    assert again["id"] == first["id"]
    for wrong in ("of another app", "of two people", "nobody's"):
        assert (await sign_in(stack.person(), wrong, "facebook")).code == "wrong_token", wrong


async def test_the_token_is_nowhere_afterwards(
    stack: Stack, service: KeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    token = service.token("k1")
    await sign_in(stack.person(), token)
    assert token not in caplog.text
    for table in ("audit_logs", "outbox", "sessions", "idempotency_keys"):
        rows = await stack.rows(f"SELECT t::text FROM {table} AS t")  # noqa: S608  # ours
        assert token not in str(rows)


class TestWhereNothingIsSetUp:
    """An installation without client ids."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Name no app."""
        bare = {"google_client_ids": (), "apple_client_ids": (), "facebook_app_id": ""}
        return settings.model_copy(update=bare)

    @pytest.mark.parametrize("provider", ["google", "apple", "facebook"])
    async def test_it_says_so(self, stack: Stack, service: KeyServer, provider: str) -> None:
        answer = await sign_in(stack.person(), service.token("k1"), provider)
        assert (answer.status, answer.code) == (404, "provider_off")
        assert (await sign_in(stack.person(), "x", "myspace")).status == 422
