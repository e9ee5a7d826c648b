"""A rush of passwords: whoever waits for bcrypt holds nothing that others need."""

import asyncio
from typing import Any

import pytest

from api.identity.passwords import PasswordHasher
from benchmarks.city.waiting import wait_until
from tests.support.cast import Cast
from tests.support.people import PASSWORD

AUTH = "/api/v1/auth"
RUSH = 30
"""More than the pool has connections."""
NOBODY = {"destination": "+351939999999", "code": "123456"}
BODIES: dict[str, dict[str, Any]] = {
    "register": {"phone": "+351939999999", "password": PASSWORD, "firstName": "A", "lastName": "B"},
    "login": {"login": "+351939999999", "password": PASSWORD},
    "verify-code": NOBODY | {"purpose": "registration", "password": PASSWORD},
    "reset-password": NOBODY | {"newPassword": PASSWORD},
    "change-password": {"currentPassword": "not this one", "newPassword": PASSWORD},
}


class SlowHasher:
    """Lets password work begin when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting = 0
        self.go_on = asyncio.Event()
        for name in ("hash", "matches"):
            monkeypatch.setattr(PasswordHasher, name, self._held_up(getattr(PasswordHasher, name)))

    def _held_up(self, real: Any) -> Any:
        async def slow(*arguments: Any) -> Any:
            self.waiting += 1
            await self.go_on.wait()
            return await real(*arguments)

        return slow


@pytest.mark.parametrize("act", BODIES)
async def test_a_rush_of_passwords_stops_nobody_else(
    cast: Cast, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await cast.customer()
    hasher = SlowHasher(monkeypatch)
    rush = [asyncio.create_task(customer.post(f"{AUTH}/{act}", BODIES[act])) for _ in range(RUSH)]
    assert await wait_until(lambda: hasher.waiting == RUSH, 30)
    assert (await customer.get(f"{AUTH}/me")).status == 200
    hasher.go_on.set()
    assert {answer.status for answer in await asyncio.gather(*rush)} <= {202, 401}
