"""Every Redis key and its shape. Redis holds only what can be rebuilt.

The braces are a hash tag: all keys of a region lie on one node of a Redis Cluster.
"""

REGION = "main"

GEO = f"geo:{{{REGION}}}"
"""Geo set: courier id (16 bytes) at the last position; the source for cold queries."""

LAST = f"last:{{{REGION}}}"
"""Hash: courier id -> packed last position (`positions.py`)."""

HEARD = f"heard:{{{REGION}}}"
"""Hash: courier id -> real ms when the phone was last heard, believed or not (`positions.py`)."""

PLANS = f"plan:{{{REGION}}}"
"""Hash: courier id -> JSON of what the courier is doing (`plans.py`); absent when off shift."""

ACCEPTED = f"acc:{{{REGION}}}"
"""Hash: courier id -> packed (epoch, seq) up to which fixes are in the trail stream."""

DURABLE = f"dur:{{{REGION}}}"
"""Hash: courier id -> packed (epoch, seq) up to which fixes are committed in PostgreSQL."""

TRAIL = f"trail:{{{REGION}}}"
"""Stream: one entry per gateway tick, all its fixes packed in one field (`trail.py`)."""

NEWS = f"news:{{{REGION}}}"
"""Stream: low-rate events and control messages for the gateways (`news.py`)."""


REPORTED = f"reported:{{{REGION}}}"
"""Stream: positions of phones that report over HTTP, for a minute (`reported.py`)."""

FACTS = f"facts:{{{REGION}}}"
"""Stream: stops reached, zones entered and left, packed (`facts.py`)."""

FACTS_DONE = f"facts-done:{{{REGION}}}"
"""Up to which entry of the facts `jobs` has done everything."""

ZONES = f"zones:{{{REGION}}}"
"""Hash: zone id -> outline as WKB (`zones.py`)."""

COMPLETE = f"plans:{{{REGION}}}"
"""Set once the plans hold every courier on shift (`plans.py`); gone with a wiped Redis."""

VOUCHED = f"vouched:{{{REGION}}}"
"""There while `jobs` keeps the plans true; lapses soon after `jobs` has died (`plans.py`)."""


def ended(subject: str) -> str:
    """Return the key that says: this session or link has ended (`tickets.py`)."""
    return f"ended:{subject}"


def ticket(token_hash: str) -> str:
    """Return the key of a single-use ticket: JSON of its grant (`tickets.py`)."""
    return f"ticket:{token_hash}"
