"""Time zones as the locked `tzdata` has them: a machine's own tables may be years old."""

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo


@cache
def names() -> frozenset[str]:
    """Return the IANA name of every time zone."""
    return frozenset((resources.files("tzdata") / "zones").read_text().split())


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return the time zone with this IANA name; raise `LookupError` for one that nobody knows."""
    if name not in names():
        raise LookupError(name)
    *folders, last = name.split("/")
    with (resources.files(".".join(["tzdata", "zoneinfo", *folders])) / last).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)
