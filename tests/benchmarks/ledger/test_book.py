"""The ledger's pages: a fix stays what it was, an epoch is never used twice."""

from itertools import pairwise
from uuid import UUID

from benchmarks.ledger.book import Book, ride
from geo.point import Point, distance_m

ANNA, BRUNO = UUID(int=1), UUID(int=2)
MIDDLE = Point(46.9, 8.4)


def test_a_fix_is_the_same_however_often_it_is_sent() -> None:
    """To a tenth of a millionth of a degree, as the packed form has it."""
    page = Book().open_page(ANNA, 100)
    page.take(5, Point(46.90000004, 8.4))
    page.take(6, Point(46.91, 8.41))
    assert (page.fix(1).seq, page.fix(1).t_ms, page.fix(1).lat) == (1, 5, 46.9)
    assert page.fix(2) == page.fix(2)
    assert page.taken == 2


def test_an_epoch_that_was_there_before_becomes_the_next_one_free() -> None:
    """A clock that is wrong may say the same second twice."""
    book = Book()
    epochs = [book.open_page(ANNA, 100).epoch for _ in range(3)]
    assert epochs == [100, 101, 102]
    assert book.open_page(BRUNO, 100).epoch == 100


def test_the_book_adds_up_its_pages() -> None:
    """Taken, sent, durable."""
    book = Book()
    for courier_id, sent, durable in ((ANNA, 2, 1), (BRUNO, 1, 0), (ANNA, 1, 1)):
        page = book.open_page(courier_id, 100)
        for _ in range(3):
            page.take(5, MIDDLE)
        page.sent, page.durable = sent, durable
    assert (book.taken, book.sent, book.acknowledged) == (9, 4, 2)


def test_phones_ride_as_a_courier_can() -> None:
    """A few metres from second to second, so that their fixes are believed."""
    places = [ride(MIDDLE, 7, step) for step in range(500)]
    steps = [distance_m(one, two) for one, two in pairwise(places)]
    assert all(3.0 < step_m < 8.0 for step_m in steps)
