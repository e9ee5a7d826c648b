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

from api.settings import Settings
from jobs import cleanup
from tests.support.cast import Cast
from tests.support.key_server import NONCE, KeyServer, hashed
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
    """Sign in with a token, as an app does that made up a nonce."""
    sent = {"token": token, "nonce": NONCE} | draft
    sent = {name: value for name, value in sent.items() if value is not None}
    return await person.post(f"/api/v1/auth/social/{provider}", sent)


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
        "for years": service.token("k1", iat=now - 1800, exp=now + 10 * 365 * 86_400),
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
        "made long ago": service.token("k1", iat=now - 1800),
        "for two apps": service.token("k1", aud=["our-app", "somebody-elses-app"]),
        "by a key that is too weak": service.token("weak"),
    }


async def test_what_is_not_proven_opens_nothing(stack: Stack, service: KeyServer) -> None:
    service.add_key("weak", 1024)
    for wrong, token in broken(service).items():
        answer = await sign_in(stack.person(), token)
        assert (answer.status, answer.code) == (401, "wrong_token"), wrong
    assert await stack.rows("SELECT 1 FROM users") == []


async def test_the_token_holds_the_hash_of_the_nonce(stack: Stack, service: KeyServer) -> None:
    """Who steals a token on its way does not know what the hash in it was made of."""
    for in_token, sent, status in (
        (hashed(NONCE), NONCE, 200),
        (hashed(NONCE).upper(), NONCE, 200),
        (NONCE, NONCE, 401),
        (hashed(NONCE), hashed(NONCE), 401),
        (hashed(NONCE), "another nonce of it", 401),
        (None, NONCE, 401),
    ):
        token = service.token("k1", nonce=in_token, **APPLE)
        answer = await sign_in(stack.person(), token, "apple", nonce=sent)
        assert answer.status == status, (in_token, sent)
    answer = await sign_in(stack.person(), service.token("k1"), nonce=None)
    assert (answer.status, answer.fields) == (422, {"nonce": "required"})


async def test_a_token_opens_once(stack: Stack, service: KeyServer) -> None:
    token = service.token("k1")
    answers = await asyncio.gather(*(sign_in(stack.person(), token) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401, 401]


async def test_a_token_written_in_another_way_is_the_same_token(
    stack: Stack, service: KeyServer
) -> None:
    """The last sign of a signature holds four bits that nobody reads."""
    token = service.token("k1")
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + signs[signs.index(token[-1]) ^ 1]
    assert (await sign_in(stack.person(), token)).status == 200
    for again in (other, f"{token}=", f"{token}!"):
        assert (await sign_in(stack.person(), again)).code == "wrong_token"


async def test_a_token_opens_once_whatever_redis_forgets(stack: Stack, service: KeyServer) -> None:
    token = service.token("k1")
    assert (await sign_in(stack.person(), token)).status == 200
    await stack.station.redis.flushall()
    assert (await sign_in(stack.person(), token)).code == "wrong_token"
    assert await stack.rows("SELECT 1 FROM used_tokens WHERE expires_at > now()") != []
    await stack.rows("UPDATE used_tokens SET expires_at = now() - interval '3 days'")
    await cleanup.forget_old(stack.station)
    assert await stack.rows("SELECT 1 FROM used_tokens") == []


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


async def test_the_owner_of_an_account_is_told_of_a_new_way_in(
    stack: Stack, service: KeyServer
) -> None:
    await registered(stack, confirmed=True)
    for _ in range(2):
        (await sign_in(stack.person(), service.token("k1"))).data  # noqa: B018  # fails unless 2xx
        await stack.settle()
    letters = [str(letter.get_content()) for letter in stack.mail.messages[EMAIL]]
    told = [letter for letter in letters if "Google" in letter]
    assert len(told) == 1


async def test_a_blocked_account_is_neither_linked_nor_taken_over(
    stack: Stack, service: KeyServer
) -> None:
    for confirmed in (False, True):
        await registered(stack, confirmed=confirmed)
        await stack.rows("UPDATE users SET is_active = false")
        before = await stack.rows("SELECT * FROM users")
        answer = await sign_in(stack.person(), service.token("k1"))
        assert answer.code == "wrong_credentials"
        assert await stack.rows("SELECT 1 FROM oauth_identities") == []
        assert await stack.rows("SELECT * FROM users") == before
        await stack.rows("UPDATE users SET is_active = true")


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


@pytest.mark.parametrize("failing", ["500", "moved", "huge", "html"])
async def test_a_service_in_trouble_is_not_asked_by_every_sign_in(
    stack: Stack, service: KeyServer, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr("api.integrations.key_set.PAUSE_S", 600.0)
    service.failing = failing
    attempts = (sign_in(stack.person(), service.token("k1")) for _ in range(6))
    for answer in await asyncio.gather(*attempts):
        assert (answer.status, answer.code) == (503, "unavailable")
    assert service.asked == 1


async def test_facebook_is_asked_about_its_token(stack: Stack, service: KeyServer) -> None:
    person = {"id": "fb-1", "first_name": "Zoé", "last_name": "Zola"}
    odd: dict[str, dict[str, Any]] = {
        "of another app": {"app_id": "0815"},
        "of a page": {"type": "PAGE"},
        "of what it is not told": {"type": None},
        "expired": {"expires_at": int(time.time()) - 10},
        "without an end": {"expires_at": None},
        "withdrawn": {"is_valid": False},
    }
    service.people |= {wrong: person | {"told": told} for wrong, told in odd.items()}
    service.people |= {
        "good": person,
        "good too": person | {"told": {"expires_at": 0}},  # 0: it never ends
        "of two people": person | {"named": "fb-2"},
    }
    first = (await sign_in(stack.person(), "good", "facebook")).data["user"]
    assert (first["firstName"], first["email"]) == ("Zoé", None)
    again = (await sign_in(stack.person(), "good too", "facebook")).data["user"]
    assert again["id"] == first["id"]
    for wrong in (*odd, "of two people", "nobody's", "good"):
        assert (await sign_in(stack.person(), wrong, "facebook")).code == "wrong_token", wrong


@pytest.mark.parametrize("failing", ["500", "moved", "huge", "html"])
async def test_facebook_in_trouble_is_not_asked_by_every_sign_in(
    stack: Stack, service: KeyServer, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr("api.integrations.facebook.PAUSE_S", 600.0)
    service.people["good"] = {"id": "fb-1", "first_name": "Zoé", "last_name": "Zola"}
    service.failing = failing
    for _ in range(3):
        answer = await sign_in(stack.person(), "good", "facebook")
        assert (answer.status, answer.code) == (503, "unavailable")
    assert service.asked_facebook == 1


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
