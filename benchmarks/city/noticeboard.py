"""What a city shows to people who look: its text messages and the pages its customers watch."""

import html
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

SHOWN = 50
_WATCHED = 12


@dataclass(frozen=True, slots=True)
class Note:
    """A text message that somebody was sent."""

    at: datetime
    to: str
    body: str


@dataclass(frozen=True, slots=True)
class WatchedPage:
    """The tracking page of an order that a customer follows just now."""

    order: str
    url: str


class Noticeboard:
    """The newest messages and the tracking pages being watched, the newest first."""

    def __init__(self) -> None:
        """Begin with nothing on it."""
        self.notes: deque[Note] = deque(maxlen=SHOWN)
        self._pages: dict[str, WatchedPage] = {}

    def pin(self, page: WatchedPage) -> None:
        """Show a tracking page."""
        self._pages[page.order] = page

    def unpin(self, order: str) -> None:
        """Show an order's tracking page no longer."""
        self._pages.pop(order, None)

    def html(self) -> str:
        """Return the board as a page that renews itself."""
        watched = list(reversed(self._pages.values()))[:_WATCHED]
        links = "".join(_link(page) for page in watched)
        rows = "".join(_row(note) for note in self.notes)
        table = f"<table><tr><th>time<th>to<th>message</tr>{rows}</table>"
        return _PAGE.format(
            pages=f"<ul>{links}</ul>" if links else "<p>Nobody follows an order just now.</p>",
            notes=table if rows else "<p>No message yet.</p>",
        )


def _link(page: WatchedPage) -> str:
    return f'<li><a href="{html.escape(page.url)}">order {html.escape(page.order)}</a></li>'


def _row(note: Note) -> str:
    return _cells((f"{note.at:%H:%M:%S}", note.to, note.body))


def _cells(texts: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in texts) + "</tr>"


_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>The city's customers</title>
<meta http-equiv="refresh" content="5"><meta name="viewport" content="width=device-width">
<style>
body{{font:15px system-ui,sans-serif;margin:2rem;max-width:60rem}}
td,th{{padding:.3rem 1rem .3rem 0;text-align:left}}ul{{columns:3 12rem;padding-left:1.2rem}}
</style>
<h1>The city's customers</h1>
<h2>Tracking pages that customers watch now</h2>{pages}
<h2>Text messages</h2><p>The newest first, times in UTC.</p>{notes}</html>
"""
