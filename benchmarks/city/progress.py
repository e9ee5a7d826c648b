"""The city's live display: a table that renews itself on a terminal, else a line now and then."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table

from benchmarks.city.city import City
from benchmarks.city.courier import Courier
from benchmarks.city.table import Row, Summary, number, percent, spread, summarise

LINE_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Moment:
    """How the city stands at one instant."""

    business: datetime
    on_shift: int
    busy: int
    fixes_per_s: float
    summary: Summary


class Progress:
    """Looks at the city once a second and shows what it sees until cancelled."""

    def __init__(
        self, title: str, city: City, couriers: Sequence[Courier], console: Console
    ) -> None:
        """Look at these couriers."""
        self._title = title
        self._city = city
        self._couriers = couriers
        self._console = console
        self._sent, self._at_s = 0, time.monotonic()

    async def run(self) -> None:
        """Show the city."""
        if self._console.is_terminal:
            with Live(console=self._console, auto_refresh=False, transient=True) as live:
                await self._renew(
                    2.0, lambda moment: live.update(_display(self._title, moment), refresh=True)
                )
        await self._renew(LINE_EVERY_S, self._print_line)

    async def _renew(self, every_s: float, show: Callable[[Moment], None]) -> None:
        due_s = time.monotonic()
        while True:
            self._count()
            if time.monotonic() >= due_s:
                show(self._moment())
                due_s += every_s
            await asyncio.sleep(1.0)

    def _print_line(self, moment: Moment) -> None:
        self._console.print(_line(moment), soft_wrap=True, highlight=False)

    def _count(self) -> None:
        """Note how many couriers are busy: the share over the whole run comes from these."""
        tally = self._city.tally
        tally.looks_on_shift += sum(courier.is_on_shift for courier in self._couriers)
        tally.looks_busy += sum(courier.is_busy for courier in self._couriers)

    def _moment(self) -> Moment:
        tally = self._city.tally
        now_s, sent = time.monotonic(), tally.fixes.sent
        rate = max(0.0, (sent - self._sent) / max(0.001, now_s - self._at_s))
        self._sent, self._at_s = sent, now_s
        return Moment(
            business=datetime.fromtimestamp(self._city.clock.now_ms() / 1000, UTC),
            on_shift=sum(courier.is_on_shift for courier in self._couriers),
            busy=sum(courier.is_busy for courier in self._couriers),
            fixes_per_s=rate,
            summary=summarise(self._city.book, tally),
        )


def _rows(moment: Moment) -> list[Row]:
    s = moment.summary
    return [
        ("business time", f"{moment.business:%Y-%m-%d %H:%M:%S}"),
        ("couriers on shift / busy", f"{moment.on_shift} / {moment.busy}"),
        ("orders placed / delivered / open", f"{s.placed} / {s.delivered} / {s.open}"),
        ("delivered for others", str(s.delivered_for_others)),
        ("click-to-door, min (mean, p50, p90)", spread(s.click_to_door)),
        ("late", percent(s.late_share)),
        ("offers per acceptance", number(s.offers_per_acceptance, 2)),
        ("fixes per second", f"{moment.fixes_per_s:.0f}"),
        ("fixes accepted / durable", f"{s.fixes_accepted} / {s.fixes_durable}"),
        ("API p50 / p99, ms", f"{number(s.api_p50_ms, 1)} / {number(s.api_p99_ms, 1)}"),
        ("alarms", str(sum(s.alarms.values()))),
    ]


def _display(title: str, moment: Moment) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in _rows(moment):
        table.add_row(name, value)
    return table


def _line(moment: Moment) -> str:
    s = moment.summary
    others = f" (+{s.delivered_for_others} for others)" if s.delivered_for_others else ""
    return (
        f"{moment.business:%m-%d %H:%M} couriers {moment.on_shift} busy {moment.busy}"
        f" | orders {s.placed} delivered {s.delivered}{others} open {s.open}"
        f" | door {number(s.click_to_door.mean, 1)} min late {percent(s.late_share)}"
        f" | fixes {s.fixes_sent} durable {s.fixes_durable}"
        f" | API p99 {number(s.api_p99_ms, 0)} ms"
        f" | alarms {sum(s.alarms.values())}"
    )
