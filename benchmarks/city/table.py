"""The closing table: what the city's robots saw, in numbers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.city.order_book import OrderBook
from benchmarks.city.tally import Tally

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Durations in business minutes; None when there were none."""

    mean: float | None
    p50: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of everything; shares lie between 0 and 1, None when nothing was counted."""

    placed: int
    delivered: int
    cancelled: int
    open: int
    delivered_for_others: int
    click_to_door: Minutes
    ready_to_pickup: Minutes
    late_share: float | None
    busy_share: float | None
    offers: dict[str, int]
    offers_per_acceptance: float | None
    fixes_taken: int
    fixes_sent: int
    fixes_sent_again: int
    fixes_accepted: int
    fixes_durable: int
    fixes_forgotten: int
    sockets_opened: int
    reconnects: int
    farewells: dict[str, int]
    orders_followed: int
    positions_followed: int
    api_calls: int
    api_p50_ms: float | None
    api_p99_ms: float | None
    errors: dict[str, int]
    alarms: dict[str, int]
    mishaps: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return all of it for a JSON file."""
        return asdict(self)


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value that this share of all do not exceed, in between by straight line."""
    if not values:
        return None
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def minutes(durations_ms: Sequence[float]) -> Minutes:
    """Return mean, median and 90 % quantile of durations."""
    values = [one / 60_000 for one in durations_ms]
    mean = fmean(values) if values else None
    return Minutes(mean, quantile(values, 0.5), quantile(values, 0.9))


def summarise(book: OrderBook, tally: Tally) -> Summary:
    """Return what became of everything so far."""
    doors, waits, late, delivered = [], [], 0, 0
    for record in book:
        if record.picked_up_ms is not None:
            waits.append(record.picked_up_ms - record.was_ready_ms)
        if record.delivered_ms is not None:
            delivered += 1
            doors.append(record.delivered_ms - record.placed_ms)
            late += record.delivered_ms > record.promised_until_ms
    cancelled = sum(record.is_cancelled and record.delivered_ms is None for record in book)
    outcomes = ("accepted", "rejected", "expired", "taken", "cancelled", "open")
    offers = {outcome: tally.offers.count(outcome) for outcome in outcomes}
    made = len(tally.offers.outcomes)
    accepted = offers["accepted"]
    p50, p99 = tally.calls.quantile_s(0.5), tally.calls.quantile_s(0.99)
    return Summary(
        placed=len(book),
        delivered=delivered,
        cancelled=cancelled,
        open=len(book.open()),
        delivered_for_others=len(book.others_delivered),
        click_to_door=minutes(doors),
        ready_to_pickup=minutes(waits),
        late_share=late / delivered if delivered else None,
        busy_share=tally.looks_busy / tally.looks_on_shift if tally.looks_on_shift else None,
        offers={"made": made} | offers,
        offers_per_acceptance=made / accepted if accepted else None,
        fixes_taken=tally.fixes.taken,
        fixes_sent=tally.fixes.sent,
        fixes_sent_again=tally.fixes.sent_again,
        fixes_accepted=tally.fixes.accepted,
        fixes_durable=tally.fixes.durable,
        fixes_forgotten=tally.fixes.forgotten,
        sockets_opened=tally.connects,
        reconnects=tally.reconnects,
        farewells=dict(tally.farewells.most_common()),
        orders_followed=tally.followed,
        positions_followed=tally.positions_followed,
        api_calls=tally.calls.count,
        api_p50_ms=None if p50 is None else p50 * 1000,
        api_p99_ms=None if p99 is None else p99 * 1000,
        errors=dict(tally.errors.most_common()),
        alarms=dict(tally.alarms.most_common()),
        mishaps=dict(tally.mishaps.most_common()),
    )


def rows(summary: Summary) -> list[Row]:
    """Return the lines of the closing table."""
    s = summary
    found = [
        ("orders placed", str(s.placed)),
        ("delivered / cancelled / open", f"{s.delivered} / {s.cancelled} / {s.open}"),
        ("click-to-door, min (mean, p50, p90)", spread(s.click_to_door)),
        ("ready-to-pickup, min (mean, p50, p90)", spread(s.ready_to_pickup)),
        ("late (after the promise)", percent(s.late_share)),
        ("couriers busy", percent(s.busy_share)),
        ("offers", counts(s.offers)),
        ("offers per acceptance", number(s.offers_per_acceptance, 2)),
        ("fixes taken / sent", f"{s.fixes_taken} / {s.fixes_sent} (+{s.fixes_sent_again} again)"),
        ("fixes accepted / durable", f"{s.fixes_accepted} / {s.fixes_durable}"),
        ("fixes forgotten by phones", str(s.fixes_forgotten)),
        ("sockets opened / reconnects", f"{s.sockets_opened} / {s.reconnects}"),
        ("orders followed / positions seen", f"{s.orders_followed} / {s.positions_followed}"),
        ("API calls", str(s.api_calls)),
        ("API latency, ms (p50, p99)", f"{number(s.api_p50_ms, 1)}  {number(s.api_p99_ms, 1)}"),
        ("errors by code", counts(s.errors)),
    ]
    if s.delivered_for_others:
        found.insert(2, ("delivered for others", str(s.delivered_for_others)))
    if s.farewells:
        found.append(("sockets ended by the server", counts(s.farewells)))
    if s.mishaps:
        found.append(("robots that began again", counts(s.mishaps)))
    found.append(("ALARMS" if s.alarms else "alarms", counts(s.alarms)))
    return found


def show(title: str, found: Sequence[Row], console: Console) -> None:
    """Print a table of two columns."""
    table = Table(title=title, title_justify="left", show_header=False, expand=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in found:
        table.add_row(name, value)
    console.print(table)


def number(value: float | None, digits: int) -> str:
    """Return a number as text, a dash for none."""
    return "-" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"  # no -0.0


def percent(share: float | None) -> str:
    """Return a share as text, a dash for none."""
    return "-" if share is None else f"{100 * share:.1f} %"


def spread(found: Minutes) -> str:
    """Return mean, median and 90 % quantile as text."""
    return "  ".join(number(value, 1) for value in (found.mean, found.p50, found.p90))


def counts(found: dict[str, int]) -> str:
    """Return counts by name as text."""
    return ", ".join(f"{name} {count}" for name, count in found.items() if count) or "none"
