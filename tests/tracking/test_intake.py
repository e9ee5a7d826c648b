"""Intake: a tick judged at once is the same tick judged fix by fix, whatever phones send."""

import base64
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.fix import Fix
from geo.vehicle import Vehicle
from tests.tracking.gateways import EPOCH, HERE, NOW_MS, plan_of
from tracking import trail
from tracking.fleet import Fleet, LiveCourier
from tracking.intake import Intake
from tracking.trail import TrailRecord, joined
from tracking.wire import pack_fix, packed_blob

ANNA, BRUNO, CARLA = (UUID(int=number) for number in (1, 2, 3))
VEHICLES = {ANNA: Vehicle.CAR, BRUNO: Vehicle.ON_FOOT, CARLA: Vehicle.BICYCLE}
SECOND = 1000

FIXES = st.builds(
    Fix,
    seq=st.integers(1, 1000),
    t_ms=st.one_of(
        st.integers(-90, 20).map(lambda s: NOW_MS + s * SECOND),
        st.sampled_from([NOW_MS + 61_000, EPOCH * 1000]),
    ),
    lat=st.sampled_from([HERE[0], HERE[0] + 0.00004, HERE[0] + 0.001, HERE[0] + 0.1, 0.0]),
    lng=st.sampled_from([HERE[1], HERE[1] + 0.00005, HERE[1] + 0.01, 0.0]),
    speed_mps=st.none() | st.sampled_from([0.0, 5.25, 63.5]),
    heading_deg=st.none() | st.sampled_from([0.0, 90.0, 180.0]),
    accuracy_m=st.none() | st.sampled_from([0.0, 8.0, 254.0, 30.0]),
    flags=st.sampled_from([0, 16, 255]),
)
EVENTS = st.tuples(
    st.sampled_from([ANNA, BRUNO, CARLA]), st.lists(FIXES, min_size=1, max_size=4), st.booleans()
)


def fleet_of() -> Fleet:
    """Return three couriers on shift."""
    fleet = Fleet()
    for courier, vehicle in VEHICLES.items():
        fleet.apply(plan_of(courier, vehicle=vehicle))
    return fleet


def put(
    intake: Intake, fleet: Fleet, events: Sequence[tuple[UUID, Sequence[Fix], bool]], at_ms: int
) -> None:
    """Put events into an intake as the gateway does."""
    for courier_id, fixes, packed in events:
        courier = fleet.couriers[courier_id]
        if packed:
            text = base64.b64encode(b"".join(pack_fix(EPOCH, one) for one in fixes)).decode()
            intake.add_packed(courier, *packed_blob(EPOCH, text, 200), NOW_MS, at_ms)
        else:
            intake.add_plain(courier, EPOCH, fixes, NOW_MS, at_ms)


def by_courier(records: Sequence[TrailRecord]) -> dict[UUID, list[TrailRecord]]:
    """Return records by whose they are, each one's in sequence."""
    found: dict[UUID, list[TrailRecord]] = {}
    for record in records:
        found.setdefault(record.courier_id, []).append(record)
    return found


def shown(courier: LiveCourier) -> list[float]:
    """Return where a courier is shown; numpy's arithmetic may differ in the last bits."""
    at = courier.position
    return [] if at is None else [at.lat, at.lng, at.speed_mps or 0.0, at.heading_deg or 0.0]


@settings(max_examples=300, deadline=None)
@given(ticks=st.lists(st.lists(EVENTS, max_size=6), min_size=1, max_size=4))
def test_a_tick_judged_at_once_is_the_tick_judged_fix_by_fix(
    ticks: Sequence[Sequence[tuple[UUID, list[Fix], bool]]],
) -> None:
    """Records, places on the map, marks, who was heard, who moved, the counts; tick after tick."""
    fast, slow = fleet_of(), fleet_of()
    at_once, one_by_one = Intake(), Intake()
    for number, events in enumerate(ticks):
        put(at_once, fast, events, NOW_MS + number)
        put(one_by_one, slow, events, NOW_MS + number)
        found = at_once.judge(fast)
        single = [one_by_one.judge_of(courier, slow) for courier in slow.couriers.values()]
        wanted = joined([judged.batch for judged in single])
        assert by_courier(trail.unpack(found.batch.blob)) == by_courier(trail.unpack(wanted.blob))
        assert found.batch.marks.keys() == wanted.marks.keys()
        assert found.batch.heard_ms == wanted.heard_ms
        assert found.results == sum((judged.results for judged in single), Counter[str]())
        moved = {courier.id for judged in single for courier in judged.moved}
        assert {courier.id for courier in found.moved} == moved
        for courier_id, courier in slow.couriers.items():
            twin = fast.couriers[courier_id]
            assert (twin.believed, twin.cells) == (courier.believed, courier.cells)
            assert shown(twin) == pytest.approx(shown(courier), rel=0, abs=1e-9, nan_ok=True)
            assert twin.elsewhere == courier.elsewhere
        assert fast.members == slow.members
        assert len(at_once) == len(one_by_one) == 0


def fix(seq: int) -> Fix:
    """Return a believable fix."""
    return Fix(seq, NOW_MS - 60_000 + seq * SECOND, *HERE, 5.0, 90.0, 8.0)


def test_what_a_phone_sends_in_one_tick_keeps_its_sequence() -> None:
    """Packed or plain, in several events, among those of others; the mark is the last of them."""
    fleet, intake = fleet_of(), Intake()
    events = [
        (BRUNO, [fix(1)], True),
        (ANNA, [fix(1), fix(2)], True),
        (BRUNO, [fix(2)], False),
        (ANNA, [fix(3)], False),
        (ANNA, [fix(4)], True),
    ]
    put(intake, fleet, events, NOW_MS)
    assert len(intake) == 6
    judged = intake.judge(fleet)
    stored = by_courier(trail.unpack(judged.batch.blob))
    assert [one.fix.seq for one in stored[ANNA]] == [1, 2, 3, 4]
    assert [one.fix.seq for one in stored[BRUNO]] == [1, 2]
    assert {one: mark.seq for one, mark in judged.batch.marks.items()} == {ANNA: 4, BRUNO: 2}
    assert fleet.couriers[ANNA].position is not None
    assert fleet.couriers[ANNA].position.seq == 4


def test_what_waits_of_a_phone_that_begins_anew_is_void() -> None:
    """Of that one alone."""
    fleet, intake = fleet_of(), Intake()
    put(intake, fleet, [(ANNA, [fix(1), fix(2)], True), (BRUNO, [fix(1)], True)], NOW_MS)
    intake.void(ANNA)
    assert (len(intake), ANNA in intake, BRUNO in intake) == (1, False, True)
    assert [one.courier_id for one in trail.unpack(intake.judge(fleet).batch.blob)] == [BRUNO]


def test_who_went_off_shift_before_the_tick_is_stored_and_on_no_map() -> None:
    """The fix was sent on shift; the courier is not shown any more."""
    fleet, intake = fleet_of(), Intake()
    far = Fix(2, NOW_MS, HERE[0] + 1, HERE[1], None, None, 5.0)
    put(intake, fleet, [(ANNA, [fix(1)], True), (BRUNO, [fix(1), far], False)], NOW_MS)
    for courier_id in (ANNA, BRUNO):
        fleet.off_shift(courier_id)
    judged = intake.judge(fleet)
    assert len(judged.batch) == 3
    assert not fleet.members
