"""The guard at the door: from which address somebody comes is not theirs to say."""

import pytest
from aiohttp.test_utils import make_mocked_request

from api.identity.guard import address_of, guard
from api.identity.revocations import Revocations
from api.identity.tokens import TokenMint
from api.kit.actor import Role
from api.kit.errors import Unauthenticated
from api.kit.ids import SessionId, UserId, new_id
from api.settings import Settings
from tests.support.cast import Cast
from tests.support.programs import Stack

MINT = TokenMint("a secret of the tests, long enough 0123456789", access_s=900)
USER = UserId(new_id())
TOKEN = MINT.access_token(USER, Role.COURIER, SessionId(new_id()), None)


class Transport:
    """The other end of a connection."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Return the address of the peer."""
        return (self._peer, 4711) if name == "peername" else default


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.11", "198.51.100.1", "10.0.0.11"),
    ],
)
def test_only_a_known_proxy_is_believed_and_only_its_own_entry(
    peer: str, forwarded: str | None, address: str
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = make_mocked_request("GET", "/", headers=headers, transport=Transport(peer))  # type: ignore[arg-type]
    assert address_of(request, ("10.0.0.1",)) == address


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer  {TOKEN} "])
async def test_a_good_token_tells_who_comes(header: str) -> None:
    request = make_mocked_request("GET", "/", headers={"Authorization": header})
    assert (await guard(MINT, Revocations(900), ())(request)).user_id == USER


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Token {TOKEN}", "Bearer x y"]
)
async def test_any_other_credentials_are_refused(header: str) -> None:
    request = make_mocked_request("GET", "/", headers={"Authorization": header})
    with pytest.raises(Unauthenticated):
        await guard(MINT, Revocations(900), ())(request)


async def test_without_credentials_nobody_comes() -> None:
    actor = await guard(MINT, Revocations(900), ())(make_mocked_request("GET", "/"))
    assert (actor.role, actor.user_id) == (None, None)


class TestBehindTheDoor:
    """Sign-in attempts are limited per address."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Allow ten attempts at once."""
        return settings.model_copy(update={"rate_auth_per_min": 1})

    async def test_an_invented_address_gives_no_new_attempts(self, stack: Stack) -> None:
        statuses = []
        for attempt in range(14):
            answer = await stack.person().post(
                "/api/v1/auth/login",
                {"login": f"somebody{attempt}@hermod.example", "password": "a guess"},
                headers={"X-Forwarded-For": f"198.51.100.{attempt}"},
            )
            statuses.append(answer.status)
        assert statuses == [401] * 10 + [429] * 4

    async def test_being_signed_in_gives_no_new_attempts_either(self, cast: Cast) -> None:
        login = {"login": "somebody@hermod.example", "password": "a guess"}
        statuses = [(await cast.admin.post("/api/v1/auth/login", login)).status for _ in range(12)]
        assert statuses == [401] * 9 + [429] * 3  # signing the administrator in was the first
