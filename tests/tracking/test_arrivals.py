"""Arrivals: who stays at a stop of their own has reached it; riding past is no arrival."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from geo.fix import Fix
from geo.point import Plane, Point
from tests.tracking.gateways import EPOCH, HERE, NOW_MS, plan_of, position_of
from tracking.facts import Fact, What
from tracking.fleet import Fleet
from tracking.plans import PlannedStop
from tracking.trail import Batch, TrailRecord
from tracking.watching import Watching

ANNA, BRUNO = UUID(int=1), UUID(int=2)
SHOP, DOOR = UUID(int=11), UUID(int=12)
PLANE = Plane(Point(*HERE))


def stop(stop_id: UUID, east_m: float) -> PlannedStop:
    """Return a stop so far from here."""
    return PlannedStop(stop_id, *PLANE.point_at(east_m, 0.0))


def fleet_of(*couriers: UUID) -> Fleet:
    """Return couriers on shift, each with a shop here and a door 500 m away."""
    fleet = Fleet()
    for one in couriers:
        fleet.apply(replace(plan_of(one), stops=(stop(SHOP, 0.0), stop(DOOR, 500.0))))
    return fleet


def record(
    courier_id: UUID, seq: int, t_s: float, east_m: float, refusal: str | None = None
) -> TrailRecord:
    """Return a judged fix."""
    fix = Fix(seq, NOW_MS + round(t_s * 1000), *PLANE.point_at(east_m, 0.0), None, None, 5.0)
    return TrailRecord(courier_id, EPOCH, NOW_MS, fix, refusal)


def taken(at: Watching, records: Sequence[TrailRecord]) -> list[Fact]:
    """Return what a tick's fixes show."""
    at.take(Batch.of(records))
    return at.take_facts()


def reached(courier_id: UUID, stop_id: UUID, t_ms: int) -> Fact:
    """Return an arrival."""
    return Fact(What.STOP_REACHED, courier_id, stop_id, t_ms)


def test_who_stays_has_arrived_once() -> None:
    """Told when the stay was long enough, dated when it began."""
    at = Watching(fleet_of(ANNA))
    assert taken(at, [record(ANNA, 1, 0, 300.0), record(ANNA, 2, 10, 20.0)]) == []
    assert taken(at, [record(ANNA, 3, 20, 25.0)]) == []
    found = taken(at, [record(ANNA, 4, 26, 22.0), record(ANNA, 5, 27, 22.0)])
    assert found == [reached(ANNA, SHOP, NOW_MS + 10_000)]
    assert taken(at, [record(ANNA, 6, 60, 20.0)]) == []


def test_who_rides_past_has_not_arrived() -> None:
    """Through the circle in ten seconds; nor has who is refused."""
    at = Watching(fleet_of(ANNA))
    past = [record(ANNA, n, n, 120.0 - 12.0 * n) for n in range(1, 20)]
    jumps = [record(ANNA, 20 + n, 30 + 5 * n, 500.0, "jump") for n in range(8)]
    assert taken(at, past + jumps) == []


def test_two_couriers_and_two_stops_in_one_tick() -> None:
    """Late, all at once, mixed up: each courier's stays by the times of their own fixes."""
    at = Watching(fleet_of(ANNA, BRUNO))
    fixes = [
        record(ANNA, 1, 0, 0.0),
        record(BRUNO, 1, 5, 500.0),
        record(ANNA, 2, 30, 0.0),
        record(ANNA, 3, 200, 510.0),
        record(BRUNO, 2, 300, 505.0),
        record(ANNA, 4, 230, 500.0),
    ]
    assert taken(at, fixes) == [
        reached(ANNA, SHOP, NOW_MS),
        reached(ANNA, DOOR, NOW_MS + 200_000),
        reached(BRUNO, DOOR, NOW_MS + 5000),
    ]


def test_a_stop_that_is_no_longer_planned_is_not_reached() -> None:
    """And nobody stays anywhere who went off shift."""
    fleet = fleet_of(ANNA)
    at = Watching(fleet)
    assert taken(at, [record(ANNA, 1, 0, 0.0)]) == []
    fleet.apply(replace(plan_of(ANNA), stops=(stop(DOOR, 500.0),)))
    assert taken(at, [record(ANNA, 2, 60, 0.0)]) == []
    assert taken(at, [record(ANNA, 3, 100, 500.0)]) == []
    gone = fleet.off_shift(ANNA)
    assert gone is not None
    at.forget(gone)
    fleet.apply(replace(plan_of(ANNA), stops=(stop(DOOR, 500.0),)))
    assert taken(at, [record(ANNA, 4, 200, 500.0)]) == []


def test_who_is_sent_to_a_stop_again_arrives_again() -> None:
    """It was no stop of theirs meanwhile; they are seen elsewhere or still there."""
    fleet = fleet_of(ANNA)
    at = Watching(fleet)
    assert taken(at, [record(ANNA, 1, 0, 0.0), record(ANNA, 2, 20, 0.0)]) != []
    for stops, t_s, east_m in (((), 30, 300.0), ((stop(SHOP, 0.0),), 60, 10.0)):
        fleet.apply(replace(plan_of(ANNA), stops=stops))
        assert taken(at, [record(ANNA, t_s, t_s, east_m)]) == []
    again = taken(at, [record(ANNA, 80, 80, 10.0)])
    assert again == [reached(ANNA, SHOP, NOW_MS + 60_000)]


def test_positions_that_others_report_arrive_too() -> None:
    """As phones do that speak HTTP."""
    at = Watching(fleet_of(ANNA))
    here = position_of(ANNA)
    late = replace(here, t_ms=here.t_ms + 40_000)
    at.take_positions([late, here])
    assert at.take_facts() == [reached(ANNA, SHOP, here.t_ms)]
    at.take_positions([])
    assert at.take_facts() == []
