"""The crowd: nobody takes every seat."""

from hypothesis import given
from hypothesis import strategies as st

from tracking.crowd import Crowd, seat

NAMES = st.sampled_from("abcp")
"""Three callers, and a proxy that many others are behind."""


def test_no_one_gets_more_than_their_share() -> None:
    crowd = Crowd(10, 2)
    assert [crowd.enter("a") for _ in range(3)] == [True, True, False]
    assert crowd.enter("b")
    assert crowd.inside == 3


def test_when_all_seats_are_taken_nobody_gets_in() -> None:
    crowd = Crowd(2, 2)
    assert crowd.enter("a")
    assert crowd.enter("b")
    assert not crowd.enter("c")


def test_a_proxy_counts_in_all_only() -> None:
    crowd = Crowd(5, 1, exempt=["p"])
    assert [crowd.enter("p") for _ in range(6)] == [True] * 5 + [False]


def test_who_gets_no_seat_in_one_crowd_takes_none_in_the_other() -> None:
    street, house = Crowd(10, 10), Crowd(10, 1)
    leave = seat((street, "a"), (house, "h"))
    assert leave is not None
    assert seat((street, "b"), (house, "h")) is None
    assert (street.inside, house.inside) == (1, 1)
    leave()
    assert (street.inside, house.inside) == (0, 0)


@given(st.lists(st.tuples(st.booleans(), NAMES)))
def test_the_counts_are_those_of_a_list(acts: list[tuple[bool, str]]) -> None:
    crowd, inside = Crowd(4, 2, exempt=["p"]), list[str]()
    for comes, name in acts:
        if comes:
            room = len(inside) < 4 and (name == "p" or inside.count(name) < 2)
            assert crowd.enter(name) == room
            inside += [name] * room
        elif name in inside:
            crowd.leave(name)
            inside.remove(name)
        assert crowd.inside == len(inside)
