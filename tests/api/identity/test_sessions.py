"""Sessions: rotated with every refresh, ended by reuse, forgiving on a bad line."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.settings import Environment, Settings
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person
from tests.support.programs import Stack

REFRESH, LOGOUT, LOGIN, ME = (f"/api/v1/auth/{act}" for act in ("refresh", "logout", "login", "me"))


async def refresh(person: Person, token: str | None) -> Answer:
    """Ask for the next pair of tokens."""
    return await person.post(REFRESH, {"refreshToken": token})


async def next_token(person: Person, token: str | None) -> str:
    """Return the refresh token that follows."""
    return str((await refresh(person, token)).data["refreshToken"])


async def session(stack: Stack) -> Any:
    """Return the newest session as it is kept."""
    return (await stack.rows("SELECT * FROM sessions ORDER BY id DESC LIMIT 1"))[0]


async def test_each_refresh_gives_the_next_pair(cast: Cast) -> None:
    person = await cast.customer()
    tokens = [person.refresh_token]
    for generation in range(2, 6):
        answer = (await refresh(cast.stack.person(), tokens[-1])).data
        tokens.append(answer["refreshToken"])
        person.token = answer["accessToken"]
        assert (await person.get(ME)).data == answer["user"] == person.me
        assert (await session(cast.stack))["generation"] == generation
    assert len(set(tokens)) == len(tokens)


async def test_a_lost_answer_can_be_asked_for_again(cast: Cast) -> None:
    """Statement 35: the direct predecessor gives the same successor."""
    person = await cast.customer()
    successor = await next_token(person, person.refresh_token)
    assert await next_token(person, person.refresh_token) == successor
    assert await next_token(person, successor) != successor


async def test_parallel_refreshes_give_one_chain(cast: Cast) -> None:
    """Statement 35: whoever comes first."""
    person = await cast.customer()
    answers = await asyncio.gather(
        *(refresh(cast.stack.person(), person.refresh_token) for _ in range(12))
    )
    assert len({answer.data["refreshToken"] for answer in answers}) == 1
    kept = await session(cast.stack)
    assert (kept["generation"], kept["revoked_at"]) == (2, None)


async def test_an_older_token_ends_the_session_and_is_noted(cast: Cast) -> None:
    """Statement 35: reuse revokes the family and is audited."""
    person = await cast.customer()
    second = await next_token(person, person.refresh_token)
    third = await next_token(person, second)
    reused = await refresh(person, person.refresh_token)
    assert (reused.status, reused.code) == (401, "session_over")
    for token in (second, third):
        assert (await refresh(person, token)).code == "session_over"
    kept = await session(cast.stack)
    assert kept["revoked_reason"] == "reused"
    (audit,) = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'session.end'")
    assert (audit["entity_id"], audit["new_values"]) == (str(kept["id"]), {"reason": "reused"})
    (event,) = await cast.stack.rows("SELECT * FROM outbox WHERE topic = 'identity.session_ended'")
    assert event["payload"]["session_id"] == str(kept["id"])


async def test_the_direct_predecessor_works_within_the_grace_time_only(cast: Cast) -> None:
    """Statement 35: then it is a reuse."""
    person = await cast.customer()
    await next_token(person, person.refresh_token)
    late = timedelta(seconds=cast.stack.settings.refresh_grace_s + 1)
    await cast.stack.rows("UPDATE sessions SET rotated_at = rotated_at - $1::interval", late)
    assert (await refresh(person, person.refresh_token)).code == "session_over"
    assert (await session(cast.stack))["revoked_reason"] == "reused"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET expires_at = now() - interval '1 s'",
        "UPDATE sessions SET revoked_at = now()",
        "UPDATE users SET is_active = false",
        "UPDATE users SET deleted_at = now()",
    ],
)
async def test_a_session_that_is_over_is_not_refreshed(cast: Cast, change: str) -> None:
    person = await cast.customer()
    await cast.stack.rows(change)
    answer = await refresh(person, person.refresh_token)
    assert (answer.status, answer.code) == (401, "session_over")


async def test_logging_out_ends_this_session_and_no_other(cast: Cast) -> None:
    phone = await cast.customer()
    browser = cast.stack.person()
    login = {"login": phone.me["phone"], "password": PASSWORD}
    browser.keep((await browser.post(LOGIN, login)).data)
    for _ in range(2):
        assert (await phone.post(LOGOUT)).status == 204
    assert (await refresh(phone, phone.refresh_token)).code == "session_over"
    assert (await refresh(browser, browser.refresh_token)).status == 200
    ended = await cast.stack.rows("SELECT 1 FROM outbox WHERE topic = 'identity.session_ended'")
    assert len(ended) == 1


async def test_an_access_token_dies_with_its_session(cast: Cast) -> None:
    """Statement 41: and so does what it opened."""
    phone, other = await cast.customer(), await cast.customer()
    (await phone.post(LOGOUT)).data  # noqa: B018  # fails unless 2xx
    async with asyncio.timeout(30):
        while (ended := await phone.get(ME)).status == 200:
            assert (await other.get(ME)).status == 200
    assert (ended.status, ended.code) == (401, "session_over")
    assert (await other.get(ME)).status == 200
    await cast.stack.rows("UPDATE sessions SET revoked_at = now() - interval '1 day'")
    async with asyncio.timeout(30):
        while (await phone.get(ME)).status == 401:
            pass  # a token that old has expired by itself: its session is forgotten


async def test_tokens_are_kept_as_hashes_only(cast: Cast) -> None:
    person = await cast.customer()
    assert str(person.refresh_token) not in str(await session(cast.stack))
    (row,) = await cast.stack.rows(
        "SELECT count(*) FROM sessions WHERE octet_length(token_hash) = 32"
    )
    assert row["count"] == 2  # the administrator's and the customer's


@pytest.mark.parametrize(
    "body", [{"refreshToken": None}, {}, {"refreshToken": "short"}, {"refreshToken": "x" * 501}]
)
async def test_a_refresh_without_a_token_names_the_field(stack: Stack, body: Any) -> None:
    answer = await stack.person().post(REFRESH, body)
    assert answer.status == 422
    assert set(answer.fields) == {"refreshToken"}


async def cookie_login(
    cast: Cast, carrier: str = "console_cookie", **headers: str
) -> tuple[Person, Answer]:
    """Sign in as a page does: the refresh token travels in a cookie."""
    phone = (await cast.customer()).me["phone"]
    browser = cast.stack.person()
    login = {"login": phone, "password": PASSWORD, "carrier": carrier}
    answer = await browser.post(LOGIN, login, headers=headers)
    browser.token, browser.me = answer.data["accessToken"], answer.data["user"]
    return browser, answer


def cookie_in(answer: Answer) -> str:
    """Return the cookie that an answer sets, as a browser sends it back."""
    return str(answer.headers["Set-Cookie"]).partition("; ")[0]


async def test_a_cookie_carries_the_token_where_no_script_can_read_it(cast: Cast) -> None:
    browser, answer = await cookie_login(cast)
    assert answer.data["refreshToken"] is None
    sent = answer.headers["Set-Cookie"]
    name_and_value, *flags = sent.split("; ")
    name, _, value = name_and_value.partition("=")
    assert name == "hermod_console_refresh"
    assert {"HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"} <= set(flags)
    cookie = {"Cookie": cookie_in(answer)}
    renewed = await browser.post(REFRESH, {"carrier": "console_cookie"}, headers=cookie)
    assert renewed.data["refreshToken"] is None
    assert value not in renewed.headers["Set-Cookie"]
    assert value not in str(renewed.body)


async def test_logging_out_takes_the_cookie_back(cast: Cast) -> None:
    browser, answer = await cookie_login(cast)
    ended = await browser.post(LOGOUT, headers={"Cookie": cookie_in(answer)})
    assert cookie_in(ended) == 'hermod_console_refresh=""'
    assert "Max-Age=0" in ended.headers["Set-Cookie"]


async def test_each_kind_of_page_keeps_its_own_session_in_one_browser(cast: Cast) -> None:
    console, first = await cookie_login(cast)
    app, second = await cookie_login(cast, "courier_cookie")
    jar = {"Cookie": f"{cookie_in(first)}; {cookie_in(second)}"}
    for page, carrier in ((console, "console_cookie"), (app, "courier_cookie")):
        renewed = await page.post(REFRESH, {"carrier": carrier}, headers=jar)
        assert renewed.data["user"]["id"] == page.me["id"]
    ended = await app.post(LOGOUT, headers=jar)
    assert ended.headers.getall("Set-Cookie")[0].startswith('hermod_courier_refresh=""; ')
    assert len(ended.headers.getall("Set-Cookie")) == 1
    assert (await console.get(ME)).status == 200


async def test_a_token_in_a_cookie_is_not_handed_out_in_a_body(cast: Cast) -> None:
    browser, answer = await cookie_login(cast)
    asked = await browser.post(REFRESH, {}, headers={"Cookie": cookie_in(answer)})
    assert (asked.status, set(asked.fields)) == (422, {"refreshToken"})


async def test_a_token_in_the_body_sets_no_cookie(cast: Cast) -> None:
    person = await cast.customer()
    answer = await refresh(person, person.refresh_token)
    assert "Set-Cookie" not in answer.headers


HTTPS = {"X-Forwarded-Proto": "https"}


def is_secure(answer: Answer) -> bool:
    """Tell whether the browser sends the cookie over TLS only."""
    return "Secure" in answer.headers["Set-Cookie"].split("; ")


async def test_who_is_no_known_proxy_cannot_say_that_tls_was_used(cast: Cast) -> None:
    _browser, answer = await cookie_login(cast, **HTTPS)
    assert not is_secure(answer)


class TestBehindAProxy:
    """A proxy that we know ends TLS."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Believe the proxy, which is this machine."""
        return settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})

    @pytest.mark.parametrize(
        ("told", "secure"),
        [
            ({}, False),
            ({"X-Forwarded-Proto": "http"}, False),
            ({"X-Forwarded-Proto": "https"}, True),
            ({"X-Forwarded-Proto": "http, HTTPS"}, True),
            ({"X-Forwarded-Proto": "https,http"}, False),
        ],
    )
    async def test_a_cookie_that_came_over_tls_goes_over_tls_only(
        self, cast: Cast, told: dict[str, str], secure: bool
    ) -> None:
        browser, answer = await cookie_login(cast, **told)
        assert is_secure(answer) is secure
        sent = told | {"Cookie": cookie_in(answer)}
        assert is_secure(await browser.post(LOGOUT, headers=sent)) is secure


