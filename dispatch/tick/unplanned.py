"""Why a delivery stands in no row of the plan, and the smallest change that would have helped."""

import numpy as np

from dispatch.legs import up_to_s
from dispatch.model import Load
from dispatch.plan import NOBODY, Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import BARRING, EXCLUDING, Unserved, WhyNot
from dispatch.tick import board as knob
from dispatch.tick.board import FIRST, NEVER, Board, Longs, empty_routes
from dispatch.tick.cards import Cards
from dispatch.tick.placing import best_place
from dispatch.tick.roll import Rolled, accepted_rows
from dispatch.tick.timing import put_in, retime, take_out

_EVER_MS = 10**12


class Unplanned:
    """Tells why; each reason looks at the routes as accepted, without what is only planned."""

    def __init__(
        self, problem: Problem, policy: DispatchPolicy, rolled: Rolled, cards: Cards
    ) -> None:
        self._problem, self._policy, self._rolled, self._cards = problem, policy, rolled, cards
        self._accepted = empty_routes(rolled.board, int(rolled.routes.stop.shape[1]) + 1)
        accepted_rows(self._accepted, rolled.rows)
        for row in range(len(rolled.rows.couriers)):
            retime(rolled.board, self._accepted, row)

    def why(self, delivery: int) -> Unassigned:
        """Return the reason nearest to success: from somebody taken down to nobody there."""
        id_ = self._rolled.rows.waiting_ids[delivery]
        if not len(self._rolled.rows.couriers):
            return Unassigned(id_, Unserved.NO_COURIERS)
        codes = self._codes(delivery)
        free = int(np.sum(codes == 0))
        if free:
            return Unassigned(id_, Unserved.TAKEN, couriers=free)
        for code, reason, needed in (
            (WhyNot.TOO_LATE, Unserved.TOO_LATE, self._look_ahead),
            (WhyNot.SHIFT_ENDS, Unserved.SHIFT_ENDS, self._overtime),
        ):
            rows = np.flatnonzero(codes == code)
            if len(rows):
                found = [
                    (amount, row) for row in rows.tolist() if (amount := needed(delivery, row))
                ]
                amount, row = min(found, default=(0, -1))
                about = self._rolled.rows.courier_ids[row] if found else NOBODY
                return Unassigned(id_, reason, len(rows), about, amount)
        rows = np.flatnonzero(codes == WhyNot.NO_CAPACITY)
        if len(rows):
            room, row = min((self._room(delivery, row), row) for row in rows.tolist())
            about = self._rolled.rows.courier_ids[row]
            return Unassigned(id_, Unserved.NO_CAPACITY, len(rows), about, room=room)
        full = int(np.sum(codes == WhyNot.ROUTE_FULL))
        if full:
            return Unassigned(id_, Unserved.ROUTE_FULL, couriers=full)
        return self._nobody_near(delivery, codes)

    def _codes(self, delivery: int) -> Longs:
        board, codes = self._rolled.board, self._cards.why_not(delivery).copy()
        for row in board.tries[delivery].tolist():
            if row >= 0:
                codes[row] = best_place(board, self._accepted, row, delivery)[3]
        return codes

    def _look_ahead(self, delivery: int, row: int) -> int:
        """Return the look-ahead with which a courier could take the delivery; 0: none would do."""
        board = self._rolled.board
        knobs = board.knobs.copy()
        knobs[knob.LOOKAHEAD] = _EVER_MS
        begin_ms, _ = self._begins(board._replace(knobs=knobs), delivery, row)
        return up_to_s(begin_ms - int(board.from_ms[delivery])) if begin_ms >= 0 else 0

    def _overtime(self, delivery: int, row: int) -> int:
        """Return the overtime with which a courier could take the delivery; 0: none would do."""
        board = self._rolled.board
        longer = board._replace(end_ms=np.full_like(board.end_ms, _EVER_MS))
        _, last_ms = self._begins(longer, delivery, row)
        return up_to_s(last_ms - int(board.end_ms[row])) if last_ms >= 0 else 0

    def _begins(self, board: Board, delivery: int, row: int) -> tuple[int, int]:
        """Return when the pickup, and the last pickup of the row, would begin; -1: not possible."""
        routes, first = self._accepted, int(board.knobs[FIRST])
        cost, i, j, _ = best_place(board, routes, row, delivery)
        if cost >= NEVER:
            return -1, -1
        put_in(board, routes, row, first + delivery, first + delivery + len(board.home), i, j)
        stops, begins = routes.stop[row], routes.begin_ms[row]
        places = range(1, int(routes.size[row]) + 1)
        last = max(int(begins[place]) for place in places if board.is_pickup[stops[place]])
        mine = int(begins[i + 1])
        take_out(self._rolled.board, routes, row, delivery)
        return mine, last

    def _room(self, delivery: int, row: int) -> Load:
        board, routes = self._rolled.board, self._accepted
        pickup = int(board.knobs[FIRST]) + delivery
        places = range(int(board.pinned[row]), int(routes.size[row]) + 1)
        lacking = [
            np.maximum(0, routes.load[row, place] + board.demand[pickup] - board.capacity[row])
            for place in places
        ]
        return min(Load(*one.tolist()) for one in lacking)

    def _nobody_near(self, delivery: int, codes: Longs) -> Unassigned:
        id_ = self._rolled.rows.waiting_ids[delivery]
        far = np.flatnonzero((codes == WhyNot.TOO_FAR) | (codes == WhyNot.NOT_NEAR))
        if len(far):
            away_m, row = min((self._away_m(delivery, row), row) for row in far.tolist())
            about = self._rolled.rows.courier_ids[row]
            return Unassigned(id_, Unserved.TOO_FAR, len(far), about, away_m)
        barred = int(np.isin(codes, [int(code) for code in BARRING]).sum())
        if barred:
            return Unassigned(id_, Unserved.BARRED, couriers=barred)
        excluded = int(np.isin(codes, [int(code) for code in EXCLUDING]).sum())
        return Unassigned(id_, Unserved.EXCLUDED, couriers=excluded)

    def _away_m(self, delivery: int, row: int) -> int:
        """Return metres, rounded up, to the nearest place of a courier that a pickup may follow."""
        board, routes = self._rolled.board, self._accepted
        pickup = int(board.knobs[FIRST]) + delivery
        x, y = int(board.x_m[pickup]), int(board.y_m[pickup])
        found = []
        for place in range(int(board.pinned[row]), int(routes.size[row]) + 1):
            stop = int(routes.stop[row, place])
            at_x = board.start_x_m[row] if place == 0 else board.x_m[stop]
            at_y = board.start_y_m[row] if place == 0 else board.y_m[stop]
            found.append(float(np.hypot(int(at_x) - x, int(at_y) - y)))
        return int(np.ceil(min(found)))
