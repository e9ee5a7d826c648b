"""The order book: what became of each order that the city placed, by the robots' own word."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.city.views import DeliverySeen, OrderSeen, TrackingSeen


@dataclass(slots=True)
class OrderRecord:
    """One order; instants are Unix ms on the business clock, None while not known."""

    id: str
    placed_ms: int
    ready_ms: int
    promised_until_ms: int
    marked_ready_ms: int | None = None
    picked_up_ms: int | None = None
    delivered_ms: int | None = None
    is_cancelled: bool = False
    couriers: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither delivered nor cancelled."""
        return self.delivered_ms is None and not self.is_cancelled

    @property
    def was_ready_ms(self) -> int:
        """Return when it could be picked up: when the shop said so, else when it was to be."""
        return self.ready_ms if self.marked_ready_ms is None else self.marked_ready_ms


class OrderBook:
    """Every order placed in this run; those of others are only counted when delivered."""

    def __init__(self) -> None:
        """Begin with an empty book."""
        self._records: dict[str, OrderRecord] = {}
        self.others_delivered: set[str] = set()

    def __iter__(self) -> Iterator[OrderRecord]:
        """Yield the records in the sequence in which they were placed."""
        return iter(self._records.values())

    def __len__(self) -> int:
        """Return how many orders were placed."""
        return len(self._records)

    def get(self, order_id: str) -> OrderRecord | None:
        """Return an order of this run."""
        return self._records.get(order_id)

    def open(self) -> list[OrderRecord]:
        """Return the orders that are not finished, oldest first."""
        return [record for record in self if record.is_open]

    def placed(self, order: OrderSeen) -> None:
        """Enter a new order."""
        self._records.setdefault(
            order.id,
            OrderRecord(order.id, order.placed_ms, order.ready_ms, order.promised_until_ms),
        )

    def marked_ready(self, order_id: str, at_ms: int) -> None:
        """Note that the shop has an order ready."""
        record = self._records.get(order_id)
        if record is not None and record.marked_ready_ms is None:
            record.marked_ready_ms = at_ms

    def carried(self, delivery: DeliverySeen, courier: str) -> bool:
        """Note what a courier did; tell whether nobody else has done so for the same order."""
        record = self._records.get(delivery.order_id)
        if record is None:
            if delivery.delivered_ms is not None:
                self.others_delivered.add(delivery.order_id)
            return True
        record.picked_up_ms = delivery.picked_up_ms or record.picked_up_ms
        record.delivered_ms = delivery.delivered_ms or record.delivered_ms
        record.couriers.add(courier)
        return len(record.couriers) == 1

    def cancelled(self, order_id: str) -> None:
        """Note that an order was cancelled."""
        record = self._records.get(order_id)
        if record is not None:
            record.is_cancelled = True

    def looked_up(self, seen: TrackingSeen) -> None:
        """Take up how the installation says an order stands."""
        record = self._records.get(seen.order_id)
        if record is None:
            return
        record.is_cancelled = record.is_cancelled or seen.order_status == "cancelled"
        record.picked_up_ms = record.picked_up_ms or seen.picked_up_ms
        record.delivered_ms = record.delivered_ms or seen.delivered_ms
