"""One-time links: nobody but their holder can use them up."""

from datetime import timedelta

from api.identity import repository
from api.identity import service as identity
from api.identity.codes import MAX_TRIES
from tests.support.cast import Cast

VERIFY = "/api/v1/auth/verify-code"
EMAIL = "admin@hermod.example"


async def link(cast: Cast) -> dict[str, str]:
    """Return what the holder of a fresh link for the administrator sends."""
    async with cast.stack.station.work() as work:
        user = await repository.user_by_login(work, EMAIL)
        assert user is not None
        secret = await identity.login_link_secret(work, user, timedelta(hours=1))
    return {"destination": EMAIL, "purpose": "login", "code": secret}


async def test_a_code_that_anybody_asks_for_leaves_the_link_as_it_is(cast: Cast) -> None:
    body = await link(cast)
    wish = {"destination": EMAIL, "purpose": "login"}
    assert (await cast.stack.person().post("/api/v1/auth/send-code", wish)).status == 202
    await cast.stack.settle()
    assert (await cast.stack.person().post(VERIFY, body)).status == 200
    code = body | {"code": cast.stack.mail.code(EMAIL)}
    assert (await cast.stack.person().post(VERIFY, code)).status == 200


async def test_wrong_guesses_do_not_use_a_link_up(cast: Cast) -> None:
    body = await link(cast)
    for guess in range(MAX_TRIES + 2):
        tried = body | {"code": f"not the secret {guess}"}
        assert (await cast.stack.person().post(VERIFY, tried)).code == "wrong_code"
    assert (await cast.stack.person().post(VERIFY, body)).status == 200
    assert (await cast.stack.person().post(VERIFY, body)).code == "wrong_code"  # once


async def test_a_newer_link_voids_the_one_before(cast: Cast) -> None:
    former, newer = await link(cast), await link(cast)
    assert (await cast.stack.person().post(VERIFY, former)).code == "wrong_code"
    assert (await cast.stack.person().post(VERIFY, newer)).status == 200
