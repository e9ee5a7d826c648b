"""VROOM's own program beside ours, on every feature of its format."""

import json
import time
from functools import cache
from typing import Any

import pytest

from api.optimize.errors import CannotOptimize
from api.optimize.solving import Allowed, solve
from benchmarks.optimize.bodies import FEATURES, Town
from benchmarks.optimize.judge import judge, worth
from benchmarks.optimize.vroom_program import run_vroom
from geo.travel import DetourModel

Json = dict[str, Any]
SEEDS = range(3)


def ours(body: Json) -> Json:
    """Return our answer; steps decide when it is ready, not the clock."""
    allowed = Allowed(tasks=1000, vehicles=100, seconds=600.0)
    return solve(json.dumps(body).encode(), DetourModel(), allowed, time.monotonic)


@cache
def both(feature: Any, seed: int) -> tuple[Json, Json, Json]:
    """Return a body, our answer and VROOM's."""
    body = feature(Town(seed))
    return body, ours(body), run_vroom(body, "-x", "5")[0]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda make: str(make.__name__))
def test_answers_hold_and_serve_no_less_than_vrooms(feature: Any) -> None:
    for seed in SEEDS:
        body, found, theirs = both(feature, seed)
        assert judge(body, found) == []
        assert judge(body, theirs) == []
        mine, other = worth(body, found), worth(body, theirs)
        assert mine[:2] >= other[:2]
        if mine[:2] == other[:2]:
            assert mine[2] <= 1.15 * other[2]


def test_over_all_features_answers_cost_no_more_than_vrooms() -> None:
    ratios = []
    for feature in FEATURES:
        for seed in SEEDS:
            body, found, theirs = both(feature, seed)
            mine, other = worth(body, found), worth(body, theirs)
            if mine[:2] == other[:2]:
                ratios.append(mine[2] / other[2])
    assert len(ratios) > 40
    assert sum(ratios) / len(ratios) <= 1.0


def given_routes(town: Town) -> Json:
    """Return a body whose vehicles have steps at random, so that much is violated."""
    chance = town.chance
    pauses = [{"id": 1, "time_windows": [[3000, 4200]], "service": 600, "max_load": [3]}]
    limits = {"max_tasks": 4, "max_travel_time": 2500, "max_distance": 15000, "skills": [1]}
    vehicles = [
        town.vehicle(
            row, breaks=pauses, **{name: limits[name] for name in limits if chance.random() < 0.5}
        )
        for row in range(3)
    ]
    jobs = [
        town.job(
            number,
            setup=60,
            delivery=[chance.randrange(3)],
            pickup=[chance.randrange(3)],
            skills=[chance.choice([1, 2])] if chance.random() < 0.3 else [],
            time_windows=[town.window(900), [4 * 3600, 4 * 3600 + chance.randrange(100, 900)]],
        )
        for number in range(1, 8)
    ]
    pairs = town.many(town.shipment, 4)
    body = town.body(
        jobs=jobs,
        shipments=pairs,
        vehicles=vehicles,
        matrices={"car": town.matrices(7.0, distances=True)},
    )
    stops = [("job", job["id"]) for job in jobs]
    stops += [(half, pair[half]["id"]) for pair in pairs for half in ("pickup", "delivery")]
    chance.shuffle(stops)
    stops = stops[: chance.randrange(6, len(stops))]
    for row, vehicle in enumerate(vehicles):
        steps = [{"type": kind, "id": number} for kind, number in stops[row::3]]
        if chance.random() < 0.7:
            steps.insert(chance.randrange(len(steps) + 1), {"type": "break", "id": 1})
        if chance.random() < 0.4 and steps:
            steps[-1]["service_after"] = chance.randrange(9000, 12000)
        vehicle["steps"] = [{"type": "start"}, *steps, {"type": "end"}]
    return body


_TIMED = {"lead_time", "delay"}
"""How the same lateness is split between these two is left to the solver."""


def complaints(answer: Json) -> Json:
    """Return what an answer says is wrong: in all, by route and by step, without durations."""
    return {
        "in all": sorted(
            of["cause"] for of in answer["summary"]["violations"] if of["cause"] not in _TIMED
        ),
        "untimed": [
            sorted(
                (step["type"], step.get("id", -1), wrong["cause"])
                for step in route["steps"]
                for wrong in step["violations"]
                if wrong["cause"] not in _TIMED
            )
            for route in answer["routes"]
        ],
    }


@pytest.mark.parametrize("seed", range(12))
def test_plan_mode_finds_the_same_violations(seed: int) -> None:
    body = given_routes(Town(seed, tasks=12))
    theirs, _ = run_vroom(body, "-c")
    found = ours({**body, "options": {"c": True}})
    assert complaints(found) == complaints(theirs)
    timed = [
        [sum(of["duration"] for of in said if "duration" in of) for said in (a, b)]
        for a, b in zip(_by_route(found), _by_route(theirs), strict=True)
    ]
    assert all(a == b for a, b in timed)
    for name in ("cost", "duration", "setup", "service", "unassigned", "priority"):
        assert found["summary"][name] == theirs["summary"][name]


def _by_route(answer: Json) -> list[list[Json]]:
    return [route["violations"] for route in answer["routes"]]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("vehicles"),
        lambda body: body.update(vehicles=[]),
        lambda body: body.update(jobs=[]),
        lambda body: body["jobs"].append(body["jobs"][0]),
        lambda body: body["jobs"][0].update(delivery=[1, 2]),
        lambda body: body["jobs"][0].update(time_windows=[[5, 2]]),
        lambda body: body["jobs"][0].update(time_windows=[[1, 5], [4, 9]]),
        lambda body: body["jobs"][0].pop("location_index"),
        lambda body: body["jobs"][0].update(location_index=99),
        lambda body: body["jobs"][0].update(priority=101),
        lambda body: body["jobs"][0].update(service=-1),
        lambda body: body["jobs"][0].update(skills="high"),
        lambda body: body["vehicles"][0].update(capacity=[1, 2]),
        lambda body: body["vehicles"][0].update(speed_factor=6),
        lambda body: body["vehicles"][0].update(time_window=[9, 3]),
        lambda body: (body["vehicles"][0].pop("start_index"), body["vehicles"][0].pop("end_index")),
        lambda body: body["vehicles"][0].update(steps=[{"type": "job", "id": 999}]),
        lambda body: body["vehicles"][0].update(steps=[{"type": "jump", "id": 1}]),
        lambda body: body["vehicles"][0].update(breaks=[{"id": 1}, {"id": 1}]),
        lambda body: body["vehicles"][0].update(costs={"per_hour": "much"}),
        lambda body: body["matrices"]["car"]["durations"].pop(),
        lambda body: body["matrices"]["car"].update(durations=[[0.5]]),
        lambda body: body["matrices"].update(car={"costs": [[0]]}),
    ],
)
def test_what_vroom_refuses_we_refuse(change: Any) -> None:
    body = Town(1, tasks=6).body()
    change(body)
    theirs, _ = run_vroom(body)
    assert theirs["code"] != 0
    with pytest.raises(CannotOptimize) as refusal:
        ours(body)
    assert (refusal.value.status, refusal.value.code) == (400, 2)
