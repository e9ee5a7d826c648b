"""Passwords: every character counts, the queue is bounded, the event loop goes on."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.identity.passwords import PasswordHasher
from api.kit.errors import Unavailable

LONG = "x" * 199


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_only_the_same_password_fits(password: str, other: str) -> None:
    async def check() -> tuple[bool, bool]:
        hasher = PasswordHasher(4)
        kept = await hasher.hash(password)
        fits, others = await hasher.matches(password, kept), await hasher.matches(other, kept)
        hasher.close()
        return fits, others

    assert asyncio.run(check()) == (True, password == other)


@pytest.mark.parametrize(("password", "other"), [(LONG + "a", LONG + "b"), ("a\0b", "a\0c")])
async def test_no_character_is_left_out(password: str, other: str) -> None:
    hasher = PasswordHasher(4)
    kept = await hasher.hash(password)
    assert await hasher.matches(password, kept)
    assert not await hasher.matches(other, kept)
    assert kept != await hasher.hash(password)  # salted
    hasher.close()


async def test_without_a_hash_nothing_fits_not_even_the_stand_in() -> None:
    hasher = PasswordHasher(4)
    assert not await hasher.matches("nobody's password", None)
    assert not await hasher.matches("", None)
    hasher.close()


async def test_a_rush_is_refused_instead_of_queued_and_the_loop_goes_on() -> None:
    hasher = PasswordHasher(12, at_most_waiting=3)
    hashing = [asyncio.create_task(hasher.hash("a password")) for _ in range(10)]
    turns = 0
    while not all(task.done() for task in hashing):
        await asyncio.sleep(0)
        turns += 1
    done = [task.exception() for task in hashing]
    refused = [error for error in done if isinstance(error, Unavailable)]
    assert (len(refused), done.count(None)) == (7, 3)
    assert refused[0].headers["Retry-After"]
    assert turns > 100
    assert await hasher.matches("a password", hashing[0].result())  # there is room again
    hasher.close()
