"""Pages of lists: which rows to fetch, and how the reply counts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from api.kit.schema import AfterQuery, PageQuery, PageView, View

Item = TypeVar("Item", bound=View)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page begins: after the row `after`, or after `offset` rows."""

    after: UUID | None
    limit: int
    offset: int


def place_of(query: AfterQuery) -> Place:
    """Return where the page begins; only without `after` do rows that come and go move it."""
    return Place(query.after, query.page_size, offset_of(query))


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
