"""Viewports: a map that applies frames as the protocol tells always shows the fleet."""

import math
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from geo import cells
from geo.box import Box
from geo.vehicle import Vehicle
from tests.tracking.gateways import NOW_MS, HeardSockets, plan_of, position_of
from tracking.fleet import Fleet
from tracking.plans import CourierState
from tracking.viewports import Viewports
from tracking.wire import BadFrame, unpack_records

COURIERS = [UUID(int=number) for number in range(1, 4)]
PORTO = [(41.15, -8.61), (41.151, -8.612), (41.16, -8.63), (41.17, -8.58), (41.3, -8.4)]
FIJI = [(-17.80, 179.99), (-17.80, -179.99)]
BOXES = [
    Box(41.14, -8.62, 41.16, -8.60),
    Box(41.14, -8.64, 41.18, -8.57),
    Box(41.10, -8.70, 41.25, -8.50),
    Box(40.5, -9.5, 42.0, -7.5),
    Box(-17.9, 179.9, -17.7, 180.0),
    Box(-17.9, -180.0, -17.7, -179.9),
]


@dataclass
class MapPage:
    """A map written from docs/api/realtime.md, section 4, and nothing else."""

    cells: dict[str, tuple[int, dict[int, Any]]] = field(default_factory=dict)
    names: dict[int, list[Any]] = field(default_factory=dict)
    gaps: set[str] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)
    """Cells of which a frame was lost: the page does not know, the test does."""

    def snap(
        self, cell: str, seq: int, records: str, names: list[list[Any]], middle: list[float]
    ) -> None:
        """Take everything in a cell."""
        assert middle == list(cells.centre(cells.from_text(cell)))
        self.introduce(names)
        self.cells[cell] = (seq, {one.ref: one for one in unpack_records(records)})
        self.gaps.discard(cell)
        self.behind.discard(cell)

    def t(self, cell: str, seq: int, records: str, names: list[list[Any]], left: list[int]) -> None:
        """Take what changed in a cell."""
        known, here = self.cells[cell]
        if seq != known + 1:
            self.gaps.add(cell)  # and send `resync`
            return
        self.introduce(names)
        here |= {one.ref: one for one in unpack_records(records)}
        for ref in left:
            here.pop(ref, None)
        self.cells[cell] = (seq, here)

    def introduce(self, names: list[list[Any]]) -> None:
        """Learn who bears which number."""
        self.names |= {name[0]: name for name in names}

    def shown(self) -> dict[str, dict[str, Any]]:
        """Return what is on the map: by cell and courier, everything but the age."""
        return {
            cell: {
                self.names[ref][1]: (self.names[ref], _without_age(one))
                for ref, one in here.items()
            }
            for cell, (_seq, here) in self.cells.items()
        }


def _without_age(record: Any) -> tuple[int, ...]:
    speed = record.north_half_mps, record.east_half_mps, record.heading
    return record.north, record.east, *speed, record.state, record.seq_low


class AMapShowsTheFleet(RuleBasedStateMachine):
    """Couriers come, go, move and change; two maps look here and there and lose frames."""

    def __init__(self) -> None:
        super().__init__()
        self.fleet, self.sockets = Fleet(), HeardSockets()
        self.viewports = Viewports(self.fleet, self.sockets, 200)  # type: ignore[arg-type]
        self.pages: dict[str, MapPage] = {}
        self.seq = 0
        self.told = True
        for courier, place in zip(COURIERS, PORTO, strict=False):
            self.fleet.apply(plan_of(courier))
            self.move(courier, place)
        self.look("a", BOXES[1])
        self.look("b", BOXES[3])
        self.tick("")

    @rule(
        courier=st.sampled_from(COURIERS),
        state=st.sampled_from(CourierState),
        name=st.sampled_from(["Anna", "Bruno"]),
        vehicle=st.sampled_from([Vehicle.CAR, Vehicle.BICYCLE]),
    )
    def plan(self, courier: UUID, state: CourierState, name: str, vehicle: Vehicle) -> None:
        self.fleet.apply(plan_of(courier, state=state, name=name, vehicle=vehicle))
        self.told = False

    @rule(courier=st.sampled_from(COURIERS), place=st.sampled_from(PORTO + FIJI))
    def move(self, courier: UUID, place: tuple[float, float]) -> None:
        if courier in self.fleet.couriers:
            self.seq += 1
            there = position_of(courier, self.seq, lat=place[0], lng=place[1])
            self.fleet.move(self.fleet.couriers[courier], there)
            self.told = False

    @rule(courier=st.sampled_from(COURIERS))
    def go_home(self, courier: UUID) -> None:
        self.fleet.off_shift(courier)
        self.told = False

    @rule()
    def fall_silent(self) -> None:
        self.fleet.note_silence(NOW_MS + 60_000, 30.0)
        self.told = False

    @rule(page=st.sampled_from("ab"), box=st.sampled_from(BOXES))
    def look(self, page: str, box: Box) -> None:
        change = self.viewports.look(page, box)
        self.viewports.settle(page, change, NOW_MS)
        shown = self.pages.setdefault(page, MapPage())
        wanted = {cells.to_text(cell) for cell in change.cells}
        shown.cells = {cell: known for cell, known in shown.cells.items() if cell in wanted}
        shown.gaps &= wanted
        shown.behind &= wanted
        self.receive()

    @rule(page=st.sampled_from("ab"))
    def close(self, page: str) -> None:
        self.viewports.forget(page)
        for room in self.sockets.rooms.values():
            room.discard(page)
        self.pages.pop(page, None)

    @rule(page=st.sampled_from("ab"), is_slow=st.booleans())
    def read(self, page: str, is_slow: bool) -> None:
        self.sockets.behind = (self.sockets.behind - {page}) | ({page} if is_slow else set())

    @rule(lost=st.sampled_from(["", "", "", "a", "b"]))
    def tick(self, lost: str) -> None:
        self.viewports.send_changes(NOW_MS)
        for event, arguments in self.sockets.inbox.pop(lost, []):
            if event == "t":
                self.pages[lost].behind.add(arguments[0])
            else:  # what a page that was slow is sent
                self.pages[lost].snap(*arguments)
        self.told = True
        self.receive()

    @rule()
    def resync(self) -> None:
        for page, shown in self.pages.items():
            for cell in sorted(shown.gaps):
                self.viewports.snapshot(page, cells.from_text(cell), NOW_MS)
        self.receive()

    def receive(self) -> None:
        for sid, inbox in self.sockets.inbox.items():
            for event, arguments in inbox:
                getattr(self.pages[sid], event)(*arguments)
            inbox.clear()

    @precondition(lambda self: self.told)
    @invariant()
    def every_map_shows_the_fleet(self) -> None:
        for page, map_page in self.pages.items():
            shown = map_page.shown()
            watched = {cells.to_text(cell) for cell in self.viewports._views[page]}
            assert shown.keys() == watched
            assert map_page.gaps <= map_page.behind
            missed = {cells.to_text(cell) for cell in self.viewports._missed.get(page, ())}
            for text in watched - map_page.behind - missed:
                assert shown[text] == self._truth(cells.from_text(text)), text

    def _truth(self, cell: int) -> dict[str, Any]:
        found = {}
        for one in self.fleet.couriers.values():
            if cell in one.cells.values():
                (record,) = self.fleet.records(cell, [one.id], NOW_MS)
                name = [one.ref, str(one.id), one.name, one.vehicle.value]
                found[str(one.id)] = (name, _without_age(record))
        return found


