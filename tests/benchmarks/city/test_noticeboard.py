"""The page for people who look at a city."""

from datetime import UTC, datetime

from benchmarks.city.noticeboard import SHOWN, Note, Noticeboard, WatchedPage

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_the_newest_messages_are_shown_without_markup_of_theirs() -> None:
    board = Noticeboard()
    for number in range(SHOWN + 1):
        board.notes.appendleft(Note(NOON, "+883510000010001", f"<b>{number}</b>"))
    page = board.html()
    assert f"&lt;b&gt;{SHOWN}&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "&lt;b&gt;0&lt;/b&gt;" not in page


def test_a_tracking_page_can_be_opened_while_it_is_watched() -> None:
    board = Noticeboard()
    board.pin(WatchedPage("H-1", "http://127.0.0.1:8080/t/abc"))
    assert '<a href="http://127.0.0.1:8080/t/abc">order H-1</a>' in board.html()
    board.unpin("H-1")
    assert "abc" not in board.html()


def test_an_empty_board_says_so() -> None:
    page = Noticeboard().html()
    assert "No message yet" in page
    assert "Nobody follows an order" in page
