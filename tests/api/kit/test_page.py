"""Pages of lists: together they hold every row once."""

from hypothesis import given
from hypothesis import strategies as st

from api.kit.page import offset_of, page_of
from api.kit.schema import MoneyView, PageQuery


@given(total=st.integers(0, 300), page_size=st.integers(1, 100))
def test_the_pages_of_a_list_hold_every_row_once(total: int, page_size: int) -> None:
    rows = [MoneyView(amount=number, currency="EUR") for number in range(total)]
    seen: list[int] = []
    page, pages = 1, 1
    while page <= pages:
        query = PageQuery(page=page, pageSize=page_size)
        begin = offset_of(query)
        shown = page_of(query, rows[begin : begin + page_size], total)
        pages = shown.total_pages
        assert (shown.page, shown.page_size, shown.total_count) == (page, page_size, total)
        assert len(shown.items) == page_size or page == max(1, pages)
        seen += [item.amount for item in shown.items]
        page += 1
    assert seen == list(range(total))
    assert pages == -(-total // page_size)
