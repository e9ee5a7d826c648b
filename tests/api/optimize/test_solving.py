"""Bodies without matrices, options, given routes, and sentences that help."""

import json
import time
from typing import Any

import pytest

from api.optimize.errors import CannotOptimize
from api.optimize.solving import Allowed, solve
from benchmarks.optimize.bodies import Town
from geo.point import Point
from geo.polyline import decode
from geo.travel import DetourModel

Json = dict[str, Any]
SPOTS = [[-8.61, 41.15], [-8.63, 41.16], [-8.60, 41.14], [-8.62, 41.17]]


def ours(body: Json, seconds: float = 600.0) -> Json:
    """Return our answer."""
    allowed = Allowed(tasks=1000, vehicles=100, seconds=seconds)
    return solve(json.dumps(body).encode(), DetourModel(), allowed, time.monotonic)


def refused(body: Json) -> str:
    """Return the sentence of a refusal."""
    with pytest.raises(CannotOptimize) as refusal:
        ours(body)
    assert refusal.value.status == 400
    return refusal.value.message


def on_the_map(**more: Any) -> Json:
    """Return a body with coordinates instead of matrices."""
    jobs = [{"id": row, "location": spot} for row, spot in enumerate(SPOTS[1:], start=1)]
    vehicle = {"id": 1, "start": SPOTS[0], "end": SPOTS[0], "profile": "bike"}
    return {"vehicles": [vehicle], "jobs": jobs, **more}


def test_without_matrices_our_own_travel_times_count() -> None:
    answer = ours(on_the_map(options={"g": True}))
    (route,) = answer["routes"]
    assert answer["summary"]["unassigned"] == 0
    assert route["distance"] > 4000
    assert 4.0 < route["distance"] / route["duration"] < 5.0
    line = decode(route["geometry"])
    assert line[0] == line[-1] == Point(SPOTS[0][1], SPOTS[0][0])
    assert len(line) == 5
    assert "distance" in route["steps"][1]


def test_without_the_option_there_is_no_geometry() -> None:
    (route,) = ours(on_the_map())["routes"]
    assert "geometry" not in route
    assert "distance" not in route


def test_a_limit_of_seconds_ends_the_search() -> None:
    began = time.monotonic()
    answer = ours({**Town(1, tasks=60, vehicles=8).body(), "options": {"l": 0.05, "x": 5}})
    assert answer["code"] == 0
    assert time.monotonic() - began < 60.0


def test_given_steps_are_where_the_search_begins() -> None:
    body = Town(2, tasks=6, vehicles=1).body()
    body["vehicles"][0]["steps"] = [{"type": "job", "id": number} for number in (3, 1, 2)]
    assert ours(body)["summary"]["unassigned"] == 0


def test_given_steps_that_do_not_hold_are_refused() -> None:
    body = Town(2, tasks=6, vehicles=1).body()
    body["vehicles"][0] |= {
        "capacity": [2],
        "steps": [{"type": "job", "id": number} for number in (3, 1, 2)],
    }
    assert "does not hold" in refused(body)


def test_the_old_names_mean_the_same() -> None:
    town = Town(3, tasks=6, vehicles=1)
    new = town.body()
    old = json.loads(json.dumps(new))
    old["matrix"] = old.pop("matrices")["car"]["durations"]
    for job in old["jobs"]:
        job["amount"] = job.pop("delivery")
    found, wanted = ours(old), ours(new)
    for answer in (found, wanted):
        answer["summary"].pop("computing_times")
    assert found == wanted


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"jobs": [{"id": 1, "locaton": [1, 2]}]}, "did you mean 'location'?"),
        ({"vehicles": [{"id": 1, "start": SPOTS[0], "max_task": 3}]}, "did you mean 'max_tasks'?"),
        ({"options": {"q": 1}}, "There is no key 'q' at options.q; known are g, c, t, x, l"),
        (
            {"vehicles": [{"id": 1, "start": SPOTS[0], "profile": "camel"}]},
            "Invalid profile: camel",
        ),
        ({"jobs": [{"id": 1, "location": [200.0, 2.0]}]}, "job 1: [200.0, 2.0] is no [longitude"),
        ({"jobs": [{"id": 1}]}, "job 1 has no location"),
        ({"jobs": [{"location": SPOTS[1]}]}, "jobs.0.id is missing"),
        ({"jobs": []}, "No task defined"),
    ],
)
def test_a_refusal_says_what_to_do(change: Json, sentence: str) -> None:
    assert sentence in refused(on_the_map(**change))


def test_geometry_needs_coordinates() -> None:
    assert "missing coordinates" in refused({**Town(1).body(), "options": {"g": True}})


def test_a_route_that_cannot_be_timed_is_refused() -> None:
    body = Town(1, tasks=3, vehicles=1).body(options={"c": True})
    body["vehicles"][0]["steps"] = [
        {"type": "start", "service_at": 5000},
        {"type": "job", "id": 1, "service_before": 100},
    ]
    assert "Infeasible route for vehicle 0" in refused(body)
