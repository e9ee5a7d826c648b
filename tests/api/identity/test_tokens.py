"""Tokens: only ours are read, for as long as they live; codes are even and derived."""

import base64
import time
from collections import Counter
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.identity.tokens import TokenMint, hashed
from api.kit.actor import Role
from api.kit.errors import Unauthenticated
from api.kit.ids import CompanyId, SessionId, UserId, ZoneId, new_id

SECRET = "a secret of the tests, long enough 0123456789"
MINT = TokenMint(SECRET, access_s=900)
USER, SESSION = UserId(UUID(int=1)), SessionId(UUID(int=2))
GOOD = MINT.access_token(USER, Role.COURIER, SESSION, None)
CLAIMS: dict[str, Any] = jwt.decode(GOOD, options={"verify_signature": False})


def forged(key: Any = MINT._jwt_key, **changes: Any) -> str:
    """Return a token signed like ours, with other claims; None leaves one out."""
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm="HS256")


def unsigned(header: bytes) -> str:
    """Return our claims under another header, with our signature."""
    _, claims, proof = GOOD.split(".")
    return f"{base64.urlsafe_b64encode(header).decode().rstrip('=')}.{claims}.{proof}"


def test_a_token_tells_who_comes() -> None:
    company = CompanyId(new_id())
    token = MINT.access_token(USER, Role.VENDOR, SESSION, company)
    for address in ("203.0.113.7", "203.0.113.8"):  # read, then remembered
        actor = MINT.read_access_token(token, address)
        assert (actor.user_id, actor.session_id, actor.role) == (USER, SESSION, Role.VENDOR)
        assert (actor.company_id, actor.address) == (company, address)
    assert forged() == GOOD  # what the refusals below differ from is a good token


def test_a_token_keeps_its_holder_to_zones_and_permissions() -> None:
    zones = frozenset({ZoneId(new_id()), ZoneId(new_id())})
    token = MINT.access_token(USER, Role.MANAGER, SESSION, None, zones, ["dispatch:read"])
    actor = MINT.read_access_token(token, None)
    assert (actor.zone_ids, actor.narrowed) == (zones, {"dispatch:read"})
    assert MINT.read_access_token(GOOD, None).scope is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        GOOD + "x",
        GOOD[:-5],
        GOOD.replace(".", ".."),
        "\u00e9\u00e9\u00e9",
        "\ud800",
        "x" * 100_000,
        forged(key="another secret of the same length 0123456789 0123456789"),
        forged(key=SECRET),
        unsigned(b'{"alg":"HS512","typ":"JWT"}'),
        jwt.encode(CLAIMS, None, algorithm="none"),
        unsigned(b'{"alg":"none","typ":"JWT"}'),
        unsigned(b'{"alg":"HS256","crit":["x"],"x":1}'),
        unsigned(b'{"alg":"HS256","kid":"../../dev/null"}'),
        forged(iss="somebody"),
        forged(aud="somebody"),
        forged(aud=None),
        forged(iss=None),
        forged(exp=None),
        forged(sub=None),
        forged(role=None),
        forged(sid=None),
        forged(role="emperor"),
        forged(sub="7"),
        forged(sid="7"),
        forged(cid="7"),
        forged(exp=int(time.time()) - 1),
        forged(nbf=int(time.time()) + 86_400),
        forged(iat=int(time.time()) + 86_400),
        forged(exp="never"),
    ],
    ids=range(32),
)
def test_any_other_token_is_refused(token: str) -> None:
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            MINT.read_access_token(token, None)


def test_a_token_dies_though_it_was_read_before() -> None:
    mint = TokenMint(SECRET, access_s=1)
    token = mint.access_token(USER, Role.COURIER, SESSION, None)
    assert mint.read_access_token(token, None).user_id == USER

    def read_on() -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            mint.read_access_token(token, None)

    with pytest.raises(Unauthenticated, match="expired: refresh it"):
        read_on()


@given(st.uuids(), st.integers(1, 2**32 - 1))
def test_a_refresh_token_names_its_session_and_generation(session: UUID, generation: int) -> None:
    token = MINT.refresh_token(SessionId(session), generation)
    assert token == TokenMint(SECRET, access_s=1).refresh_token(SessionId(session), generation)
    found = MINT.read_refresh_token(token)
    assert (found.session_id, found.generation) == (session, generation)


@given(st.data())
def test_a_refresh_token_with_one_other_byte_is_refused(data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(MINT.refresh_token(SESSION, 7)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unauthenticated):
        MINT.read_refresh_token(base64.urlsafe_b64encode(raw).decode())


@given(st.text(max_size=120) | st.binary(max_size=90).map(lambda b: base64.b64encode(b).decode()))
def test_any_other_text_is_no_refresh_token(text: str) -> None:
    with pytest.raises(Unauthenticated):
        MINT.read_refresh_token(text)


def test_every_secret_depends_on_the_key_and_on_what_it_is_for() -> None:
    other = TokenMint(SECRET + "!", access_s=900)
    one = UUID(int=9)
    assert MINT.link_secret(one) != other.link_secret(one)
    assert MINT.refresh_token(SessionId(one), 1) != other.refresh_token(SessionId(one), 1)
    assert hashed(MINT.code(one)) != hashed(MINT.link_secret(one))
    assert len(MINT.link_secret(one)) >= 43


def test_codes_have_six_digits_and_no_favourites() -> None:
    codes = [MINT.code(UUID(int=number)) for number in range(20_000)]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    firsts = Counter(code[0] for code in codes)
    assert set(firsts) == set("0123456789")
    assert max(firsts.values()) < 1.15 * 2000
    assert len(set(codes)) > 19_700  # of a million: about 200 twice
