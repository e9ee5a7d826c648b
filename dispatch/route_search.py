"""The course of a route search: build, reduce the fleet, anneal, and the fleet once more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.kernel.anneal import anneal
from dispatch.kernel.chance import chance
from dispatch.kernel.fleet import squeeze
from dispatch.kernel.search import start_search, stops_of
from dispatch.kernel.task import Task
from dispatch.route_pool import RoutePool
from dispatch.routing_problem import Longs

_CHUNK = 50
"""Steps between two looks at the budget: few milliseconds."""

Stops = list[list[int]]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Knobs of the search, the same for every problem.

    `removals` is how many stops a step picks on average (as many or more go with them), `blink`
    the chance to overlook a route. `hot` and `cold` are temperatures in mean ways between two
    nodes. `fleet_until` is the share of the budget that may go into fewer routes at first;
    from `again_at` to `again_until` it is tried once more. With more than one of `rounds` the
    search is annealed so many times, each from the best choice among all routes seen so far.
    """

    removals: float = 15.0
    blink: float = 0.01
    hot: float = 0.5
    cold: float = 0.002
    fleet_until: float = 0.4
    again_at: float = 0.7
    again_until: float = 0.8
    rounds: int = 1


class Course:
    """One search under way. `spent` turns steps taken into the share of the budget used up."""

    def __init__(
        self,
        task: Task,
        vehicles: int,
        seed: int,
        spent: Callable[[int], float],
        tuning: Tuning,
    ) -> None:
        self._fewest, self._task = task, task._replace(fixed=0.0)
        self._tuning = tuning
        self._spent_after, self._state = spent, chance(seed)
        self._length = float(task.cost.mean()) or 1.0
        self._search = start_search(task, [], vehicles, self._state)
        self._first, self._last = 0.0, 1.0
        self._pool: RoutePool | None = None
        self.steps = 0

    def run(self, *, vehicles_first: bool) -> Stops:
        """Return the best routes found when the budget is spent."""
        tuning = self._tuning
        self._build()
        self._first = self._spent()
        if tuning.rounds > 1:
            self._in_rounds(tuning.rounds, vehicles_first=vehicles_first)
        elif vehicles_first:
            self._reduce(tuning.fleet_until)
            self._first = self._spent()
            self._anneal(tuning.again_at)
            self._reduce(tuning.again_until)
        self._anneal(1.0)
        return stops_of(self._search.best)

    def _in_rounds(self, rounds: int, *, vehicles_first: bool) -> None:
        """Anneal several times, put the routes seen together in between, try for fewer again."""
        if vehicles_first:
            self._reduce(0.5 * self._tuning.fleet_until)
        rows, begin = len(self._search.now.size), self._spent()
        self._pool = RoutePool(self._task)
        for number in range(1, rounds + 1):
            self._first, self._last = self._spent(), begin + (1.0 - begin) * number / rounds
            self._anneal(self._last)
            best = self._search.best
            self._pool.add(best)
            chosen = self._pool.choose(stops_of(best))
            rows = min(rows, len(self._search.now.size))
            self._start(chosen, rows)
            if vehicles_first and number < rounds:
                self._reduce(self._spent() + 0.3 * (self._last - self._first))
        self._last = 1.0

    def _build(self) -> None:
        """Insert all deliveries; where the vehicles do not suffice, search until they do."""
        anneal(self._fewest, self._search, 1, 0.0, 0.0, 1.0, 1.0)
        self.steps += 1
        if self._search.now.absences[0] > 0:
            self._squeeze(1.0)

    def _reduce(self, until: float) -> None:
        """Take out one route after another until the budget says stop."""
        fewest = self._search.best
        if fewest.absences[0] > 0:
            return
        kept = stops_of(fewest)
        while len(kept) > 1 and self._spent() < until:
            self._start(without_weakest(kept, self._task, self._search.memory.missed))
            if not self._squeeze(until):
                break
            kept = stops_of(self._search.now)
        self._start(kept)

    def _start(self, stops: Stops, rows: int = 0) -> None:
        missed, rows = self._search.memory.missed, max(rows, len(stops))
        self._search = start_search(self._task, stops, rows, self._state, missed)

    def _squeeze(self, until: float) -> bool:
        tuning, heat = self._tuning, self._tuning.cold * self._length * 10
        while self._spent() < until:
            self.steps += _CHUNK
            if squeeze(self._task, self._search, _CHUNK, tuning.removals, tuning.blink, heat):
                return True
        return False

    def _anneal(self, until: float) -> None:
        tuning = self._tuning
        while (share := self._spent()) < until:
            heat = self._heat(share)
            anneal(self._task, self._search, _CHUNK, tuning.removals, tuning.blink, heat, heat)
            self.steps += _CHUNK
            if self._pool is not None:
                self._pool.add(self._search.now)

    def _heat(self, share: float) -> float:
        """Return the temperature: it falls geometrically while one annealing lasts."""
        hot, cold = self._tuning.hot * self._length, self._tuning.cold * self._length
        return float(hot * (cold / hot) ** ((share - self._first) / (self._last - self._first)))

    def _spent(self) -> float:
        return self._spent_after(self.steps)


def without_weakest(stops: Sequence[list[int]], task: Task, missed: Longs) -> Stops:
    """Return all routes but the one whose deliveries were left out least often."""
    counts = [int(missed[task.delivery_of[nodes]].sum()) for nodes in stops]
    weakest = int(np.argmin(counts))
    return [list(nodes) for row, nodes in enumerate(stops) if row != weakest]