AMapShowsTheFleet.TestCase.settings = settings(
    max_examples=100, stateful_step_count=25, deadline=None
)
TestAMapShowsTheFleet = AMapShowsTheFleet.TestCase


def looking(box: Box = BOXES[1]) -> tuple[Fleet, HeardSockets, Viewports]:
    """Return a fleet with one courier, watched by the map `a`."""
    fleet, sockets = Fleet(), HeardSockets()
    viewports = Viewports(fleet, sockets, 200)  # type: ignore[arg-type]
    fleet.move(fleet.apply(plan_of(COURIERS[0])), position_of(COURIERS[0]))
    viewports.settle("a", viewports.look("a", box), NOW_MS)
    viewports.send_changes(NOW_MS)
    sockets.inbox.clear()
    return fleet, sockets, viewports


def test_a_cell_sends_one_frame_per_tick_however_much_happened() -> None:
    """And none when nothing did."""
    fleet, sockets, viewports = looking()
    for seq in range(2, 9):
        fleet.move(fleet.couriers[COURIERS[0]], position_of(COURIERS[0], seq))
    assert viewports.send_changes(NOW_MS) == 1
    assert [event for event, _ in sockets.inbox["a"]] == ["t"]
    assert viewports.send_changes(NOW_MS) == 0
    assert len(sockets.inbox["a"]) == 1


def test_nobody_is_sent_what_nobody_watches() -> None:
    """Neither other cells, nor cells that were left."""
    fleet, sockets, viewports = looking(Box(41.3, -8.41, 41.31, -8.40))
    fleet.move(fleet.couriers[COURIERS[0]], position_of(COURIERS[0], 2))
    assert viewports.send_changes(NOW_MS) == 0
    viewports.forget("a")
    assert not sockets.inbox["a"]
    assert not viewports._watchers


def test_the_resolution_follows_the_size_of_the_box() -> None:
    """Up to 200 cells of 7, then 5, then no answer but a reason; the former view stays."""
    _fleet, _sockets, viewports = looking()
    assert viewports.look("a", BOXES[1]).resolution == 7
    change = viewports.look("a", BOXES[3])
    assert change.resolution == 5
    assert len(change.cells) <= 200
    with pytest.raises(BadFrame) as caught:
        viewports.look("a", Box(30, -20, 60, 20))
    assert caught.value.answer["code"] == "too_large"
    assert all(viewports.watches("a", cell) for cell in change.cells)


def test_panning_snaps_only_new_cells() -> None:
    """The diff of two views is what costs, not the view."""
    _fleet, sockets, viewports = looking(BOXES[0])
    change = viewports.look("a", BOXES[1])
    viewports.settle("a", change, NOW_MS)
    snapped = {arguments[0] for event, arguments in sockets.inbox["a"] if event == "snap"}
    assert snapped == {cells.to_text(cell) for cell in change.begun}
    assert change.begun < change.cells
    assert math.isfinite(len(snapped))


def test_a_map_that_is_behind_is_left_out_and_caught_up_with_one_snapshot() -> None:
    """However many frames it missed; it asks for nothing."""
    fleet, sockets, viewports = looking()
    (courier,) = fleet.couriers.values()
    sockets.inbox.clear()
    sockets.behind.add("a")
    for seq in range(2, 6):
        fleet.move(courier, position_of(courier.id, seq))
        viewports.send_changes(NOW_MS)
    assert not sockets.inbox["a"]
    sockets.behind.clear()
    viewports.send_changes(NOW_MS)
    assert [event for event, _arguments in sockets.inbox["a"]] == ["snap"]
    fleet.move(courier, position_of(courier.id, 7))
    viewports.send_changes(NOW_MS)
    ((_, snap), (_, tick)) = sockets.inbox["a"]
    assert tick[:2] == (snap[0], snap[1] + 1)
