"""GPS noise and the troubles of phones."""

import random
from itertools import islice, pairwise

from benchmarks.city.gps import NOISE_M, PERFECT, Luck, Receiver, Trouble, episodes
from benchmarks.city.motion import Pose
from geo.point import Point, distance_m

POSE = Pose(Point(41.15, -8.61), 4.0, 123.0)


def errors(seed: int, count: int) -> list[float]:
    receiver = Receiver(random.Random(seed), Luck())
    readings = (receiver.read(POSE, second * 1000) for second in range(count))
    return [distance_m(Point(one.lat, one.lng), POSE.point) for one in readings]


def test_the_same_seed_gives_the_same_errors() -> None:
    assert errors(4, 20) == errors(4, 20)


def test_errors_are_of_the_usual_size() -> None:
    found = errors(4, 5000)
    mean_square = sum(error**2 for error in found) / len(found)
    assert 1.6 * NOISE_M**2 < mean_square < 2.4 * NOISE_M**2


def test_errors_drift_rather_than_jump() -> None:
    receiver = Receiver(random.Random(9), Luck())
    places = [receiver.read(POSE, 0) for _ in range(500)]
    points = [Point(one.lat, one.lng) for one in places]
    steps = [distance_m(a, b) for a, b in pairwise(points)]
    assert sum(steps) / len(steps) < 1.2 * NOISE_M


def test_a_perfect_receiver_says_the_truth() -> None:
    reading = Receiver(random.Random(1), PERFECT).read(POSE, 5)
    assert (reading.lat, reading.lng, reading.t_ms) == (41.15, -8.61, 5)
    assert (reading.speed_mps, reading.heading_deg) == (4.0, 123.0)


def test_somebody_who_stands_has_no_heading() -> None:
    still = Pose(POSE.point, 0.0, None)
    assert Receiver(random.Random(1), Luck()).read(still, 0).heading_deg is None


def test_a_lucky_phone_has_no_troubles() -> None:
    assert list(episodes(random.Random(1), PERFECT)) == []


def test_troubles_come_as_often_as_the_luck_says_and_of_every_kind() -> None:
    found = list(islice(episodes(random.Random(2), Luck(between_troubles_s=100.0)), 2000))
    assert {one.trouble for one in found} == set(Trouble)
    assert 90 < sum(one.after_s for one in found) / len(found) < 110
    assert max(one.lasts_s for one in found) <= 90.0


def test_the_same_seed_gives_the_same_troubles() -> None:
    first, again = (list(islice(episodes(random.Random(8), Luck()), 9)) for _ in range(2))
    assert first == again
