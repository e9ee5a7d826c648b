"""Random small problems for properties: couriers with routes, deliveries that wait."""

import random

from hypothesis import strategies as st

from dispatch.assemble import assemble
from dispatch.model import (
    NO_DUE,
    Bar,
    CourierView,
    DeliveryView,
    Kind,
    Load,
    Stop,
)
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import BARRING, WhyNot

ZONE = b"zone-zone-zone-z"

seeds = st.integers(0, 2**32 - 1)


def id16(number: int) -> bytes:
    """Return an id whose order is not that of the numbers."""
    return (number * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big") + number.to_bytes(8, "big")


class Maker:
    """Makes things from a seed; the same seed makes the same things."""

    def __init__(self, seed: int, spread_m: int = 3000) -> None:
        self.rng = random.Random(seed)
        self.spread_m = spread_m
        self.made = 0

    def id(self) -> bytes:
        self.made += 1
        return id16(self.made)

    def metres(self) -> int:
        # A coarse raster makes equal places, zero legs and ties frequent.
        step = self.spread_m // 10
        return self.rng.randint(-10, 10) * step

    def demand(self) -> Load:
        rng = self.rng
        return Load(rng.randint(0, 2), rng.choice([0, 500, 4000]), rng.choice([0, 1000, 9000]))

    def pair(self, demand: Load | None = None) -> tuple[Stop, Stop]:
        rng = self.rng
        id_, load = self.id(), demand or self.demand()
        ready_s = rng.choice([-600, -60, 0, 30, 300, 900, 2000])
        pickup = Stop(
            id_,
            Kind.PICKUP,
            self.metres(),
            self.metres(),
            ready_s,
            rng.choice([NO_DUE, NO_DUE, ready_s + 300]),
            rng.choice([0, 60, 240]),
            load,
        )
        dropoff = Stop(
            id_,
            Kind.DROPOFF,
            self.metres(),
            self.metres(),
            rng.choice([-3600, -3600, ready_s + 1500]),
            rng.choice([NO_DUE, ready_s + 600, ready_s + 1800]),
            rng.choice([0, 60, 240]),
            load,
        )
        return pickup, dropoff

    def courier(self, most: int = 3, excluded: WhyNot = WhyNot.NOTHING) -> CourierView:
        rng = self.rng
        stops: list[Stop] = []
        load = Load(0, 0, 0)
        for _ in range(rng.randint(0, most)):
            pickup, dropoff = self.pair()
            if rng.random() < 0.3:
                load = load.plus(pickup.demand)
                stops.insert(rng.randint(0, len(stops)), dropoff)
                continue
            at = rng.randint(0, len(stops))
            stops.insert(at, pickup)
            stops.insert(rng.randint(at + 1, len(stops)), dropoff)
        return CourierView(
            id=self.id(),
            x_m=self.metres(),
            y_m=self.metres(),
            speed_mm_s=rng.choice([1100, 3500, 6000]),
            ready_s=rng.choice([-300, 0, 0, 120, 900]),
            shift_start_s=rng.choice([-7200, -1800, 0]),
            shift_end_s=rng.choice([600, 3600, 14_400, 14_400]),
            capacity=Load(rng.randint(1, 6), 10_000, 30_000),
            load=load,
            done=rng.randint(0, 9),
            pinned=rng.randint(0, len(stops)) if rng.random() < 0.4 else 0,
            excluded=excluded,
            stops=tuple(stops),
        )

    def delivery(self, couriers: list[CourierView]) -> DeliveryView:
        pickup, dropoff = self.pair()
        rng = self.rng
        known = [courier.id for courier in couriers if rng.random() < 0.1]
        codes = sorted(BARRING)
        barred = tuple(Bar(id_, rng.choice(codes)) for id_ in known)
        return DeliveryView(pickup, dropoff, rng.choice([0, 60, 1200]), barred)


def make(seed: int, couriers: int, deliveries: int, most: int = 3) -> Problem:
    """Return a problem of up to that many couriers and deliveries."""
    maker = Maker(seed)
    rng = maker.rng
    fleet = [
        maker.courier(most, rng.choice([WhyNot.SILENT, WhyNot.ON_BREAK]))
        if rng.random() < 0.1
        else maker.courier(most)
        for _ in range(rng.randint(0, couriers))
    ]
    waiting = [maker.delivery(fleet) for _ in range(rng.randint(0, deliveries))]
    return assemble(ZONE, 1_700_000_000_000, fleet, waiting)


def policy(seed: int) -> DispatchPolicy:
    """Return a policy with some knobs turned, narrow ones among them."""
    rng = random.Random(seed)
    pickup_delay = rng.choice([0, 1000, 1500])
    return DispatchPolicy(
        radius_m=rng.choice([1500, 4000, 10_000]),
        nearest=rng.choice([1, 3, 200]),
        soon_free_s=rng.choice([0, 600]),
        keep=rng.choice([1, 2, 12]),
        max_deliveries=rng.choice([1, 2, 6]),
        lookahead_s=rng.choice([0, 600, 2400]),
        horizon_s=rng.choice([0, 600, 2400]),
        travel_weight=rng.choice([0, 100, 1000]),
        waiting_weight=rng.choice([0, 50, 700]),
        pickup_delay_weight=pickup_delay,
        ride_weight=rng.choice([0, 1000, 333]),
        detour_weight=rng.choice([0, pickup_delay]),
        lateness_weight=rng.choice([0, 1000, 2500]),
        fairness_weight=rng.choice([0, 10]),
    )


problems = seeds.map(lambda seed: make(seed, 6, 6))
policies = seeds.map(policy)
