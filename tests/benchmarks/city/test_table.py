"""The arithmetic of the closing table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.city.order_book import OrderBook
from benchmarks.city.table import counts, minutes, number, percent, quantile, rows, summarise
from benchmarks.city.tally import Tally
from benchmarks.city.views import DeliverySeen, OrderSeen

MINUTE = 60_000


def book_of(*orders: tuple[int, int | None, int | None]) -> OrderBook:
    """Return a book of orders, all placed at minute 0, ready at 5, promised until 30."""
    book = OrderBook()
    for name, (ready, picked, delivered) in enumerate(orders):
        book.placed(OrderSeen(str(name), "H", "confirmed", None, 0, 5 * MINUTE, 30 * MINUTE))
        book.marked_ready(str(name), ready * MINUTE)
        at = [None if one is None else one * MINUTE for one in (picked, delivered)]
        book.carried(DeliverySeen("d", str(name), "any", 0, *at), "ann")
    return book


def test_durations_and_lateness_come_from_the_book() -> None:
    found = summarise(book_of((5, 7, 20), (6, 6, 40), (5, 9, None)), Tally())
    assert (found.placed, found.delivered, found.open) == (3, 2, 1)
    assert found.click_to_door.mean == 30.0
    assert found.ready_to_pickup.mean == pytest.approx(2.0)
    assert found.late_share == 0.5


def test_cancelled_orders_are_neither_open_nor_delivered() -> None:
    book = book_of((5, None, None))
    book.cancelled("0")
    found = summarise(book, Tally())
    assert (found.cancelled, found.open, found.delivered) == (1, 0, 0)


def test_a_city_without_orders_divides_by_nothing() -> None:
    found = summarise(OrderBook(), Tally())
    assert found.late_share is None
    assert found.offers_per_acceptance is None
    assert found.click_to_door.p90 is None
    assert all(value for _name, value in rows(found))


def test_offers_are_counted_once_and_by_their_end() -> None:
    tally = Tally()
    for offer in ("a", "b", "c", "d"):
        tally.offers.made(offer)
        tally.offers.made(offer)
    tally.offers.ended("a", "accepted")
    tally.offers.ended("a", "expired")
    tally.offers.ended("b", "expired")
    tally.offers.ended("c", "rejected")
    found = summarise(book_of((5, 6, 7), (5, 6, 8)), tally)
    assert found.offers["made"] == 4
    assert (found.offers["accepted"], found.offers["expired"]) == (1, 1)
    assert (found.offers["rejected"], found.offers["open"]) == (1, 1)
    assert found.offers_per_acceptance == 4.0


def test_the_courier_knows_better_than_rumour_how_an_offer_ended() -> None:
    tally = Tally()
    tally.offers.ended("a", "expired")
    tally.offers.ended("a", "accepted")
    assert tally.offers.count("accepted") == 1
    assert tally.offers.count("expired") == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_quantiles_lie_between_the_extremes_and_never_fall(values: list[float]) -> None:
    found = [quantile(values, share) for share in (0.0, 0.25, 0.5, 0.9, 1.0)]
    assert found[0] == min(values)
    assert found[-1] == max(values)
    assert found == sorted(found, key=lambda one: one if one is not None else 0.0)


def test_the_median_of_an_even_number_lies_half_way() -> None:
    assert quantile([4.0, 1.0, 2.0, 3.0], 0.5) == 2.5


def test_minutes_are_business_minutes() -> None:
    assert minutes([60_000, 180_000]).mean == 2.0


def test_numbers_that_do_not_exist_are_dashes() -> None:
    assert (number(None, 1), percent(None), counts({})) == ("-", "-", "none")
    assert number(-0.004, 1) == "0.0"
    assert (number(1.25, 1), percent(0.123), counts({"a": 2, "b": 0})) == ("1.2", "12.3 %", "a 2")
