"""Actors: a permission is held by name or by pattern, and nobody signed in holds none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kit.actor import PERMISSIONS, PUBLIC, SIGNED_IN, SYSTEM, Actor, Role
from api.kit.ids import UserId, ZoneId, new_id

WORDS = st.from_regex(r"[a-z]{1,8}:[a-z]{1,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        (Role.COURIER, "carry:work", True),
        (Role.COURIER, "carry", False),
        (Role.COURIER, "carryall:work", False),
        (Role.CUSTOMER, "order:create", True),
        (Role.CUSTOMER, "order:manage", False),
        (Role.SUPPORT, "dispatch:write", False),
        (Role.OPERATOR, "courier:manage", False),
        (Role.MANAGER, "company:manage", False),
        (Role.LOCATION_ADMIN, "zone:manage", False),
        (Role.ADMIN, "company:manage", True),
        (Role.ADMIN, "audit:read", True),
        (Role.ADMIN, "admin:manage", False),
        (Role.SUPER_ADMIN, "admin:manage", True),
        (Role.SERVICE, "order:read", False),
    ],
)
def test_a_role_holds_what_its_row_says(role: Role, permission: str, allowed: bool) -> None:
    assert Actor(role=role).may(permission) is allowed


@given(WORDS)
def test_super_administrators_may_everything_and_the_unknown_nothing(permission: str) -> None:
    assert Actor(role=Role.SUPER_ADMIN).may(permission)
    assert not Actor().may(permission)
    assert not Actor(role=Role.SERVICE).may(permission)


@given(st.sampled_from(Role), WORDS)
def test_a_permission_is_held_by_name_or_by_its_whole_resource(role: Role, permission: str) -> None:
    resource = permission.partition(":")[0]
    held = PERMISSIONS[role] & {permission, f"{resource}:*", "*"}
    assert Actor(role=role).may(permission) == bool(held)


@given(st.sampled_from(Role), st.frozensets(WORDS, max_size=3), WORDS)
def test_narrowing_takes_away_and_never_adds(
    role: Role, narrowed: frozenset[str], permission: str
) -> None:
    whole, narrow = Actor(role=role), Actor(role=role, narrowed=narrowed)
    left = permission in narrowed if narrowed else True
    assert narrow.may(permission) == (left and whole.may(permission))
    assert narrow.may(PUBLIC)


def test_a_location_admin_is_kept_to_zones_even_without_any() -> None:
    here, there = ZoneId(new_id()), ZoneId(new_id())
    for role in Role:
        kept = Actor(role=role, zone_ids=frozenset({here}))
        assert (kept.scope, kept.covers(here), kept.covers(there)) == ([here], True, False)
        assert not kept.covers(None)
        free = Actor(role=role)
        assert free.covers(there) is (role is not Role.LOCATION_ADMIN)
    assert Actor(role=Role.LOCATION_ADMIN).scope == []
    assert SYSTEM.scope is None


def test_public_is_for_all_and_signed_in_for_those_with_an_account() -> None:
    assert SYSTEM.may(PUBLIC)
    assert not SYSTEM.may(SIGNED_IN)
    for role in Role:
        assert Actor(role=role, user_id=UserId(new_id())).may(SIGNED_IN)
        assert not Actor(role=role).may(SIGNED_IN)


def test_an_act_of_somebody_needs_somebody() -> None:
    with pytest.raises(LookupError):
        _ = SYSTEM.id
    assert SYSTEM.audit_id is None