class TestInProduction:
    """Whatever a proxy says or leaves out."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Run in production."""
        return settings.model_copy(update={"environment": Environment.PRODUCTION})

    async def test_a_cookie_goes_over_tls_only(self, cast: Cast) -> None:
        _browser, answer = await cookie_login(cast)
        assert is_secure(answer)


SESSIONS = "/api/v1/auth/sessions"


async def signed_in_twice(cast: Cast) -> tuple[Person, Person]:
    """Return one person on two devices."""
    phone = await cast.customer()
    tablet = cast.stack.person()
    login = {"login": phone.me["phone"], "password": PASSWORD, "device": "Tablet"}
    tablet.keep((await tablet.post(LOGIN, login)).data)
    return phone, tablet


async def test_everybody_sees_where_they_are_signed_in(cast: Cast) -> None:
    phone, tablet = await signed_in_twice(cast)
    seen = (await tablet.get(SESSIONS)).data["sessions"]
    assert [(one["device"], one["isCurrent"]) for one in seen] == [("Tablet", True), (None, False)]
    assert all(one["address"] == "127.0.0.1" for one in seen)
    assert (await phone.post(LOGOUT)).status == 204
    assert [one["device"] for one in (await tablet.get(SESSIONS)).data["sessions"]] == ["Tablet"]


