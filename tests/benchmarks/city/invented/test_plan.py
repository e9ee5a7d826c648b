"""The street plan of an invented city."""

import random

import pytest

from benchmarks.city.invented.ground import lay_ground
from benchmarks.city.invented.plan import draw_plan
from geo.feature import ROAD_KINDS


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_has_bridges_and_only_main_roads_on_them(seed: int) -> None:
    rng = random.Random(seed)
    ground = lay_ground(rng, 2500)
    plan = draw_plan(rng, 2500, ground)
    bridges = [street for street in plan.streets if street.line.crosses(ground.river)]
    assert 2 <= len(bridges) <= 12
    assert {bridge.kind for bridge in bridges} <= {"trunk", "primary", "secondary"}


def test_every_street_has_a_kind_and_a_name() -> None:
    rng = random.Random(1)
    plan = draw_plan(rng, 2500, lay_ground(rng, 2500))
    assert all(street.name and street.kind in ROAD_KINDS for street in plan.streets)
    assert all(street.line.length >= 25 for street in plan.streets)


def test_sectors_do_not_overlap() -> None:
    rng = random.Random(1)
    plan = draw_plan(rng, 2500, lay_ground(rng, 2500))
    for number, sector in enumerate(plan.sectors):
        for other in plan.sectors[number + 1 :]:
            assert sector.intersection(other).area < 1.0
