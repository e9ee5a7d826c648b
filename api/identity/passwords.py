"""Passwords: bcrypt, in threads of its own and with a bounded queue."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import bcrypt

from api.kit.errors import Unavailable
from api.kit.resources import Key

P = ParamSpec("P")
T = TypeVar("T")


class PasswordHasher:
    """bcrypt in two threads of its own: 0.3 s of work must never stop the event loop."""

    def __init__(self, cost: int, *, at_most_waiting: int = 64) -> None:
        self._cost = cost
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="bcrypt")
        self._waiting = 0
        self._at_most_waiting = at_most_waiting
        self._nobody = bcrypt.hashpw(_prehashed("nobody's password"), bcrypt.gensalt(cost)).decode()

    async def hash(self, password: str) -> str:
        """Return the bcrypt string of `password`."""
        salt = bcrypt.gensalt(self._cost)
        return (await self._in_thread(bcrypt.hashpw, _prehashed(password), salt)).decode()

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Tell whether `password` fits; without a hash do the same work and say no."""
        checked = (hashed or self._nobody).encode()
        fits = await self._in_thread(bcrypt.checkpw, _prehashed(password), checked)
        return fits and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether `hashed` was made with another work factor than ours of today."""
        return int(hashed.split("$")[2]) != self._cost

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown(cancel_futures=True)

    async def _in_thread(
        self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs
    ) -> T:
        if self._waiting >= self._at_most_waiting:
            raise Unavailable("Too many sign-ins at once: try again", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, lambda: function(*arguments, **named))
        finally:
            self._waiting -= 1


def _prehashed(password: str) -> bytes:
    """Return 44 bytes for any password: bcrypt itself takes at most 72."""
    return base64.b64encode(hashlib.sha256(password.encode()).digest())


PASSWORDS: Key[PasswordHasher] = Key("password hasher")
