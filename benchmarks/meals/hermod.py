"""Hermod as the dispatcher of the game: the production tick on what a real snapshot would hold."""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.meals.game import Game, Ints
from dispatch.assemble import assemble, no_plan
from dispatch.check import check
from dispatch.model import NO_DUE
from dispatch.plan import Assignment, State
from dispatch.policy import DispatchPolicy
from dispatch.problem import Barred, Couriers, Kept, Offsets, Problem, Waiting
from dispatch.reasons import WhyNot
from dispatch.solve import solve
from dispatch.tick.keep import kept_of

_ZONE = b"a published day."
_SHIFTS_AHEAD_MIN = 60
_LARGE = 1_000_000


def game_policy(day_pay: float, guarantee: float) -> DispatchPolicy:
    """Return the policy of the game: nobody to wait for, ticks of a minute, one shop a bundle."""
    return DispatchPolicy(
        rolling=1,
        mix_shops=0,
        tick_s=60,
        offer_timeout_s=0,
        ready_commit_s=0,
        radius_m=60_000,
        nearest=1000,
        max_deliveries=60,
        lookahead_s=6 * 3600,
        horizon_s=6 * 3600,
        guaranteed_per_hour=round(1000 * guarantee / day_pay),
        lateness_weight=0,
        travel_weight=60,
    )


@dataclass
class Hermod:
    """The production tick, from snapshot to offers, one minute after the other.

    With `checks` every plan is validated, as the live solver does; that counts in no time.
    """

    policy: DispatchPolicy
    seed: int = 1
    checks: bool = False
    tick_ms: list[float] = field(default_factory=list)
    kept: Kept = field(default_factory=no_plan)

    def decide(self, game: Game, now: int) -> list[tuple[int, list[int]]]:
        """Return what the tick commits now, for couriers who are free."""
        meals = game.open_meals(now)
        couriers = np.flatnonzero((game.on <= now + _SHIFTS_AHEAD_MIN) & (game.off > now))
        if not len(couriers):
            return []
        problem = snapshot(game, now, meals, couriers, self.kept)
        began = time.perf_counter()
        plan = solve(problem, self.policy, self.seed)
        self.tick_ms.append((time.perf_counter() - began) * 1000)
        if self.checks:
            check(problem, plan)
        self.kept = kept_of(plan)
        return committed(game, now, plan.assignments)


def committed(
    game: Game, now: int, assignments: tuple[Assignment, ...]
) -> list[tuple[int, list[int]]]:
    """Return the first bundle of every free courier whose decision is due."""
    by_courier: dict[bytes, list[Assignment]] = {}
    for one in assignments:
        if one.state is State.COMMITTED:
            by_courier.setdefault(one.courier, []).append(one)
    offers = []
    for id_, mine in sorted(by_courier.items()):
        courier = int.from_bytes(id_)
        if game.on[courier] > now or game.free[courier] > now:
            continue
        bundle, aboard = list[int](), 0
        for stop in mine[0].stops:
            aboard += 1 if stop.kind == 0 else -1
            if stop.kind == 1:
                bundle.append(int.from_bytes(stop.delivery))
            if not aboard:
                break
        offers.append((courier, bundle))
    return offers


def snapshot(game: Game, now: int, meals: Ints, couriers: Ints, kept: Kept) -> Problem:
    """Return the dispatch problem of a minute: who is or soon will be on shift, what is open.

    A courier under way is where the trip ends, from when it ends. The shift plan of the next hour
    is known, as it is to any dispatcher.
    """
    day = game.day
    nothing = np.zeros(len(couriers), np.int64)
    bars = [sorted(game.refused[meal]) for meal in meals.tolist()]
    barred = [courier for row in bars for courier in row]
    place = np.rint(game.place[couriers])
    return Problem(
        zone=_ZONE,
        now_ms=now * 60_000,
        couriers=Couriers(
            id=_ids(couriers),
            x_m=_whole(place[:, 0]),
            y_m=_whole(place[:, 1]),
            speed_mm_s=_whole(nothing + round(day.metres_per_min * 1000 / 60)),
            ready_s=_whole((np.maximum(game.free[couriers], now) - now) * 60),
            shift_start_s=_whole((game.on[couriers] - now) * 60),
            shift_end_s=_whole((game.off[couriers] - now) * 60),
            capacity=np.full((len(couriers), 3), _LARGE, np.int32),
            load=np.zeros((len(couriers), 3), np.int32),
            done=_whole(game.done[couriers]),
            pinned=_whole(nothing),
            excluded=nothing.astype(np.uint8),
            leg_step_s=_whole(nothing + 60),
        ),
        stop_offsets=Offsets(np.zeros(len(couriers) + 1, np.int32)),
        stops=assemble(_ZONE, 0, [], []).stops,
        waiting=_waiting(game, now, meals),
        barred_offsets=Offsets(_whole(np.cumsum([0, *map(len, bars)]))),
        barred=Barred(
            _ids(np.array(barred, np.int64)),
            np.full(len(barred), WhyNot.BARRED_REFUSED, np.uint8),
        ),
        kept=kept,
    )


def _waiting(game: Game, now: int, meals: Ints) -> Waiting:
    day, many = game.day, len(meals)
    shop, door = np.rint(game.shop[meals]), np.rint(game.door[meals])

    def all_of(value: float) -> NDArray[np.int32]:
        return np.full(many, round(value), np.int32)

    return Waiting(
        id=_ids(meals),
        age_s=_whole((now - game.placed[meals]) * 60),
        demand=np.tile(np.array([1, 0, 0], np.int32), (many, 1)),
        pickup_x_m=_whole(shop[:, 0]),
        pickup_y_m=_whole(shop[:, 1]),
        pickup_open_s=_whole((game.known_ready(now)[meals] - now) * 60),
        pickup_due_s=all_of(NO_DUE),
        pickup_service_s=all_of((day.pickup_min - game.before) * 60),
        pickup_setup_s=all_of(game.before * 60),
        dropoff_x_m=_whole(door[:, 0]),
        dropoff_y_m=_whole(door[:, 1]),
        dropoff_open_s=all_of(-3600),
        dropoff_due_s=all_of(NO_DUE),
        dropoff_service_s=all_of((day.dropoff_min - game.at_door) * 60),
        dropoff_setup_s=all_of(game.at_door * 60),
    )


def _ids(numbers: Ints) -> np.ndarray:
    ids = np.zeros((len(numbers), 2), ">u8")
    ids[:, 1] = numbers
    return ids.view(np.uint8).reshape(-1, 16)


def _whole(values: np.ndarray) -> NDArray[np.int32]:
    return values.astype(np.int32)
