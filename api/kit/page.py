"""Pages of lists: which rows to fetch, and how the reply counts them."""

from collections.abc import Sequence
from typing import TypeVar

from api.kit.schema import PageQuery, PageView, View

Item = TypeVar("Item", bound=View)


def offset_of(query: PageQuery) -> int:
    """Return how many rows stand before the page."""
    return (query.page - 1) * query.page_size


def page_of(query: PageQuery, items: Sequence[Item], total: int) -> PageView[Item]:
    """Return the page with its place among `total` rows."""
    return PageView[Item](
        items=list(items),
        page=query.page,
        page_size=query.page_size,
        total_count=total,
        total_pages=-(-total // query.page_size),
    )
