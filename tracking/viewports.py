"""Viewports: which cells each map watches, and the frames of every watched cell."""

from collections import Counter
from dataclasses import dataclass

from geo import cells
from geo.box import Box
from tracking import rooms
from tracking.fleet import RESOLUTIONS, CellChanges, Fleet
from tracking.sockets import Sockets
from tracking.wire import BadFrame, pack_records


@dataclass(frozen=True, slots=True)
class Change:
    """Cells that a map begins and ceases to watch."""

    resolution: int
    cells: frozenset[int]
    begun: frozenset[int]
    ended: frozenset[int]


class Viewports:
    """What maps watch, and the sequence numbers of their cells' frames."""

    def __init__(self, fleet: Fleet, sockets: Sockets, max_cells: int) -> None:
        self._fleet = fleet
        self._sockets = sockets
        self._max_cells = max_cells
        self._views: dict[str, frozenset[int]] = {}
        self._watchers: Counter[int] = Counter()
        self._sequence: Counter[int] = Counter()
        self._missed: dict[str, set[int]] = {}

    def look(self, sid: str, box: Box) -> Change:
        """Let a map watch the cells of `box` instead of those before.

        Raises `BadFrame` when the box is too large.
        """
        for resolution in RESOLUTIONS:
            found = cells.cover_box(*box, resolution, self._max_cells)
            if found is not None:
                change = self._swap(sid, frozenset(found))
                return Change(resolution, *change)
        raise BadFrame("too_large", "bbox", "the box is too large: zoom in")

    def forget(self, sid: str) -> None:
        """Forget a map that is gone."""
        self._swap(sid, frozenset())
        self._views.pop(sid, None)
        self._missed.pop(sid, None)

    def watches(self, sid: str, cell: int) -> bool:
        """Tell whether a map watches a cell."""
        return cell in self._views.get(sid, frozenset())

    def settle(self, sid: str, change: Change, real_now_ms: int) -> None:
        """Put a map into the rooms of its new cells and send a snapshot of each."""
        for cell in change.ended:
            self._sockets.leave(sid, rooms.cell(cell))
        for cell in change.begun:
            self._sockets.enter(sid, rooms.cell(cell))
            self.snapshot(sid, cell, real_now_ms)

    def snapshot(self, sid: str, cell: int, real_now_ms: int) -> None:
        """Send everything in a cell to one map."""
        ids = sorted(self._fleet.members.get(cell, ()))
        records = pack_records(self._fleet.records(cell, ids, real_now_ms))
        names = self._fleet.introductions(ids)
        # The middle spares a page the whole of H3: records count from there.
        middle = list(cells.centre(cell))
        frame = (cells.to_text(cell), self._sequence[cell], records, names, middle)
        self._sockets.emit("snap", *frame, to=sid)

    def send_changes(self, real_now_ms: int) -> int:
        """Send one frame to the maps of each watched cell that changed; return how many.

        A map that is behind with reading is left out; once it has read, it is sent the whole of
        what it missed. Nothing piles up for it.
        """
        self._catch_up(real_now_ms)
        sent = 0
        for cell, changes in self._fleet.take_changes().items():
            if self._watchers[cell] <= 0:
                continue
            self._send(cell, changes, real_now_ms)
            sent += 1
        return sent

    def _catch_up(self, real_now_ms: int) -> None:
        for sid in [sid for sid in self._missed if not self._sockets.is_behind(sid)]:
            for cell in sorted(self._missed.pop(sid)):
                if self.watches(sid, cell):
                    self.snapshot(sid, cell, real_now_ms)

    def _send(self, cell: int, changes: CellChanges, real_now_ms: int) -> None:
        self._sequence[cell] += 1
        shown = sorted(changes.changed | changes.entered)
        records = pack_records(self._fleet.records(cell, shown, real_now_ms))
        names = self._fleet.introductions(sorted(changes.entered))
        frame = (cells.to_text(cell), self._sequence[cell], records, names, sorted(changes.left))
        for sid in self._sockets.emit_fresh("t", *frame, to=rooms.cell(cell)):
            self._missed.setdefault(sid, set()).add(cell)

    def _swap(
        self, sid: str, now: frozenset[int]
    ) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
        before = self._views.get(sid, frozenset())
        begun, ended = now - before, before - now
        for cell in begun:
            self._watchers[cell] += 1
        for cell in ended:
            self._watchers[cell] -= 1
            if self._watchers[cell] <= 0:
                del self._watchers[cell]
                self._sequence.pop(cell, None)
        self._views[sid] = now
        return now, begun, ended
