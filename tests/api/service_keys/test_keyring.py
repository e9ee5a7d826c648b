"""The keyring: what is not ours is refused before anybody is asked."""

import pytest

from api.identity.tokens import TokenMint
from api.service_keys.keyring import BadApiKey, Keyring

MINT = TokenMint("a secret of the tests, long enough 0123456789", access_s=900)
BODY = "hermod_" + "0" * 32 + "_" + "s" * 32


def nobody() -> None:
    """Fail: the database was asked."""
    pytest.fail("the keyring asked the database")


@pytest.mark.parametrize(
    "text",
    [
        "hermod_",
        BODY,
        BODY + "0" * 16,
        BODY + TokenMint("another secret of somebody 9876543210", 900).mark(BODY),
        BODY[:-1] + "t" + MINT.mark(BODY),
        BODY + MINT.mark(BODY)[:-1],
        "hermod_caf\u00e9" + MINT.mark(BODY),
        "hermod_\udcff",
    ],
)
async def test_a_text_without_our_mark_is_refused_without_a_question(text: str) -> None:
    keyring = Keyring(MINT, nobody)  # type: ignore[arg-type]  # never called
    with pytest.raises(BadApiKey):
        await keyring.read(text, None)
