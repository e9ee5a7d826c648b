"""Sealed columns: values that even somebody with a copy of the database cannot read.

AES-256-GCM under a key derived from the installation's secret. What a value is about (its owner's
id, for example) is bound to it: moved to another row it no longer opens.
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.kit.resources import Key

_NONCE_BYTES = 12


class Broken(Exception):
    """The value was changed, moved, or sealed under another secret."""


class Seal:
    """Seals and opens texts under one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._box = AESGCM(self._derive(b"sealed columns"))

    def close(self, text: str, about: bytes) -> bytes:
        """Return `text` sealed; each time differently."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, text.encode(), about)

    def open(self, sealed: bytes, about: bytes) -> str:
        """Return the text; raise `Broken` where it is not the one sealed about `about`."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._box.decrypt(nonce, rest, about).decode()
        except (InvalidTag, ValueError) as error:
            raise Broken from error

    def digest(self, text: str) -> bytes:
        """Return a keyed hash: equal for equal texts, so that a column can be unique."""
        return self._derive(b"digest", text.encode())

    def _derive(self, purpose: bytes, data: bytes = b"") -> bytes:
        return hmac.digest(self._secret, b"seal\x00" + purpose + b"\x00" + data, "sha256")


SEAL: Key[Seal] = Key("seal")
