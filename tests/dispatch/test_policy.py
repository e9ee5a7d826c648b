"""Policies: ranges, canonical text, version."""

from dataclasses import replace

import pytest
from hypothesis import given

from dispatch.errors import PolicyError
from dispatch.policy import DispatchPolicy
from tests.dispatch.strategies import policies


@given(policies)
def test_the_canonical_text_reads_back(policy: DispatchPolicy) -> None:
    assert DispatchPolicy.from_text(policy.to_text()) == policy


def test_the_version_follows_the_values() -> None:
    policy = DispatchPolicy()
    assert policy.version == DispatchPolicy().version
    assert policy.version != replace(policy, keep=policy.keep + 1).version


def test_a_value_out_of_range_is_named_with_its_range() -> None:
    with pytest.raises(PolicyError, match="keep must be a whole number from 1 to 100000, not 0"):
        DispatchPolicy(keep=0)


@pytest.mark.parametrize("value", [1.5, True, "3", None])
def test_only_whole_numbers_are_values(value: object) -> None:
    with pytest.raises(PolicyError, match="tick_s"):
        replace(DispatchPolicy(), tick_s=value)  # type: ignore[arg-type]  # that is the point


def test_detours_must_not_weigh_more_than_delayed_pickups() -> None:
    with pytest.raises(PolicyError, match="detour_weight must not exceed"):
        DispatchPolicy(pickup_delay_weight=1, detour_weight=2)


@pytest.mark.parametrize("text", ["speed=3\n", "keep\n", "keep=many\n", "\n"])
def test_text_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        DispatchPolicy.from_text(text)


def test_the_lead_is_the_time_of_the_offers_expected() -> None:
    assert DispatchPolicy(offer_timeout_s=40, expected_offers=1500).lead_ms == 60_000
