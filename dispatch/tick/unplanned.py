"""Why a delivery stands in no row of the plan, and the smallest change that would have helped."""

import numpy as np

from dispatch.legs import up_to_s
from dispatch.model import Load
from dispatch.plan import NOBODY, Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import BARRING, EXCLUDING, Unserved, WhyNot
from dispatch.tick import board as knob
from dispatch.tick.alone import begins_alone, codes_alone, retime_all
from dispatch.tick.board import FIRST, Board, Longs, empty_routes
from dispatch.tick.cards import Cards
from dispatch.tick.nearby import places_of
from dispatch.tick.roll import Rolled, accepted_rows

_EVER_MS = 10**12


class Unplanned:
    """Tells why; each reason looks at the routes as accepted, without what is only planned."""

    def __init__(
        self, problem: Problem, policy: DispatchPolicy, rolled: Rolled, cards: Cards
    ) -> None:
        self._problem, self._policy, self._rolled, self._cards = problem, policy, rolled, cards
        self._accepted = empty_routes(rolled.board, int(rolled.routes.stop.shape[1]) + 1)
        accepted_rows(self._accepted, rolled.rows)
        retime_all(rolled.board, self._accepted)
        self._places = places_of(problem, rolled.rows.couriers, rolled.board)

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
                return self._needing(delivery, reason, rows, needed(delivery, rows))
        rows = np.flatnonzero(codes == WhyNot.NO_CAPACITY)
        if len(rows):
            room, row = self._room(delivery, rows)
            about = self._rolled.rows.courier_ids[row]
            return Unassigned(id_, Unserved.NO_CAPACITY, len(rows), about, room=room)
        full = int(np.sum(codes == WhyNot.ROUTE_FULL))
        if full:
            return Unassigned(id_, Unserved.ROUTE_FULL, couriers=full)
        return self._nobody_near(delivery, codes)

    def _codes(self, delivery: int) -> Longs:
        codes = self._cards.why_not(delivery)
        codes_alone(self._rolled.board, self._accepted, delivery, codes)
        return codes

    def _needing(
        self, delivery: int, reason: Unserved, rows: Longs, needed_ms: Longs
    ) -> Unassigned:
        """Return the reason with the least that one of the couriers in `rows` would need."""
        ids = self._rolled.rows
        some = np.flatnonzero(needed_ms > 0)
        if not len(some):
            return Unassigned(ids.waiting_ids[delivery], reason, len(rows), NOBODY, 0)
        amounts = [up_to_s(needed) for needed in needed_ms[some].tolist()]
        amount, row = min(zip(amounts, rows[some].tolist(), strict=True))
        about = ids.courier_ids[row]
        return Unassigned(ids.waiting_ids[delivery], reason, len(rows), about, amount)

    def _look_ahead(self, delivery: int, rows: Longs) -> Longs:
        """Return the look-ahead with which each could take the delivery; not positive: none."""
        board = self._rolled.board
        knobs = board.knobs.copy()
        knobs[knob.LOOKAHEAD] = _EVER_MS
        begin_ms, _ = self._begins(board._replace(knobs=knobs), delivery, rows)
        needed: Longs = np.where(begin_ms < 0, 0, begin_ms - board.from_ms[delivery])
        return needed

    def _overtime(self, delivery: int, rows: Longs) -> Longs:
        """Return the overtime with which each could take the delivery; not positive: none."""
        board = self._rolled.board
        longer = board._replace(end_ms=np.full_like(board.end_ms, _EVER_MS))
        _, last_ms = self._begins(longer, delivery, rows)
        needed: Longs = np.where(last_ms < 0, 0, last_ms - board.end_ms[rows])
        return needed

    def _begins(self, board: Board, delivery: int, rows: Longs) -> tuple[Longs, Longs]:
        mine, last = np.empty_like(rows), np.empty_like(rows)
        begins_alone(board, self._accepted, delivery, rows, mine, last)
        return mine, last

    def _room(self, delivery: int, rows: Longs) -> tuple[Load, int]:
        """Return the least room lacking in one of the rows, and whose it is."""
        board, routes = self._rolled.board, self._accepted
        demand = board.demand[int(board.knobs[FIRST]) + delivery]
        place = np.arange(routes.load.shape[1])
        may = (place >= board.pinned[rows, None]) & (place <= routes.size[rows, None])
        lacking = np.maximum(0, routes.load[rows] + demand - board.capacity[rows, None])[may]
        owner = np.repeat(rows, may.sum(axis=1))
        least = np.lexsort((owner, lacking[:, 2], lacking[:, 1], lacking[:, 0]))[0]
        return Load(*lacking[least].tolist()), int(owner[least])

    def _nobody_near(self, delivery: int, codes: Longs) -> Unassigned:
        id_ = self._rolled.rows.waiting_ids[delivery]
        far = (codes == WhyNot.TOO_FAR) | (codes == WhyNot.NOT_NEAR)
        if np.any(far):
            away_m, row = self._away_m(delivery, far)
            about = self._rolled.rows.courier_ids[row]
            return Unassigned(id_, Unserved.TOO_FAR, int(far.sum()), about, away_m)
        barred = int(np.isin(codes, [int(code) for code in BARRING]).sum())
        if barred:
            return Unassigned(id_, Unserved.BARRED, couriers=barred)
        excluded = int(np.isin(codes, [int(code) for code in EXCLUDING]).sum())
        return Unassigned(id_, Unserved.EXCLUDED, couriers=excluded)

    def _away_m(self, delivery: int, far: np.ndarray) -> tuple[int, int]:
        """Return metres, rounded up, to the nearest place of one of them, and whose it is."""
        board = self._rolled.board
        pickup = int(board.knobs[FIRST]) + delivery
        places = self._places
        some = np.flatnonzero(far[places.owner])
        dx, dy = places.x_m[some] - board.x_m[pickup], places.y_m[some] - board.y_m[pickup]
        away = np.ceil(np.sqrt((dx * dx + dy * dy).astype(np.float64)))
        nearest = int(np.argmin(away))
        return int(away[nearest]), int(places.owner[some[nearest]])
