"""Bodies of problems by chance, one maker per feature of VROOM's format."""

import math
import random
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

HOUR = 3600


class Town:
    """Places on a plane and the makers of what is done there; the same for the same seed."""

    def __init__(self, seed: int, tasks: int = 24, vehicles: int = 4) -> None:
        self.chance = random.Random(seed)
        self.tasks, self.vehicles = tasks, vehicles
        spots = [
            (self.chance.uniform(0, 6000), self.chance.uniform(0, 6000)) for _ in range(tasks + 3)
        ]
        self.metres = [[round(math.dist(a, b)) for b in spots] for a in spots]

    def place(self) -> int:
        """Return a place by chance."""
        return self.chance.randrange(len(self.metres))

    def window(self, width: int = HOUR) -> list[int]:
        """Return a window in the first four hours."""
        begin = self.chance.randrange(0, 3 * HOUR, 300)
        return [begin, begin + width]

    def job(self, number: int, **more: Any) -> Json:
        """Return a job at a place of its own."""
        return {"id": number, "location_index": number % len(self.metres), "service": 240, **more}

    def shipment(self, number: int, **more: Any) -> Json:
        """Return a shipment between two places."""
        halves = ({"id": number, "location_index": self.place(), "service": 120} for _ in range(2))
        pickup, delivery = halves
        return {"pickup": pickup, "delivery": delivery, "amount": [1], **more}

    def vehicle(self, number: int, **more: Any) -> Json:
        """Return a vehicle from and to the first place, for four hours."""
        ends = {"start_index": 0, "end_index": 0}
        return {"id": number, **ends, "time_window": [0, 4 * HOUR], "capacity": [8], **more}

    def body(self, **parts: Any) -> Json:
        """Return a body; jobs, vehicles and matrices are the usual ones where not given."""
        usual = {
            "vehicles": [self.vehicle(row) for row in range(self.vehicles)],
            "jobs": [self.job(row, delivery=[1]) for row in range(1, self.tasks + 1)],
            "matrices": {"car": self.matrices(7.0)},
        }
        return {**usual, **parts}

    def matrices(self, speed_mps: float, *, distances: bool = False) -> Json:
        """Return matrices of seconds, rounded up, and of metres where wanted."""
        found: Json = {
            "durations": [[math.ceil(metres / speed_mps) for metres in row] for row in self.metres]
        }
        if distances:
            found["distances"] = self.metres
        return found

    def many(self, make: Callable[[int], Json], count: int) -> list[Json]:
        """Return several, numbered from 1."""
        return [make(number) for number in range(1, count + 1)]


def plain(town: Town) -> Json:
    """Return jobs and capacity only."""
    return town.body()


def windows(town: Town) -> Json:
    """Return jobs with a window each."""
    return town.body(
        jobs=town.many(
            lambda n: town.job(n, delivery=[1], time_windows=[town.window()]), town.tasks
        )
    )


def several_windows(town: Town) -> Json:
    """Return jobs with two windows each."""

    def job(number: int) -> Json:
        begin = town.chance.randrange(0, HOUR, 300)
        both = [[begin, begin + 900], [begin + 2 * HOUR, begin + 2 * HOUR + 900]]
        return town.job(number, time_windows=both)

    return town.body(jobs=town.many(job, town.tasks))


