"""Phones: each fix once and in order, screened; a wrong clock freezes nobody."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.fix import Fix
from tests.tracking.gateways import EPOCH, HERE, NOW_MS, hello, plan_of
from tracking.fleet import Fleet, LiveCourier
from tracking.phones import OffShift, Phone, Taken, take
from tracking.trail import Mark
from tracking.wire import BadFrame, Hello, parse_hello

SECOND = 1000


class Ride:
    """A courier on shift with a phone that has said hello."""

    def __init__(self, *, on_shift: bool = True, first: int = 0, last: int = 0) -> None:
        self.fleet = Fleet()
        self.phone = Phone("sid", uuid4())
        self.courier: LiveCourier | None = None
        if on_shift:
            self.courier = self.fleet.apply(plan_of(self.phone.courier_id))
        self.phone.greet(parse_hello(hello(first, last)), Mark(), Mark())

    def send(self, *fixes: Fix, epoch: int = EPOCH, now_ms: int = NOW_MS) -> Taken:
        """Send fixes in one event."""
        return take(self.phone, self.courier, self.fleet, epoch, fixes, now_ms, NOW_MS)

    @property
    def latest(self) -> int | None:
        """Return the number of the fix that the courier stands at."""
        assert self.courier is not None
        return self.courier.position.seq if self.courier.position else None


def fix(seq: int, t_ms: int | None = None, *, lat: float = HERE[0], lng: float = HERE[1]) -> Fix:
    """Return a fix taken `seq` seconds before the last of 100 before now."""
    taken_ms = NOW_MS - (100 - seq) * SECOND if t_ms is None else t_ms
    return Fix(seq, taken_ms, lat, lng, 5.0, 90.0, 8.0)


def stored(*taken: Taken) -> list[int]:
    """Return the numbers of the fixes on their way to history."""
    return [record.fix.seq for one in taken for record in one.records]


def code_of(act: Ride, *fixes: Fix, epoch: int = EPOCH) -> tuple[str, str]:
    """Return code and field of the mistake that sending makes."""
    with pytest.raises(BadFrame) as caught:
        act.send(*fixes, epoch=epoch)
    return caught.value.answer["code"], caught.value.answer["field"]


def test_a_fix_sent_twice_is_taken_once_and_the_phone_is_not_scolded() -> None:
    """On one socket, within one event, and again after hello."""
    ride = Ride()
    first = ride.send(fix(1), fix(2), fix(2), fix(1))
    second = ride.send(fix(1), fix(2), fix(3))
    assert stored(first, second) == [1, 2, 3]
    assert first.results + second.results == [
        *("accepted", "accepted", "duplicate", "duplicate"),
        *("duplicate", "duplicate", "accepted"),
    ]


@given(st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=6), max_size=25))
def test_whatever_order_a_phone_sends_in_history_gets_each_once_up_to_the_mark(
    events: list[list[int]],
) -> None:
    """Duplicates, reordering, gaps: numbers without a hole are taken, or nothing of the event."""
    ride, taken = Ride(first=1, last=12), []
    for event in events:
        with suppress(BadFrame):
            taken.append(ride.send(*map(fix, event)))
    assert stored(*taken) == list(range(1, ride.phone.received + 1))


def test_a_gap_is_not_taken_and_hello_heals_it() -> None:
    """Otherwise the mark of the later fix would make the phone forget the missing one."""
    ride = Ride(first=1, last=5)
    ride.send(fix(1), fix(2))
    assert code_of(ride, fix(4)) == ("hello_first", "seq")
    assert code_of(ride, fix(3), fix(5)) == ("hello_first", "seq")
    assert ride.phone.received == 2, "of an event with a gap nothing is taken"
    ride.phone.greet(Hello(EPOCH, 1, 5), Mark(EPOCH, 2), Mark())
    assert stored(ride.send(fix(1), fix(2), fix(3), fix(4), fix(5))) == [3, 4, 5]


@pytest.mark.parametrize(
    ("kept", "accepted", "durable", "begins_at"),
    [
        ((1, 57), Mark(EPOCH, 42), Mark(EPOCH, 40), 43),
        ((41, 57), Mark(), Mark(EPOCH, 40), 41),
        ((41, 57), Mark(), Mark(), 41),
        ((30, 57), Mark(EPOCH, 57), Mark(EPOCH, 29), 58),
        ((1, 57), Mark(EPOCH - 1, 99), Mark(EPOCH - 1, 99), 1),
        ((1, 3), Mark(EPOCH, 5), Mark(EPOCH, 5), 6),
    ],
    ids=[
        *("known", "accepted mark lost", "all marks lost", "nothing to send"),
        *("another epoch", "the phone lost its newest"),
    ],
)
def test_after_hello_the_next_fix_is_the_first_that_may_be_missing(
    kept: tuple[int, int], accepted: Mark, durable: Mark, begins_at: int
) -> None:
    """What the phone no longer has is not waited for; what is known is not taken again."""
    ride = Ride()
    ride.phone.greet(Hello(EPOCH, *kept), accepted, durable)
    assert stored(ride.send(*(fix(seq) for seq in range(kept[0], kept[1] + 1)))) == list(
        range(begins_at, kept[1] + 1)
    )
    assert code_of(ride, fix(max(begins_at, kept[1] + 1) + 1)) == ("hello_first", "seq")


def test_a_phone_that_keeps_nothing_may_go_on_at_any_number() -> None:
    """All it sent was durable, and the server may have forgotten how far that was."""
    ride = Ride()
    assert stored(ride.send(fix(58), fix(59))) == [58, 59]
    assert code_of(ride, fix(61)) == ("hello_first", "seq")


def test_a_phone_that_keeps_nothing_and_says_what_comes_next_goes_on_there() -> None:
    """A later fix that overtakes must not pass for those before it."""
    ride = Ride(first=58, last=57)
    assert code_of(ride, fix(60), fix(61)) == ("hello_first", "seq")
    assert stored(ride.send(fix(58), fix(59)), ride.send(fix(60))) == [58, 59, 60]


def test_fixes_before_hello_or_of_another_epoch_are_not_taken() -> None:
    """Their numbers would mean nothing."""
    ride = Ride()
    assert code_of(ride, fix(1), epoch=EPOCH + 1) == ("hello_first", "epoch")
    ride.phone.greeted = False
    assert code_of(ride, fix(1)) == ("hello_first", "hello")


def test_a_late_fix_never_moves_the_position_back() -> None:
    """It is stored with its reason."""
    ride = Ride()
    ride.send(fix(1), fix(2, NOW_MS - SECOND))
    late = ride.send(fix(3, NOW_MS - 5 * SECOND, lat=HERE[0] + 0.001))
    assert late.results == ["superseded"]
    assert stored(late) == [3]
    assert ride.latest == 2


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (fix(2, NOW_MS + 61 * SECOND), "future"),
        (fix(2, NOW_MS + 10 * 365 * 86_400 * SECOND), "future"),
        (fix(2, NOW_MS - 86_401 * SECOND), "outdated"),
        (fix(2, 0), "outdated"),
        (replace(fix(2), accuracy_m=501.0), "inaccurate"),
        (replace(fix(2), lat=91.0), "invalid"),
        (replace(fix(2), lat=0.0, lng=0.0), "invalid"),
        (replace(fix(2), lat=math.nan), "invalid"),
        (replace(fix(2), lat=HERE[0] + 1), "jump"),
        (fix(2, NOW_MS - 99 * SECOND), "superseded"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fix_not_believed_is_stored_with_its_reason_and_freezes_nobody(
    wrong: Fix, reason: str
) -> None:
    """The next good fix moves the courier, whatever the wrong one claimed."""
    ride = Ride()
    ride.send(fix(1))
    taken = ride.send(wrong)
    assert [(one.fix.seq, one.refusal) for one in taken.records] == [(2, reason)]
    assert not taken.moved
    assert ride.latest == 1
    assert ride.send(fix(3)).moved
    assert ride.latest == 3


def test_a_phone_that_insists_on_a_jump_is_believed() -> None:
    """Five that agree: then the positions before were the wrong ones."""
    ride = Ride()
    ride.send(*(fix(seq, lat=37.42, lng=-122.08) for seq in range(1, 6)))
    taken = ride.send(*(fix(seq) for seq in range(6, 12)))
    assert taken.results == [*["jump"] * 4, "accepted", "accepted"]
    assert ride.latest == 11


def test_a_first_fix_at_a_default_place_locks_nobody_out() -> None:
    """One fix weighs little: two that agree against it are believed; so after a gap."""
    ride = Ride()
    ride.send(fix(1, lat=37.42, lng=-122.08))
    assert ride.send(*(fix(seq) for seq in range(2, 8))).results == ["jump", *["accepted"] * 5]
    away = fix(8, NOW_MS - 70 * SECOND, lat=HERE[0] + 0.003)
    back = [fix(seq, NOW_MS - (78 - seq) * SECOND) for seq in (9, 10)]
    assert ride.send(away, *back).results == ["accepted", "jump", "accepted"]


def test_jumps_that_contradict_each_other_move_nobody() -> None:
    """However many they are."""
    ride = Ride()
    ride.send(fix(1))
    wild = [fix(seq, lat=HERE[0] + (1 if seq % 2 else -1)) for seq in range(2, 30)]
    assert set(ride.send(*wild).results) == {"jump"}
    assert ride.latest == 1


def test_a_believed_fix_ends_the_doubt_about_the_position() -> None:
    """Only jumps in a row count."""
    ride = Ride()
    ride.send(*(fix(seq) for seq in range(1, 6)))
    for first in (6, 11):
        away = [fix(seq, lat=HERE[0] + 1) for seq in range(first, first + 4)]
        assert ride.send(*away, fix(first + 4)).results == [*["jump"] * 4, "accepted"]


@given(st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=30))
def test_the_position_is_a_believed_fix_and_none_believed_later_was_newer(
    offsets_s: Sequence[int],
) -> None:
    """Whatever the phone's clock does, the courier stands at the newest credible fix."""
    ride, believed = Ride(), []
    for seq, offset_s in enumerate(offsets_s, start=1):
        one = fix(seq, NOW_MS + offset_s * SECOND)
        if ride.send(one).moved:
            believed.append(one)
    credible = [fix for fix in believed if -86_400 <= (fix.t_ms - NOW_MS) / SECOND <= 60]
    assert believed == credible
    assert [one.t_ms for one in believed] == sorted({one.t_ms for one in believed})
    assert ride.latest == (believed[-1].seq if believed else None)


def test_nothing_is_taken_off_shift_so_that_the_phone_keeps_it() -> None:
    """Nobody is told that it is durable, and where somebody is after work goes nowhere."""
    ride = Ride(on_shift=False)
    with pytest.raises(OffShift):
        ride.send(fix(1), fix(2))
    assert ride.phone.received == 0
    assert not ride.fleet.couriers


def test_who_was_sent_home_says_hello_before_the_next_fix_is_taken() -> None:
    """What was on its way when the shift became known would leave out what was not taken."""
    ride = Ride(on_shift=False)
    ride.phone.send_home()
    ride.courier = ride.fleet.apply(plan_of(ride.phone.courier_id))
    with pytest.raises(OffShift):
        ride.send(fix(3))
    ride.phone.greet(parse_hello(hello(1, 3)), Mark(), Mark())
    assert stored(ride.send(fix(1), fix(2), fix(3))) == [1, 2, 3]


def test_the_last_number_of_an_epoch_can_be_reached() -> None:
    """Thirty-two bits are not overrun."""
    top = (1 << 32) - 1
    ride = Ride(first=top - 1, last=top)
    taken = ride.send(fix(top - 1, NOW_MS - SECOND), fix(top, NOW_MS))
    assert stored(taken) == [top - 1, top]
