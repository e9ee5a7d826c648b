"""An independent judge of answers in VROOM's format: it shares no code with what it judges.

It walks every route of an answer with nothing but the body in hand, and names what is wrong.
Bodies must have matrices. Times are shown in whole seconds rounded down, so that each way may seem
a second off where a speed factor is at work.
"""

import itertools
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def judge(body: Json, answer: Json) -> list[str]:
    """Return what is wrong with an answer, nothing for a good one."""
    if answer["code"] != 0:
        return [f"code {answer['code']}"]
    tasks = _tasks(body)
    seen = [(step["type"], step["id"]) for route in answer["routes"] for step in _stops(route)]
    left = [(one["type"], one["id"]) for one in answer["unassigned"]]
    wrong = [f"{name} is there twice" for name in set(seen) if seen.count(name) > 1]
    if sorted(seen + left) != sorted(tasks):
        wrong.append("tasks served and unassigned are not the tasks asked for")
    vehicles = [route["vehicle"] for route in answer["routes"]]
    wrong += ["a vehicle has two routes"] if len(set(vehicles)) < len(vehicles) else []
    by_id = {vehicle["id"]: vehicle for vehicle in body["vehicles"]}
    for route in answer["routes"]:
        wrong += [
            f"vehicle {route['vehicle']}: {what}" for what in _Walk(body, tasks, by_id, route).wrong
        ]
    return wrong + _sums(answer, len(left))


def worth(body: Json, answer: Json) -> tuple[int, int, int]:
    """Return what counts: priorities served, tasks served (both larger: better), cost."""
    tasks = _tasks(body)
    done = [tasks[step["type"], step["id"]] for of in answer["routes"] for step in _stops(of)]
    return sum(task["priority"] for task in done), len(done), answer["summary"]["cost"]


def _tasks(body: Json) -> dict[tuple[str, int], Json]:
    found = {}
    for job in body.get("jobs", ()):
        found["job", job["id"]] = {"priority": 0, **job}
    for shipment in body.get("shipments", ()):
        both = {key: shipment.get(key, usual) for key, usual in _SHARED.items()}
        for half in ("pickup", "delivery"):
            found[half, shipment[half]["id"]] = {**shipment[half], **both, "of": shipment}
    return found


_SHARED: Json = {"amount": None, "skills": [], "priority": 0}


def _stops(route: Json) -> list[Json]:
    return [step for step in route["steps"] if step["type"] in {"job", "pickup", "delivery"}]


def _sums(answer: Json, left: int) -> list[str]:
    summary, routes = answer["summary"], answer["routes"]
    wrong = [
        f"the summary's {name} is not the sum of the routes'"
        for name in ("cost", "setup", "service", "duration", "waiting_time", "priority")
        if summary[name] != sum(route[name] for route in routes)
    ]
    if summary["routes"] != len(routes) or summary["unassigned"] != left:
        wrong.append("the summary counts wrongly")
    return wrong


