"""The game keeps the published rules and refuses what they forbid."""

import pytest

from benchmarks.city.mdrp import Meal, Rider
from benchmarks.meals.game import Disturbance, Game, floors, play, unreachable
from benchmarks.meals.hermod import Hermod, game_policy
from benchmarks.meals.matching import Matching
from tests.benchmarks.meals.days import busy_day, day

ONE = Meal("o1", (500.0, 0.0), "r1", 0, 10)
TWO = Meal("o2", (600.0, 0.0), "r1", 0, 11)
RIDER = Rider("c1", (-300.0, 0.0), 0, 60)


def test_times_are_those_of_the_rules() -> None:
    game = Game(day((ONE, TWO), (RIDER,)), Disturbance())
    assert game.offer(2, 0, [0, 1])
    (trip,) = game.trips
    # There at 5, two minutes in; the later meal is ready at 11, gone at 13, five minutes to go.
    assert trip.pickup_min == 11
    assert trip.drops == (13 + 5 + 2, 20 + 2 + 1 + 2)
    assert game.free[0] == 27
    assert not len(game.open_meals(30))


@pytest.mark.parametrize(
    ("meals", "sentence"),
    [([0, 2], "one restaurant"), ([0], "not free")],
)
def test_what_the_rules_forbid_is_refused(meals: list[int], sentence: str) -> None:
    other = Meal("o3", (600.0, 0.0), "r2", 0, 11)
    game = Game(day((ONE, TWO, other), (RIDER,)), Disturbance())
    game.offer(0, 0, [1])
    with pytest.raises(ValueError, match=sentence):
        game.offer(1, 0, meals)


def test_a_pickup_behind_the_shift_is_refused_and_such_orders_are_listed() -> None:
    late = Meal("o9", (0.0, 0.0), "r1", 50, 70)
    game = Game(day((late,), (RIDER,)), Disturbance())
    with pytest.raises(ValueError, match="off duty"):
        game.offer(50, 0, [0])
    assert unreachable(game) == ("o9",)


def test_a_delay_is_known_only_when_the_announced_time_has_passed() -> None:
    game = Game(day((ONE, TWO), (RIDER,)), Disturbance(late_shops=1.0))
    assert game.known_ready(9)[0] == 10 < game.ready[0] == game.known_ready(10)[0]
    assert (floors(game) - (game.ready - game.announced))[0] == 10 + 2 + 5 + 2


def test_who_refuses_once_refuses_that_order_for_ever() -> None:
    game = Game(day((ONE, TWO), (RIDER,)), Disturbance(refusals=1.0))
    assert not game.offer(0, 0, [0])
    assert game.refused == [{0}, set()]
    assert len(game.open_meals(0)) == 2


@pytest.mark.parametrize("dispatcher", ["hermod", "matching"])
@pytest.mark.parametrize("disturbance", [Disturbance(), Disturbance(0.2, 0.2, 3)])
def test_every_order_of_a_busy_day_is_brought_once(
    dispatcher: str, disturbance: Disturbance
) -> None:
    game = Game(busy_day(), disturbance)
    policy = game_policy(game.day.pay, game.day.guarantee)
    play(game, Hermod(policy, checks=True) if dispatcher == "hermod" else Matching())
    brought = sorted(meal for trip in game.trips for meal in trip.meals)
    assert brought == list(range(30))
    for trip in game.trips:
        assert not any(trip.courier in game.refused[meal] for meal in trip.meals)


def test_the_same_day_is_played_the_same_way_again() -> None:
    trips = []
    for _ in range(2):
        game = Game(busy_day(), Disturbance())
        play(game, Hermod(game_policy(game.day.pay, game.day.guarantee)))
        trips.append(game.trips)
    assert trips[0] == trips[1]


def test_looking_ahead_beats_a_matching_every_five_minutes() -> None:
    doors = []
    for dispatcher in (Hermod(game_policy(10, 15)), Matching(5, ahead_min=15)):
        game = Game(busy_day(), Disturbance())
        play(game, dispatcher)
        doors.append(sum(drop for trip in game.trips for drop in trip.drops))
    assert doors[0] < doors[1]
