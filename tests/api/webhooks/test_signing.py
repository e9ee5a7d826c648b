"""Signatures of webhooks, against the vector that the authors of Standard Webhooks publish."""

import hashlib
import hmac
from base64 import b64decode, b64encode

from api.webhooks.signing import PREFIX, new_secret, signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # published with the vector
BODY = b'{"test": 2432232314}'


def test_the_published_vector_comes_out() -> None:
    headers = signed([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_signs_and_the_newest_comes_first() -> None:
    held = [new_secret(), new_secret()]
    told = signed(held, "one", 1614265330, BODY)["webhook-signature"].split(" ")
    alone = [signed([secret], "one", 1614265330, BODY)["webhook-signature"] for secret in held]
    assert told == alone
    assert alone[0] != alone[1]


def test_a_new_secret_is_256_random_bits() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(b64decode(first.removeprefix(PREFIX), validate=True)) == 32
    told = b"one.1." + BODY
    key = b64decode(first.removeprefix(PREFIX))
    expected = b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    assert signed([first], "one", 1, BODY)["webhook-signature"] == f"v1,{expected}"
