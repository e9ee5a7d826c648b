"""Seeded chance."""

from benchmarks.city.chance import chance


def test_the_same_seed_and_name_give_the_same_numbers() -> None:
    assert chance(1, "a", 2).random() == chance(1, "a", 2).random()


def test_another_seed_or_another_name_gives_other_numbers() -> None:
    drawn = {chance(1, "a", 2).random(), chance(2, "a", 2).random(), chance(1, "a2").random()}
    assert len(drawn) == 3


def test_numbers_of_one_name_do_not_depend_on_what_others_drew() -> None:
    first = chance(7, "courier", 1)
    for _ in range(100):
        chance(7, "courier", 2).random()
    assert first.random() == chance(7, "courier", 1).random()
