"""Invented names."""

import random
from itertools import islice

from benchmarks.city.invented.names import avenue_names, city_name, district_names, street_names


def test_names_follow_from_the_seed() -> None:
    first, second = random.Random(5), random.Random(5)
    assert city_name(first) == city_name(second)
    assert list(islice(street_names(first), 9)) == list(islice(street_names(second), 9))


def test_no_district_is_named_like_another() -> None:
    names = list(islice(district_names(random.Random(1)), 60))
    assert len(set(names)) == 60


def test_avenues_are_called_avenues() -> None:
    for name in islice(avenue_names(random.Random(1)), 20):
        assert name.split()[-1] in {"Avenue", "Boulevard"}


def test_there_is_always_another_name() -> None:
    assert len(list(islice(street_names(random.Random(1)), 1000))) == 1000