async def test_one_of_the_own_sessions_is_ended_from_afar(cast: Cast) -> None:
    phone, tablet = await signed_in_twice(cast)
    (lost,) = [one for one in (await phone.get(SESSIONS)).data["sessions"] if not one["isCurrent"]]
    ended = await phone.ask("DELETE", f"{SESSIONS}/{lost['id']}")
    assert (ended.status, "Set-Cookie" in ended.headers) == (204, False)
    assert (await refresh(tablet, tablet.refresh_token)).code == "session_over"
    assert (await refresh(phone, phone.refresh_token)).status == 200


async def test_a_session_of_somebody_else_is_not_there(cast: Cast) -> None:
    mine, theirs = await cast.customer(), await cast.customer()
    (their_session,) = (await theirs.get(SESSIONS)).data["sessions"]
    for session_id in (their_session["id"], "01a1fdf9-ebdd-7dc8-96a3-afe9e27e6ada"):
        assert (await mine.ask("DELETE", f"{SESSIONS}/{session_id}")).code == "not_found"
    assert (await refresh(theirs, theirs.refresh_token)).status == 200


async def test_logging_out_everywhere_ends_every_session(cast: Cast) -> None:
    phone, tablet = await signed_in_twice(cast)
    other = await cast.customer()
    assert (await phone.ask("DELETE", SESSIONS)).status == 204
    for person in (phone, tablet):
        assert (await refresh(person, person.refresh_token)).code == "session_over"
    assert (await refresh(other, other.refresh_token)).status == 200
    ended = await cast.stack.rows("SELECT 1 FROM outbox WHERE topic = 'identity.session_ended'")
    assert len(ended) == 2
