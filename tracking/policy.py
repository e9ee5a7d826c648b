"""TrackingPolicy: rates, limits and time-outs of live tracking, each with its unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrackingPolicy:
    """What the realtime program goes by; network times are real time."""

    tick_ms: int = 250
    """Pause between two rounds of writing to Redis and sending map frames."""

    busy_interval_ms: int = 1000
    """Pause between fixes asked of a courier who carries something."""

    idle_interval_ms: int = 3000
    """Pause between fixes asked of a courier who waits for work."""

    stale_s: float = 30.0
    """Silence after which a position counts as stale."""

    ack_every_s: float = 2.0
    ack_every_fixes: int = 64

    durable_poll_s: float = 1.0
    """Pause between two looks at what the trail writer has committed."""

    customer_gap_s: float = 1.0
    """Shortest pause between two positions sent to the followers of an order."""

    connect_s: float = 5.0
    """Time to complete the Socket.IO handshake after the transport was accepted."""

    max_sockets: int = 100_000
    max_sockets_of_one: int = 50
    """Sockets of one session or tracking link: a family may follow, a flood may not."""

    reconnect_ticket_s: int = 600
    ticket_s: int = 30

    max_fixes: int = 200
    """Fixes in one event."""

    max_cells: int = 200
    """Cells of one viewport."""

    max_mistakes: int = 5
    """Bad frames after which a socket is closed."""

    mistakes_per_s: float = 0.1
    mistakes_burst: int = 20
    """Bad frames of one peer on all its sockets: beyond these each one ends its socket."""

    phone_fixes_per_s: int = 50
    phone_burst_fixes: int = 1200
    """What is read of one phone: so much at once, then at this rate; the rest waits its turn."""

    hello_fixes: int = 10
    """A `hello` costs a phone as much as so many fixes."""

    overload_factor: int = 3
    """How many times longer the pause asked of phones is while they, or we, cannot keep up."""

    slow_s: float = 30.0
    """Time after which a socket that is behind with reading all the while is closed."""

    max_frame_bytes: int = 32_768
    max_pending_fixes: int = 200_000
    """Fixes kept in memory while Redis is out of reach; beyond it phones keep theirs."""

    trail_stream_entries: int = 100_000
    """Entries of the trail stream at most, should the writer be away for long."""
