"""From a problem and a policy to the board of a tick: rows in the order of ids, weights, tries."""

from typing import NamedTuple

import numpy as np

from dispatch.cost import share_of_work
from dispatch.model import Kind
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.tick import board as knob
from dispatch.tick.board import KNOBS, MILLE, Board, Longs
from dispatch.tick.nearby import kin_of, tries_of
from dispatch.tick.pay import expected_pay

_LEFT = 10**14
"""What leaving a delivery costs beside its urgency: more than any plan that serves it."""
_HOUR_S = 3600.0


class Rows(NamedTuple):
    """Which rows of the problem the rows of the board are, and their ids."""

    couriers: Longs
    waiting: Longs
    stops: Longs
    stops_from: Longs
    courier_ids: list[bytes]
    waiting_ids: list[bytes]


def rows_of(problem: Problem, policy: DispatchPolicy) -> Rows:
    """Return couriers and the deliveries that are planned in this tick, each sorted by id."""
    courier_ids, waiting_ids = id_list(problem.couriers.id), id_list(problem.waiting.id)
    couriers = sorted(range(len(courier_ids)), key=courier_ids.__getitem__)
    soon = problem.waiting.pickup_open_s <= policy.horizon_s
    waiting = sorted(np.flatnonzero(soon).tolist(), key=waiting_ids.__getitem__)
    at = problem.stop_offsets.at.astype(np.int64)
    order = np.array(couriers, np.int64)
    counts = (at[1:] - at[:-1])[order]
    stops_from = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    stops = np.arange(stops_from[-1]) + np.repeat(at[:-1][order] - stops_from[:-1], counts)
    return Rows(
        order,
        np.array(waiting, np.int64),
        stops,
        stops_from,
        [courier_ids[row] for row in couriers],
        [waiting_ids[row] for row in waiting],
    )


def lay_out(
    problem: Problem, policy: DispatchPolicy, rows: Rows, home: Longs, planned: int = 0
) -> Board:
    """Return the board; `home` is the courier of the kept plan per waiting delivery, or -1.

    `planned` is how many deliveries the longest kept sequence holds.
    """
    of = problem.couriers
    picked = {
        name: getattr(of, name)[rows.couriers].astype(np.int64)
        for name in ("x_m", "y_m", "speed_mm_s", "leg_step_s", "ready_s", "pinned", "done")
    }
    ends_s, starts_s = (
        getattr(of, name)[rows.couriers].astype(np.int64)
        for name in ("shift_end_s", "shift_start_s")
    )
    stops = _stops(problem, policy, rows)
    taken = np.bincount(
        np.repeat(np.arange(len(rows.couriers)), np.diff(rows.stops_from)),
        weights=problem.stops.kind[rows.stops] == Kind.DROPOFF,
        minlength=len(rows.couriers),
    ).astype(np.int64)
    ready_s = np.maximum(0, picked["ready_s"])
    shift_h = np.maximum(0, ends_s - starts_s) / _HOUR_S
    left_h = np.maximum(0, ends_s - np.maximum(0, starts_s)) / _HOUR_S
    most = max(planned, min(policy.max_deliveries, len(rows.waiting))) + 1
    guaranteed = policy.guaranteed_per_hour / 1000
    to_come = (policy.expected_per_hour / 1000 or guaranteed) * left_h
    pay = expected_pay(picked["done"] + taken, guaranteed * shift_h, to_come, most)
    if not guaranteed:
        pay[:] = 0
    board = Board(
        **stops,
        start_x_m=picked["x_m"],
        start_y_m=picked["y_m"],
        speed_mm_s=picked["speed_mm_s"],
        step_ms=picked["leg_step_s"] * 1000,
        free_ms=ready_s * 1000,
        end_ms=ends_s * 1000,
        pinned=picked["pinned"],
        taken=taken,
        capacity=of.capacity[rows.couriers].astype(np.int64),
        load=of.load[rows.couriers].astype(np.int64),
        pay=_pay(pay, policy),
        tries=np.zeros((0, 0), np.int64),
        kin=kin_of(stops, len(rows.stops), len(rows.waiting)),
        home=home,
        leave=_leave(problem, policy, rows),
        from_ms=np.maximum(0, problem.waiting.pickup_open_s[rows.waiting].astype(np.int64)) * 1000,
        knobs=_knobs(policy, len(rows.stops)),
    )
    board.pay[:] += _fair(problem, policy, rows, most)
    return board._replace(tries=tries_of(problem, policy, rows.couriers, rows.waiting, board))