def shipments(town: Town) -> Json:
    """Return shipments only."""
    vehicles = [town.vehicle(row, capacity=[3]) for row in range(town.vehicles)]
    return town.body(
        jobs=[], shipments=town.many(town.shipment, town.tasks // 2), vehicles=vehicles
    )


def mixture(town: Town) -> Json:
    """Return jobs that deliver, jobs that collect, and shipments with windows."""

    def shipment(number: int) -> Json:
        found = town.shipment(number)
        found["delivery"]["time_windows"] = [town.window(2 * HOUR)]
        return found

    def job(number: int) -> Json:
        return town.job(number, **{town.chance.choice(["delivery", "pickup"]): [2]})

    return town.body(jobs=town.many(job, 12), shipments=town.many(shipment, 6))


def several_amounts(town: Town) -> Json:
    """Return three dimensions of load."""

    def job(number: int) -> Json:
        amount = [town.chance.randrange(4) for _ in range(3)]
        return town.job(number, **{town.chance.choice(["delivery", "pickup"]): amount})

    vehicles = [town.vehicle(row, capacity=[10, 9, 11]) for row in range(town.vehicles)]
    return town.body(jobs=town.many(job, town.tasks), vehicles=vehicles)


def skills(town: Town) -> Json:
    """Return jobs that not every vehicle can do."""
    jobs = town.many(
        lambda n: town.job(n, skills=town.chance.sample([1, 2, 3], town.chance.randrange(3))),
        town.tasks,
    )
    known: tuple[list[int], ...] = ([1, 2], [2, 3], [1, 2, 3], [])
    return town.body(
        jobs=jobs, vehicles=[town.vehicle(row, skills=known[row % 4]) for row in range(4)]
    )


def priorities(town: Town) -> Json:
    """Return more jobs than capacity, of different priority."""
    jobs = town.many(
        lambda n: town.job(n, delivery=[1], priority=town.chance.choice([0, 5, 50, 100])),
        town.tasks,
    )
    return town.body(jobs=jobs, vehicles=[town.vehicle(row, capacity=[5]) for row in range(2)])


def too_little_time(town: Town) -> Json:
    """Return more than can be done in the time, with priorities and shipments."""
    jobs = town.many(
        lambda n: town.job(n, priority=town.chance.choice([0, 10]), time_windows=[town.window()]),
        14,
    )
    pairs = town.many(lambda n: town.shipment(n, priority=town.chance.choice([0, 10])), 6)
    hours = [0, 2 * HOUR]
    return town.body(
        jobs=jobs,
        shipments=pairs,
        vehicles=[town.vehicle(row, time_window=hours) for row in range(2)],
    )


def breaks(town: Town) -> Json:
    """Return vehicles with a break for lunch and a short one."""
    pauses = [
        {"id": 1, "time_windows": [[3000, 4200]], "service": 600},
        {"id": 2, "time_windows": [[7200, 9000], [10800, 12000]], "service": 900},
    ]
    vehicles = [town.vehicle(row, breaks=pauses) for row in range(town.vehicles)]
    jobs = town.many(lambda n: town.job(n, delivery=[1], time_windows=[town.window(2 * HOUR)]), 20)
    return town.body(jobs=jobs, vehicles=vehicles)


def breaks_with_max_load(town: Town) -> Json:
    """Return breaks that are only taken with little on board."""
    pauses = [{"id": 1, "time_windows": [[1800, 9000]], "service": 600, "max_load": [2]}]
    vehicles = [town.vehicle(row, breaks=pauses) for row in range(town.vehicles)]
    return town.body(vehicles=vehicles, jobs=town.many(lambda n: town.job(n, delivery=[1]), 18))


def setup_times(town: Town) -> Json:
    """Return jobs of which some are at one place, where one setup is enough."""
    jobs = town.many(
        lambda n: town.job(n, setup=300, delivery=[1], location_index=1 + n % 8), town.tasks
    )
    return town.body(jobs=jobs)


def times_by_type(town: Town) -> Json:
    """Return service and setup that depend on the vehicle."""
    special = {"service_per_type": {"van": 60, "bike": 400}, "setup_per_type": {"bike": 30}}
    jobs = town.many(lambda n: town.job(n, setup=100, delivery=[1], **special), town.tasks)
    kinds = ["van", "bike", "", "van"]
    return town.body(
        jobs=jobs, vehicles=[town.vehicle(row, type=kinds[row % 4]) for row in range(4)]
    )


def speed_factors(town: Town) -> Json:
    """Return vehicles of different speed."""
    factors = [0.7, 1.0, 1.33, 2.0]
    vehicles = [town.vehicle(row, speed_factor=factors[row % 4]) for row in range(town.vehicles)]
    return town.body(vehicles=vehicles)


def limits(town: Town) -> Json:
    """Return limits of tasks, travel time and distance."""
    bounds: list[Json] = [
        {"max_tasks": 5},
        {"max_travel_time": 2400},
        {"max_distance": 16000},
        {"max_tasks": 8, "max_travel_time": 3600},
        {},
    ]
    vehicles = [town.vehicle(row, **bounds[row % 5]) for row in range(5)]
    return town.body(vehicles=vehicles, matrices={"car": town.matrices(7.0, distances=True)})


def costs(town: Town) -> Json:
    """Return vehicles that cost differently."""
    prices = [
        {"fixed": 1000},
        {"fixed": 600, "per_hour": 7200},
        {"per_km": 900, "per_hour": 1800},
        {"per_task_hour": 1200, "fixed": 300},
    ]
    vehicles = [town.vehicle(row, costs=prices[row % 4]) for row in range(4)]
    return town.body(vehicles=vehicles, matrices={"car": town.matrices(7.0, distances=True)})


def own_costs(town: Town) -> Json:
    """Return a matrix of costs beside that of durations."""
    of = town.matrices(7.0)
    of["costs"] = [[metres // 3 + (metres % 7) * 20 for metres in row] for row in town.metres]
    return town.body(matrices={"car": of})


def profiles(town: Town) -> Json:
    """Return two profiles with matrices of their own."""
    vehicles = [town.vehicle(row, profile=["car", "bike"][row % 2]) for row in range(4)]
    return town.body(
        vehicles=vehicles, matrices={"car": town.matrices(8.0), "bike": town.matrices(5.0)}
    )


def open_routes(town: Town) -> Json:
    """Return vehicles without end, without start, and from different places."""
    ends: list[Json] = [{"start_index": 1}, {"end_index": 2}, {"start_index": 3, "end_index": 4}]
    vehicles = [
        {"id": row, "capacity": [8], "time_window": [0, 4 * HOUR], **ends[row % 3]}
        for row in range(4)
    ]
    return town.body(vehicles=vehicles)


FEATURES: tuple[Callable[[Town], Json], ...] = (
    plain,
    windows,
    several_windows,
    shipments,
    mixture,
    several_amounts,
    skills,
    priorities,
    too_little_time,
    breaks,
    breaks_with_max_load,
    setup_times,
    times_by_type,
    speed_factors,
    limits,
    costs,
    own_costs,
    profiles,
    open_routes,
)
