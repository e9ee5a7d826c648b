"""The only public door of the engine: a problem, a policy and a seed in, a plan out."""

import numpy as np
from numpy.typing import NDArray

from dispatch.assignment import Arcs, assign, ties
from dispatch.card import Card
from dispatch.commitment import commitment
from dispatch.cost import price
from dispatch.duals import Duals, duals
from dispatch.errors import ProblemError
from dispatch.explain import card_of
from dispatch.gaps import Longs
from dispatch.insertion import Inserted
from dispatch.legs import up_to_s
from dispatch.open_delivery import OpenDelivery, open_deliveries
from dispatch.open_route import OpenRoute, open_routes
from dispatch.plan import Assignment, Plan, PlannedStop, Work
from dispatch.policy import DispatchPolicy
from dispatch.pricing import Pricing
from dispatch.problem import Problem
from dispatch.schedule import schedule
from dispatch.tick.rolling import rolling_plan
from dispatch.unserved import not_yet, unserved
from dispatch.urgency import leave_ms


def solve(problem: Problem, policy: DispatchPolicy, seed: int) -> Plan:
    """Decide one tick: every delivery is assigned or explained.

    A rolling policy plans sequences (dispatch/tick), any other matches at most one new delivery to
    each courier and looks at no kept plan.

    The same problem, policy and seed give the same bytes on every machine and in every order of
    rows; there is no clock and no chance in it. `seed` (0 to 2**64 - 1) only breaks ties.
    Raises ValueError for another seed, ProblemError for what only a rolling plan knows.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed must be from 0 to 2**64 - 1, not {seed}")
    if policy.rolling:
        return rolling_plan(problem, policy, seed)
    if _needs_rolling(problem):
        raise ProblemError(
            "setups and coarse legs are for rolling plans: set rolling=1, or leave them out"
        )
    return _Tick(problem, policy, seed).plan()


def _needs_rolling(problem: Problem) -> bool:
    of = problem.waiting
    columns = (of.pickup_setup_s, of.dropoff_setup_s, problem.stops.setup_s)
    coarse = np.any(problem.couriers.leg_step_s)
    return bool(coarse or any(np.any(column) for column in columns))


class _Tick:
    """One tick under way: prices grow until nobody who can be served is left."""

    def __init__(self, problem: Problem, policy: DispatchPolicy, seed: int) -> None:
        self._problem, self._policy, self._seed = problem, policy, seed
        self._routes = open_routes(problem)
        waiting = open_deliveries(problem)
        self._later = [(new, left) for new in waiting if (left := not_yet(new, policy)) is not None]
        later = {new.id for new, _ in self._later}
        self._deliveries = tuple(new for new in waiting if new.id not in later)
        self._pricing = Pricing(self._routes, self._deliveries, policy)
        self._leave = np.array([leave_ms(new, policy) for new in self._deliveries], np.int64)
        self._looks = 1

    def plan(self) -> Plan:
        """Price, match, look again where somebody is left, and tell the result."""
        for row in range(len(self._deliveries)):
            self._pricing.look(row)
        chosen = self._match()
        while self._looks <= self._policy.further_looks and self._look_again(chosen):
            chosen = self._match()
            self._looks += 1
        return self._result(chosen)

    def _match(self) -> Longs:
        found = self._pricing.found
        pairs = [
            (delivery, courier, inserted.total_ms)
            for delivery, by_courier in enumerate(found)
            for courier, inserted in sorted(by_courier.items())
        ]
        columns = np.array(pairs, np.int64).reshape(-1, 3)
        delivery, courier, cost_ms = columns[:, 0], columns[:, 1], columns[:, 2]
        ids = _ids(self._deliveries), _ids(self._routes)
        tie = ties(*ids, delivery, courier, self._seed)
        self._arcs = Arcs(delivery, courier, cost_ms, tie)
        return assign(self._arcs, self._leave, len(self._routes))

    def _look_again(self, chosen: Longs) -> bool:
        """Price the pairs that could still be part of a better plan; tell whether there are any.

        A matching is best among all pairs in reach when no unpriced pair can cost less than the
        prices of its two ends, by its bound. If somebody is left even then, everyone within the
        radius comes into reach. Whoever is left has the first claim on the budget of work.
        """
        prices = duals(self._arcs, self._leave, chosen, len(self._routes))
        left_first = np.argsort(chosen >= 0, kind="stable")
        if self._price_up_to(prices, left_first):
            return True
        if not np.any(chosen < 0):
            return False
        for row in range(len(self._deliveries)):
            self._pricing.look_further(row)
        return self._price_up_to(prices, left_first)

    def _price_up_to(self, prices: Duals, rows: Longs) -> bool:
        grown = False
        for row in rows.tolist():
            if self._pricing.priced >= self._policy.most_priced:
                break
            limits_ms = prices.delivery_ms[row] + prices.courier_ms
            grown |= self._pricing.price_up_to(row, limits_ms)
        return grown

    def _result(self, chosen: Longs) -> Plan:
        policy, pricing = self._policy, self._pricing
        taken_by = {
            courier: self._deliveries[row].id
            for row, courier in enumerate(chosen.tolist())
            if courier >= 0
        }
        assignments: list[Assignment] = []
        unassigned = [left for _, left in self._later]
        cards = [Card(new.id, None, (), 0, None, ()) for new, _ in self._later]
        for row, new in enumerate(self._deliveries):
            courier = int(chosen[row])
            if courier >= 0:
                assignments.append(self._assignment(new, courier, pricing.found[row][courier]))
            else:
                unassigned.append(unserved(new, row, pricing, self._problem))
            took = courier if courier >= 0 else None
            cards.append(card_of(new.id, row, took, pricing, self._routes, taken_by, policy))
        return Plan(
            policy_version=policy.version,
            seed=self._seed,
            assignments=tuple(assignments),
            unassigned=tuple(sorted(unassigned, key=lambda left: left.delivery)),
            work=Work(
                reached=pricing.reached,
                bounded=pricing.bounded,
                priced=pricing.priced,
                positions=pricing.positions,
                arcs=len(self._arcs.cost_ms),
                looks=self._looks,
            ),
            cards=tuple(sorted(cards, key=lambda card: card.delivery)),
        )

    def _assignment(self, new: OpenDelivery, courier: int, inserted: Inserted) -> Assignment:
        route = self._routes[courier]
        view, delivery = self._problem.courier(route.row), self._problem.delivery(new.row)
        stops = list(view.stops)
        stops.insert(inserted.pickup_at, delivery.pickup)
        stops.insert(inserted.dropoff_at, delivery.dropoff)
        state, decide_by_ms = commitment(new, inserted, self._policy)
        return Assignment(
            delivery=new.id,
            courier=route.id,
            state=state,
            pickup_at=inserted.pickup_at,
            dropoff_at=inserted.dropoff_at,
            decide_by_s=decide_by_ms // 1000,
            terms=price(inserted.added, route.share, self._policy),
            stops=tuple(
                PlannedStop(
                    delivery=stop.delivery,
                    kind=stop.kind,
                    arrive_s=up_to_s(visit.arrive_ms),
                    begin_s=up_to_s(visit.begin_ms),
                    late_s=up_to_s(visit.late_ms),
                )
                for stop, visit in zip(stops, schedule(view, stops), strict=True)
            ),
        )


def _ids(rows: tuple[OpenDelivery, ...] | tuple[OpenRoute, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(row.id for row in rows), np.uint8).reshape(-1, 16)