class _Walk:
    """One route walked step by step."""

    def __init__(self, body: Json, tasks: Any, vehicles: Any, route: Json) -> None:
        self.vehicle, self.tasks, self.steps = vehicles[route["vehicle"]], tasks, route["steps"]
        self.route = route
        self.wrong: list[str] = []
        of = body["matrices"][self.vehicle.get("profile", "car")]
        self.durations, self.distances = of["durations"], of.get("distances")
        self.costs = of.get("costs")
        self.factor = int(100 / self.vehicle.get("speed_factor", 1.0) + 0.5)
        self.dims = len(self.vehicle.get("capacity", ()))
        self._times()
        self._loads()
        self._limits()
        self._pairs()
        self._cost()

    def _say(self, what: str) -> None:
        self.wrong.append(what)

    def _task(self, step: Json) -> Json:
        task: Json = self.tasks[step["type"], step["id"]]
        return task

    def _windows(self, step: Json) -> list[Sequence[int]]:
        if step["type"] == "break":
            of = next(one for one in self.vehicle["breaks"] if one["id"] == step["id"])
        else:
            of = self._task(step)
        windows: list[Sequence[int]] = of.get("time_windows") or []
        return windows

    def _ways(self) -> list[int]:
        """Return hundredths of a second between the places that are driven to."""
        places = self._places()
        return [self.factor * self.durations[a][b] for a, b in itertools.pairwise(places)]

    def _places(self) -> list[int]:
        ends = [self.vehicle.get("start_index")], [self.vehicle.get("end_index")]
        stops = [self._task(step)["location_index"] for step in _stops(self.route)]
        return [place for place in (*ends[0], *stops, *ends[1]) if place is not None]

    def _times(self) -> None:
        first, last = self.steps[0], self.steps[-1]
        begin, end = self.vehicle.get("time_window", (0, 1 << 40))
        if first["arrival"] < begin or last["arrival"] > end:
            self._say("works outside its hours")
        stays = 0
        for before, step in zip(self.steps, self.steps[1:], strict=False):
            stay = before["setup"] + before["service"]
            done = before["arrival"] + before["waiting_time"] + stay
            if step["arrival"] - done != step["duration"] - before["duration"]:
                self._say(f"{step['type']} {step.get('id')}: time is lost or gained")
            if step["waiting_time"] < 0 or step["duration"] < before["duration"]:
                self._say("time goes backwards")
            begins = step["arrival"] + step["waiting_time"]
            windows = self._windows(step) if step["type"] not in {"start", "end"} else []
            if windows and not any(a <= begins <= b for a, b in windows):
                self._say(f"{step['type']} {step['id']} begins outside its windows")
            stays += stay
        parts = stays + last["duration"] + self.route["waiting_time"]
        if first["arrival"] + parts != last["arrival"]:
            self._say("the parts do not sum up to the whole")
        self._driving()

    def _driving(self) -> None:
        """Check that as much is driven as there is way, and that stays are as long as they are."""
        place, driven, ways = self.vehicle.get("start_index"), 0, iter(self._ways())
        for step in self.steps[1:]:
            if step["type"] == "break":
                continue
            here = self.vehicle.get("end_index") if step["type"] == "end" else None
            if step["type"] != "end":
                here = self._task(step)["location_index"]
                self._stay(step, self._task(step), place)
            if place is not None and here is not None:
                driven += next(ways)
            if abs(step["duration"] - driven / 100) > 1 + 0.02 * len(self.steps):
                name = f"{step['type']} {step.get('id')}"
                self._say(f"{name}: {step['duration']} s driven, not {driven / 100}")
            place = here

    def _stay(self, step: Json, task: Json, before: int | None) -> None:
        kind = self.vehicle.get("type", "")
        setup = task.get("setup_per_type", {}).get(kind, task.get("setup", 0))
        service = task.get("service_per_type", {}).get(kind, task.get("service", 0))
        if before == task["location_index"]:
            setup = 0
        if (step["setup"], step["service"]) != (setup, service):
            self._say(f"{step['type']} {step['id']}: stays {step['setup']} + {step['service']} s")

    def _loads(self) -> None:
        zero = [0] * self.dims
        load = list(zero)
        for step in _stops(self.route):
            if step["type"] == "job":
                task = self._task(step)
                old = task.get("amount") if "pickup" not in task else None
                load = [
                    a + b for a, b in zip(load, task.get("delivery") or old or zero, strict=False)
                ]
        for step in self.steps:
            if step["type"] in {"job", "pickup", "delivery"}:
                load = self._changed(step, load, zero)
            if self.dims and step["load"] != load:
                self._say(f"{step['type']} {step.get('id')}: load {step['load']}, not {load}")
            if any(a > b for a, b in zip(load, self.vehicle.get("capacity", ()), strict=False)):
                self._say(f"overload at {step['type']} {step.get('id')}")
            if step["type"] == "break":
                of = next(one for one in self.vehicle["breaks"] if one["id"] == step["id"])
                if any(a > b for a, b in zip(load, of.get("max_load", load), strict=False)):
                    self._say(f"break {step['id']} with too much on board")

    def _changed(self, step: Json, load: list[int], zero: list[int]) -> list[int]:
        task = self._task(step)
        if step["type"] == "job":
            old = task.get("amount") if "pickup" not in task else None
            down, up = task.get("delivery") or old or zero, task.get("pickup") or zero
        else:
            amount = task["amount"] or zero
            down, up = (zero, amount) if step["type"] == "pickup" else (amount, zero)
        return [a - b + c for a, b, c in zip(load, down, up, strict=False)]

    def _limits(self) -> None:
        vehicle, stops = self.vehicle, _stops(self.route)
        if not stops:
            self._say("has a route without tasks")
        if len(stops) > vehicle.get("max_tasks", len(stops)):
            self._say("has too many tasks")
        if sum(self._ways()) > 100 * vehicle.get("max_travel_time", 1 << 40):
            self._say("travels too long")
        if self._metres() > vehicle.get("max_distance", 1 << 40):
            self._say("travels too far")
        skills = set(vehicle.get("skills", ()))
        if any(not set(self._task(step).get("skills", ())) <= skills for step in stops):
            self._say("lacks a skill")
        taken = sorted(step["id"] for step in self.steps if step["type"] == "break")
        if taken != sorted(one["id"] for one in vehicle.get("breaks", ())):
            self._say("misses a break")

    def _metres(self) -> int:
        places = self._places()
        if self.distances is None:
            return 0
        return sum(self.distances[a][b] for a, b in itertools.pairwise(places))

    def _pairs(self) -> None:
        names = [(step["type"], step["id"]) for step in _stops(self.route)]
        for name in names:
            shipment = self.tasks[name].get("of")
            if shipment is not None:
                both = (
                    ("pickup", shipment["pickup"]["id"]),
                    ("delivery", shipment["delivery"]["id"]),
                )
                if not set(both) <= set(names) or names.index(both[0]) > names.index(both[1]):
                    self._say(f"{name} without its other half, or before it")

    def _cost(self) -> None:
        costs = {"fixed": 0, "per_hour": 3600, "per_km": 0, "per_task_hour": 0}
        costs |= self.vehicle.get("costs", {})
        places, stays = self._places(), sum(s["setup"] + s["service"] for s in self.steps)
        way = self.steps[-1]["duration"] * costs["per_hour"] / 3600
        way += self._metres() * costs["per_km"] / 1000
        if self.costs is not None:
            way = sum(self.costs[a][b] for a, b in itertools.pairwise(places))
        cost = costs["fixed"] + way + stays * costs["per_task_hour"] / 3600
        if abs(cost - self.route["cost"]) > 2:
            self._say(f"costs {self.route['cost']}, not {cost}")
