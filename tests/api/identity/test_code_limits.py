"""How often codes are sent: per contact and per address, for known and unknown alike."""

import pytest

from api.identity.codes import MAX_TRIES
from api.settings import Settings
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer
from tests.support.programs import Stack

DEFAULTS = Settings.model_fields


async def forget(stack: Stack, who: str) -> Answer:
    """Ask for a code."""
    return await stack.person().post("/api/v1/auth/forgot-password", {"destination": who})


def test_guessing_a_code_is_hopeless() -> None:
    """Statement 37: by calculation, even if all codes of a day are guessed at within one hour."""
    tries_per_day = MAX_TRIES * DEFAULTS["codes_per_day"].default
    assert tries_per_day / 1_000_000 < 1e-4


class TestPause:
    """Between two codes to one contact."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Ask for a pause."""
        return settings.model_copy(update={"code_gap_s": 60})

    async def test_the_next_code_takes_patience_known_or_not(self, cast: Cast) -> None:
        await cast.stack.rows("UPDATE users SET email_verified_at = now()")
        told = []
        for who in ("admin@hermod.example", "nobody@hermod.example"):
            assert (await forget(cast.stack, who)).status == 202
            answer = await forget(cast.stack, who.upper())
            wait = int(answer.headers["Retry-After"])
            assert 0 < wait <= 60
            told.append((answer.status, answer.code))
        assert told == [(429, "too_many_codes")] * 2

    async def test_registering_counts_too(self, stack: Stack) -> None:
        draft = {
            "email": "new@hermod.example",
            "password": PASSWORD,
            "firstName": "A",
            "lastName": "B",
        }
        statuses = [
            (await stack.person().post("/api/v1/auth/register", draft)).status for _ in range(2)
        ]
        assert statuses == [202, 429]


class TestDay:
    """In a day."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Allow few codes."""
        return settings.model_copy(update={"codes_per_day": 2, "codes_per_address_per_day": 5})

    async def test_a_contact_gets_so_many_and_an_address_asks_for_so_many(
        self, stack: Stack
    ) -> None:
        """Statement 37: per contact and per address in a day."""
        wishes = ["a@b.example"] * 3 + ["c@b.example"] * 2 + ["d@b.example"] * 2
        statuses = [(await forget(stack, who)).status for who in wishes]
        assert statuses == [202, 202, 429, 202, 202, 202, 429]
