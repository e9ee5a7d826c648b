"""What Hermod is measured against: bundles by shop and a matching, once a minute or seldom."""

import itertools
import math
import time
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.meals.game import Game, Ints

_IMPOSSIBLE = 1e6
_SERVED = 1000.0
_PER_MINUTE_LATE = 3.0


@dataclass
class Matching:
    """Minutes between decisions, how far to look ahead, what courier time and pay weigh.

    The couriers free within `ahead_min` are matched to bundles of meals ready by then, on delay,
    courier time and marginal pay (nothing while the courier is below the guarantee); who need not
    leave yet is left open.
    """

    every_min: int = 1
    ahead_min: int = 30
    time_weight: float = 0.05
    pay_weight: float = 0.5
    largest: int = 3
    most_delay_min: int = 10
    tick_ms: list[float] = field(default_factory=list)

    def decide(self, game: Game, now: int) -> list[tuple[int, list[int]]]:
        """Return the bundles that must leave before the next decision."""
        if now % self.every_min:
            return []
        meals, ready = game.open_meals(now), game.known_ready(now)
        meals = meals[ready[meals] <= now + self.ahead_min]
        can = (game.free <= now + self.ahead_min) & (game.on <= now) & (game.off > now)
        couriers = np.flatnonzero(can)
        if not len(meals) or not len(couriers):
            return []
        began = time.perf_counter()
        wanted = min(self.largest, max(1, math.ceil(len(meals) / len(couriers))))
        bundles = self._bundles(game, meals, ready, wanted)
        chosen = self._match(game, now, couriers, bundles, ready)
        self.tick_ms.append((time.perf_counter() - began) * 1000)
        return chosen

    def _bundles(
        self, game: Game, meals: Ints, ready: Ints, wanted: int
    ) -> list[tuple[list[int], int]]:
        """Return (meals in dropoff order, minutes from pickup to the last door) per bundle."""
        bundles = []
        for shop in np.unique(game.shop_of[meals]).tolist():
            mine = meals[game.shop_of[meals] == shop]
            current: list[int] = []
            for meal in mine[np.argsort(ready[mine], kind="stable")].tolist():
                if current and len(current) < wanted and self._worth(game, [*current, meal], ready):
                    current.append(meal)
                    continue
                if current:
                    bundles.append(_best_order(game, current))
                current = [meal]
            bundles.append(_best_order(game, current))
        return bundles

    def _worth(self, game: Game, meals: list[int], ready: Ints) -> bool:
        """Tell whether nobody's meal comes much later than if carried alone at once."""
        order, _ = _best_order(game, meals)
        start = int(ready[meals].max())
        alone = ready[order] + game.before + game.to_door[order] + game.at_door
        return int((start + np.array(_offsets(game, order)) - alone).max()) <= self.most_delay_min

    def _match(
        self,
        game: Game,
        now: int,
        couriers: Ints,
        bundles: list[tuple[list[int], int]],
        ready: Ints,
    ) -> list[tuple[int, list[int]]]:
        count = np.array([len(meals) for meals, _ in bundles])
        when = np.array([ready[meals].max() for meals, _ in bundles])
        ride = np.array([minutes for _, minutes in bundles])
        shops = game.shop[[meals[0] for meals, _ in bundles]]
        free = np.maximum(now, game.free[couriers])
        travel = game.travel(game.place[couriers][None, :, :], shops[:, None, :])
        pickup = np.maximum(when[:, None], free[None, :] + travel + game.before)
        age = np.array([max(0, now - int(ready[meals].min())) for meals, _ in bundles])
        day = game.day
        hours = (game.off - game.on)[couriers] / 60
        room = np.maximum(0, day.guarantee * hours - day.pay * game.done[couriers])
        pay = np.maximum(0, day.pay * count[:, None] - room[None, :])
        cost = count[:, None] * (pickup - when[:, None] - _SERVED)
        cost = cost + self.time_weight * (pickup + ride[:, None] - free[None, :])
        cost += self.pay_weight * pay - _PER_MINUTE_LATE * age[:, None]
        cost[pickup > game.off[couriers][None, :]] = _IMPOSSIBLE
        for row, (meals, _) in enumerate(bundles):
            barred = set().union(*(game.refused[meal] for meal in meals))
            if barred:
                cost[row, np.isin(couriers, list(barred))] = _IMPOSSIBLE
        chosen = []
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            if cost[row, column] >= _IMPOSSIBLE / 2 or game.free[couriers[column]] > now:
                continue
            leave = when[row] - travel[row, column] - game.before
            if leave < now + self.every_min or age[row]:
                chosen.append((int(couriers[column]), bundles[row][0]))
        return chosen


def _best_order(game: Game, meals: list[int]) -> tuple[list[int], int]:
    """Return the sequence of doors with the least sum of arrivals, and when the last is reached."""
    orders = [list(order) for order in itertools.permutations(meals)]
    best = min(orders, key=lambda order: sum(_offsets(game, order)))
    return best, _offsets(game, best)[-1]


def _offsets(game: Game, order: list[int]) -> list[int]:
    clock = game.before + int(game.to_door[order[0]]) + game.at_door
    offsets = [clock]
    for here, there in itertools.pairwise(order):
        leg = int(game.travel(game.door[here], game.door[there]))
        clock += game.at_door + leg + game.at_door
        offsets.append(clock)
    return offsets
