"""Decision cards of a rolling plan: who could have had a delivery, at what cost, and who not."""

import numpy as np

from dispatch.card import Candidate, Card, Obstacle
from dispatch.cost import Added, Terms, price
from dispatch.legs import up_to_s
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.reasons import WhyNot
from dispatch.tick import examine as sums
from dispatch.tick.board import CHANGE, MILLE, NEVER, Longs, Routes
from dispatch.tick.examine import SUMS, added, added_by_each, examine
from dispatch.tick.lay_out import shares_of
from dispatch.tick.roll import Rolled


class Cards:
    """Makes the cards of one tick; deliveries are named by row of the board."""

    def __init__(self, problem: Problem, policy: DispatchPolicy, rolled: Rolled) -> None:
        self._problem, self._policy, self._rolled = problem, policy, rolled
        self._shares = shares_of(problem, rolled.rows).tolist()
        self._excluded = problem.couriers.excluded[rolled.rows.couriers]
        self._row_of = {id_: row for row, id_ in enumerate(rolled.rows.courier_ids)}
        self._table: list[list[int]] | None = None
        self._before, self._after = np.zeros(SUMS, np.int64), np.zeros(SUMS, np.int64)

    def card(self, delivery: int) -> Card:
        """Return the card of a delivery, planned or not."""
        rolled, policy = self._rolled, self._policy
        routes, memory = rolled.routes, rolled.memory
        examine(rolled.board, routes, memory, delivery)
        tried = rolled.board.tries[delivery]
        costs = memory.added[delivery, : len(tried)]
        possible = np.flatnonzero((tried >= 0) & (costs < NEVER))
        cheapest = possible[np.lexsort((tried[possible], costs[possible]))]
        shown = cheapest[: policy.card_candidates].tolist()
        chosen = int(routes.route_of[delivery])
        mine = possible[tried[possible] == chosen].tolist() if chosen >= 0 else []
        shown += [k for k in mine if k not in shown]
        others = cheapest[tried[cheapest] != chosen]
        margin_ms = None
        if mine and len(others):
            margin_ms = int(costs[others[0]] - costs[mine[0]]) // MILLE
        return Card(
            delivery=rolled.rows.waiting_ids[delivery],
            chosen=rolled.rows.courier_ids[chosen] if chosen >= 0 else None,
            candidates=tuple(self._candidate(delivery, k) for k in shown),
            priced=len(possible),
            margin_ms=margin_ms,
            obstacles=self._obstacles(delivery),
        )

    def terms(self, delivery: int) -> Terms:
        """Return what a planned delivery adds where it stands."""
        if self._table is None:
            rolled = self._rolled
            table = np.zeros((len(rolled.routes.route_of), 2 * SUMS), np.int64)
            added_by_each(rolled.board, rolled.routes, self._before, self._after, table)
            self._table = table.tolist()
        row = self._table[delivery]
        courier = int(self._rolled.routes.route_of[delivery])
        return self._weighed(delivery, courier, row[:SUMS], row[SUMS:])

    def why_not(self, delivery: int) -> Longs:
        """Return one code per courier, 0 for those who could have the delivery; after `card`."""
        rolled, memory = self._rolled, self._rolled.memory
        tried = rolled.board.tries[delivery]
        tried = tried[tried >= 0]
        cut = len(tried) == self._policy.nearest
        why = np.full(len(self._excluded), WhyNot.NOT_NEAR if cut else WhyNot.TOO_FAR, np.int64)
        why = np.where(self._excluded > 0, self._excluded, why)
        for id_, reason in self._bars(delivery):
            if not self._excluded[id_]:
                why[id_] = reason
        costs = memory.added[delivery, : len(tried)]
        why[tried] = np.where(costs < NEVER, 0, memory.pickup_at[delivery, : len(tried)])
        return why

    def _bars(self, delivery: int) -> list[tuple[int, int]]:
        problem, rows = self._problem, self._rolled.rows
        first, behind = problem.barred_offsets.at[rows.waiting[delivery] :][:2].tolist()
        named = id_list(problem.barred.courier[first:behind])
        reasons = problem.barred.reason[first:behind].tolist()
        known = self._row_of
        return [(known[id_], why) for id_, why in zip(named, reasons, strict=True) if id_ in known]

    def _candidate(self, delivery: int, k: int) -> Candidate:
        rolled, memory = self._rolled, self._rolled.memory
        courier = int(rolled.board.tries[delivery, k])
        i, j = int(memory.pickup_at[delivery, k]), int(memory.dropoff_at[delivery, k])
        terms = self._terms(delivery, courier, i, j)
        return Candidate(
            courier=rolled.rows.courier_ids[courier],
            terms=terms,
            pickup_s=up_to_s(int(self._after[sums.PICKUP_MS])),
            eta_s=up_to_s(int(self._after[sums.DROPOFF_MS])),
            taken_by=self._taken_by(courier),
        )

    def _taken_by(self, courier: int) -> bytes | None:
        """Return the waiting delivery that the courier serves first by this plan."""
        rolled = self._rolled
        return first_of(rolled.routes, rolled.board.delivery, courier, rolled.rows.waiting_ids)

    def _terms(self, delivery: int, courier: int, i: int, j: int) -> Terms:
        board, routes = self._rolled.board, self._rolled.routes
        added(board, routes, courier, delivery, i, j, self._before, self._after)
        return self._weighed(delivery, courier, self._before.tolist(), self._after.tolist())

    def _weighed(self, delivery: int, courier: int, before: list[int], after: list[int]) -> Terms:
        board, routes, policy = self._rolled.board, self._rolled.routes, self._policy
        more = [b - a for a, b in zip(before, after, strict=True)]
        pickup_ms, dropoff_ms = after[sums.PICKUP_MS], after[sums.DROPOFF_MS]
        share = self._shares[courier]
        terms = price(
            Added(
                travel_ms=more[sums.TRAVEL_MS],
                waiting_ms=more[sums.WAITING_MS],
                pickup_delay_ms=more[sums.PICKUPS_MS] + pickup_ms - int(board.from_ms[delivery]),
                ride_ms=dropoff_ms - pickup_ms,
                detour_ms=more[sums.DROPOFFS_MS] - more[sums.PICKUPS_MS],
                late_ms=more[sums.LATE_MS],
            ),
            share,
            policy,
        )
        others = int(routes.planned[courier]) - int(routes.route_of[delivery] == courier)
        paid = int(board.pay[courier, others + 1] - board.pay[courier, others])
        home = int(board.home[delivery])
        moved = int(board.knobs[CHANGE]) if home not in {-1, courier} else 0
        return Terms(
            terms.travel_ms,
            terms.waiting_ms,
            terms.pickup_delay_ms,
            terms.ride_ms,
            terms.detour_ms,
            terms.lateness_ms,
            terms.fairness_ms,
            paid // MILLE - terms.fairness_ms,
            moved // MILLE,
        )

    def _obstacles(self, delivery: int) -> tuple[Obstacle, ...]:
        why, ids = self.why_not(delivery), self._rolled.rows.courier_ids
        found = []
        for code in np.unique(why[why > 0]).tolist():
            rows = np.flatnonzero(why == code)
            examples = tuple(ids[row] for row in rows[: self._policy.card_examples].tolist())
            found.append(Obstacle(WhyNot(code), len(rows), examples))
        return tuple(found)


def first_of(routes: Routes, delivery: Longs, courier: int, ids: list[bytes]) -> bytes | None:
    """Return the id of the waiting delivery that comes first in a row."""
    for stop in routes.stop[courier, 1 : routes.size[courier] + 1].tolist():
        if delivery[stop] >= 0:
            return ids[int(delivery[stop])]
    return None
