"""The order book."""

from benchmarks.city.order_book import OrderBook
from benchmarks.city.views import DeliverySeen, OrderSeen, TrackingSeen


def order(order_id: str = "o1") -> OrderSeen:
    return OrderSeen(order_id, "H1", "confirmed", None, 1000, 2000, 9000)


def delivery(order_id: str, picked: int | None, delivered: int | None) -> DeliverySeen:
    return DeliverySeen("d1", order_id, "any", 2000, picked, delivered)


def tracking(order_id: str, status: str, delivered: int | None = None) -> TrackingSeen:
    return TrackingSeen(order_id, status, None, None, delivered)


def test_an_order_is_open_until_it_is_delivered() -> None:
    book = OrderBook()
    book.placed(order())
    book.carried(delivery("o1", 3000, None), "ann")
    assert len(book.open()) == 1
    book.carried(delivery("o1", 3000, 4000), "ann")
    assert book.open() == []


def test_placing_it_again_changes_nothing() -> None:
    book = OrderBook()
    book.placed(order())
    book.carried(delivery("o1", 3000, 4000), "ann")
    book.placed(order())
    assert len(book) == 1
    assert book.open() == []


def test_a_second_courier_is_noticed() -> None:
    book = OrderBook()
    book.placed(order())
    assert book.carried(delivery("o1", 3000, None), "ann")
    assert book.carried(delivery("o1", 3000, 4000), "ann")
    assert not book.carried(delivery("o1", 3000, 4000), "bob")


def test_orders_of_an_earlier_run_are_counted_when_delivered() -> None:
    book = OrderBook()
    book.carried(delivery("old", 10, None), "ann")
    book.carried(delivery("old", 10, 20), "ann")
    assert book.others_delivered == {"old"}
    assert len(book) == 0


def test_readiness_is_when_the_shop_said_so_for_the_first_time() -> None:
    book = OrderBook()
    book.placed(order())
    record = book.get("o1")
    assert record is not None
    assert record.was_ready_ms == 2000
    book.marked_ready("o1", 2500)
    book.marked_ready("o1", 9999)
    assert record.was_ready_ms == 2500


def test_what_was_missed_is_looked_up() -> None:
    book = OrderBook()
    book.placed(order("o1"))
    book.placed(order("o2"))
    book.looked_up(tracking("o1", "cancelled"))
    book.looked_up(tracking("o2", "delivered", 7000))
    assert book.open() == []


def test_looking_up_does_not_overwrite_what_the_courier_said() -> None:
    book = OrderBook()
    book.placed(order())
    book.carried(delivery("o1", 3000, 4000), "ann")
    book.looked_up(tracking("o1", "delivered", 4001))
    record = book.get("o1")
    assert record is not None
    assert record.delivered_ms == 4000
