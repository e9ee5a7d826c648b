"""The fleet: where everybody is, in which cells, under which number."""

import math
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.point import Point
from geo.vehicle import Vehicle
from tests.tracking.gateways import NOW_MS, plan_of, position_of
from tracking import fleet as fleet_module
from tracking.fleet import RESOLUTIONS, Fleet
from tracking.plans import CourierState

ANNA, BRUNO = UUID(int=1), UUID(int=2)
PLACES = st.tuples(st.floats(-65, 65), st.floats(-180, 180))


def somewhere(fleet: Fleet, courier_id: UUID, lat: float = 41.15, lng: float = -8.61) -> None:
    """Put a courier on shift at a place."""
    fleet.move(fleet.apply(plan_of(courier_id)), position_of(courier_id, lat=lat, lng=lng))


@given(st.lists(st.tuples(st.sampled_from([ANNA, BRUNO]), PLACES | st.none()), max_size=30))
def test_a_courier_is_in_exactly_the_cells_of_the_position(
    moves: list[tuple[UUID, tuple[float, float] | None]],
) -> None:
    """One of each resolution, or none before the first fix and off shift; no empty cell stays."""
    fleet = Fleet()
    for courier_id, place in moves:
        if place is None:
            fleet.off_shift(courier_id)
        else:
            somewhere(fleet, courier_id, *place)
        expected: dict[int, set[UUID]] = {}
        for one in fleet.couriers.values():
            assert one.position is not None
            for resolution in RESOLUTIONS:
                cell = cells.cell_of(Point(one.position.lat, one.position.lng), resolution)
                expected.setdefault(cell, set()).add(one.id)
        assert fleet.members == expected


@given(PLACES)
def test_a_record_tells_the_place_within_its_unit(place: tuple[float, float]) -> None:
    """At both resolutions, up to 65 degrees of latitude and across the date line."""
    fleet = Fleet()
    somewhere(fleet, ANNA, *place)
    for resolution, unit in ((7, 1e-6), (5, 1e-5)):
        cell = fleet.couriers[ANNA].cells[resolution]
        (record,) = fleet.records(cell, [ANNA], NOW_MS)
        middle = cells.centre(cell)
        assert abs(middle.lat + record.north * unit - place[0]) <= unit
        off = math.remainder(middle.lng + record.east * unit - place[1], 360)
        assert abs(off) <= unit


@pytest.mark.parametrize(
    ("speed", "heading", "north", "east", "turn"),
    [
        (10.0, 0.0, 20, 0, 0),
        (10.0, 90.0, 0, 20, 64),
        (10.0, 180.0, -20, 0, 128),
        (10.0, 359.9, 20, 0, 0),
        (100.0, 270.0, 0, -127, 192),
        (None, None, 0, 0, 0),
    ],
)
def test_a_record_tells_velocity_and_heading(
    speed: float | None, heading: float | None, north: int, east: int, turn: int
) -> None:
    """In half metres per second, as far as a byte goes."""
    fleet = Fleet()
    courier = fleet.apply(plan_of(ANNA))
    fleet.move(courier, position_of(ANNA, speed_mps=speed, heading_deg=heading))
    (record,) = fleet.records(courier.cells[7], [ANNA], NOW_MS)
    assert (record.north_half_mps, record.east_half_mps, record.heading) == (north, east, turn)


def test_a_record_tells_state_age_and_number() -> None:
    """A stale courier bears bit 4, and the next fix takes it away."""
    fleet = Fleet()
    courier = fleet.apply(plan_of(ANNA, state=CourierState.CARRYING))
    fleet.move(courier, position_of(ANNA, 0x1FE))
    cell = courier.cells[7]
    (record,) = fleet.records(cell, [ANNA], NOW_MS + 1500)
    assert (record.state, record.age_tenths, record.seq_low) == (2, 15, 0xFE)
    fleet.note_silence(NOW_MS + 31_000, 30.0)
    (record,) = fleet.records(cell, [ANNA], NOW_MS + 31_000)
    assert (record.state, record.age_tenths) == (2 | 16, 255)
    fleet.move(courier, position_of(ANNA, 0x1FF, received_ms=NOW_MS + 32_000))
    (record,) = fleet.records(cell, [ANNA], NOW_MS + 32_000)
    assert (record.state, record.age_tenths) == (2, 0)


def test_silence_is_told_once() -> None:
    """A courier who is silent for an hour does not make frames for an hour."""
    fleet = Fleet()
    somewhere(fleet, ANNA)
    fleet.take_changes()
    fleet.note_silence(NOW_MS + 31_000, 30.0)
    assert len(fleet.take_changes()) == len(RESOLUTIONS)
    fleet.note_silence(NOW_MS + 62_000, 30.0)
    assert fleet.take_changes() == {}


def test_a_change_of_name_or_vehicle_introduces_the_courier_again() -> None:
    """Maps that know the courier by another name learn the new one."""
    fleet = Fleet()
    somewhere(fleet, ANNA)
    fleet.take_changes()
    fleet.apply(plan_of(ANNA, name="Anna Renamed", vehicle=Vehicle.BICYCLE))
    changes = fleet.take_changes()
    assert changes.keys() == set(fleet.couriers[ANNA].cells.values())
    for change in changes.values():
        assert fleet.introductions(change.entered) == [
            [fleet.couriers[ANNA].ref, str(ANNA), "Anna Renamed", "bicycle"]
        ]


def test_numbers_of_couriers_are_used_again_only_when_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two couriers on shift never share one, and there is one for each until there is none."""
    monkeypatch.setattr(fleet_module, "_REFS", 4)
    fleet = Fleet()
    ids = [uuid4() for _ in range(4)]
    for one in ids:
        fleet.apply(plan_of(one))
    with pytest.raises(OverflowError, match="at most 4 couriers"):
        fleet.apply(plan_of(ANNA))
    fleet.off_shift(ids[1])
    fleet.apply(plan_of(ANNA))
    refs = [courier.ref for courier in fleet.couriers.values()]
    assert sorted(refs) == [0, 1, 2, 3]


def test_going_off_shift_twice_is_no_matter() -> None:
    """The news may tell it again."""
    fleet = Fleet()
    somewhere(fleet, ANNA)
    assert fleet.off_shift(ANNA) is not None
    assert fleet.off_shift(ANNA) is None
    assert not fleet.members