def _pay(expected: np.ndarray, policy: DispatchPolicy) -> Longs:
    """Return expected pay as cost."""
    cost: Longs = np.rint(expected * policy.pay_s * 1000 * MILLE).astype(np.int64)
    return cost


def shares_of(problem: Problem, rows: Rows) -> Longs:
    """Return the share of the work of every courier, thousandths of deliveries per hour."""
    of, counts = problem.couriers, np.diff(rows.stops_from)
    owner = np.repeat(np.arange(len(counts)), counts)
    dropoffs = problem.stops.kind[rows.stops] == Kind.DROPOFF
    ahead = np.bincount(owner, weights=dropoffs, minlength=len(counts)).astype(np.int64)
    rows_of_them = zip(
        of.done[rows.couriers].tolist(),
        ahead.tolist(),
        of.shift_start_s[rows.couriers].tolist(),
        strict=True,
    )
    return np.array([share_of_work(*row) for row in rows_of_them], np.int64)


def _fair(problem: Problem, policy: DispatchPolicy, rows: Rows, most: int) -> Longs:
    """Return what 0 to `most` more deliveries cost couriers by the share that they have."""
    each = shares_of(problem, rows) * policy.fairness_weight // 1000 * MILLE
    fair: Longs = each[:, None] * np.arange(most + 1)
    return fair


def _knobs(policy: DispatchPolicy, first: int) -> Longs:
    knobs = np.zeros(KNOBS, np.int64)
    knobs[knob.TRAVEL] = policy.travel_weight
    knobs[knob.WAITING] = policy.waiting_weight
    knobs[knob.LATE] = policy.lateness_weight
    knobs[knob.LOOKAHEAD] = policy.lookahead_s * 1000
    knobs[knob.MOST] = policy.max_deliveries
    knobs[knob.MIX] = policy.mix_shops
    knobs[knob.CHANGE] = policy.change_s * 1000 * MILLE
    knobs[knob.FIRST] = first
    return knobs


def _stops(problem: Problem, policy: DispatchPolicy, rows: Rows) -> dict[str, Longs]:
    """Return the columns of all stops: on routes, then pickups, then dropoffs."""
    on, to, many = problem.stops, problem.waiting, len(rows.waiting)

    def column(name: str) -> Longs:
        parts = (
            getattr(on, name)[rows.stops],
            getattr(to, f"pickup_{name}")[rows.waiting],
            getattr(to, f"dropoff_{name}")[rows.waiting],
        )
        return np.concatenate(parts).astype(np.int64)

    is_pickup = (on.kind[rows.stops] == Kind.PICKUP).astype(np.int64)
    sign = np.where(is_pickup == 1, 1, -1)[:, None]
    demand = to.demand[rows.waiting].astype(np.int64)
    delay, ride, detour = policy.pickup_delay_weight, policy.ride_weight, policy.detour_weight
    numbers = np.arange(many)
    return {
        "x_m": column("x_m"),
        "y_m": column("y_m"),
        "open_ms": column("open_s") * 1000,
        "due_ms": np.maximum(0, column("due_s") * 1000),
        "setup_ms": column("setup_s") * 1000,
        "service_ms": column("service_s") * 1000,
        "weight": np.concatenate([
            np.where(is_pickup == 1, delay - detour, detour),
            np.full(many, delay - ride),
            np.full(many, ride),
        ]).astype(np.int64),
        "is_pickup": np.concatenate([is_pickup, np.ones(many, np.int64), np.zeros(many, np.int64)]),
        "delivery": np.concatenate([np.full(len(rows.stops), -1), numbers, numbers]),
        "missed": np.zeros(len(is_pickup) + 2 * many, np.int64),
        "demand": np.concatenate([
            on.demand[rows.stops].astype(np.int64) * sign,
            demand,
            -demand,
        ]).reshape(-1, 3),
    }


def _leave(problem: Problem, policy: DispatchPolicy, rows: Rows) -> Longs:
    """Return what leaving a delivery costs: it is served if it can be, the oldest first."""
    of = problem.waiting
    ready_s, age_s = (
        column[rows.waiting].astype(np.int64) for column in (of.pickup_open_s, of.age_s)
    )
    waited_ms = np.minimum(age_s, -ready_s) * 1000
    leave: Longs = _LEFT + waited_ms * policy.urgency_weight
    return leave
