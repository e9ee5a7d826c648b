"""How late shops are."""

from benchmarks.city.shop import PUNCTUAL, USUAL, lateness_s


def test_the_same_order_number_is_as_late_at_every_start() -> None:
    first = [lateness_s(1, "Bakery", number, USUAL) for number in range(50)]
    assert first == [lateness_s(1, "Bakery", number, USUAL) for number in range(50)]


def test_some_orders_are_late_and_by_as_much_as_the_kitchen_says() -> None:
    found = [lateness_s(1, "Bakery", number, USUAL) for number in range(4000)]
    late = [one for one in found if one]
    assert 0.17 < len(late) / len(found) < 0.23
    assert USUAL.late_s[0] <= min(late)
    assert max(late) <= USUAL.late_s[1]


def test_a_punctual_kitchen_is_never_late() -> None:
    assert not any(lateness_s(1, "Bakery", number, PUNCTUAL) for number in range(100))
