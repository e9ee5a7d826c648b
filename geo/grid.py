"""A planar bucket grid: the nearest of thousands of moving things, exactly."""

import math
from collections.abc import Iterator

_Bucket = tuple[int, int]


class Grid:
    """Integer ids at positions (x, y) in metres; moving one costs the same however many there are.

    Choose `bucket_m` so that a bucket holds a few ids: about the distance between neighbours, or
    twice that.
    """

    __slots__ = ("_bucket_m", "_bucket_of", "_buckets")

    def __init__(self, bucket_m: float = 500.0) -> None:
        """Start empty. Raises ValueError when `bucket_m` is not a positive number."""
        if not 0.0 < bucket_m < math.inf:
            raise ValueError(f"bucket_m must be a number of metres above 0, not {bucket_m}")
        self._bucket_m = bucket_m
        self._buckets: dict[_Bucket, dict[int, tuple[float, float]]] = {}
        self._bucket_of: dict[int, _Bucket] = {}

    def __len__(self) -> int:
        """Return how many ids there are."""
        return len(self._bucket_of)

    def __contains__(self, id_: int) -> bool:
        """Tell whether an id has a position."""
        return id_ in self._bucket_of

    def put(self, id_: int, x: float, y: float) -> None:
        """Place an id, or move it. Raises ValueError when the position is not finite."""
        bucket = self._bucket_at(x, y)
        old = self._bucket_of.get(id_)
        if old is not None and old != bucket:
            self._take(id_, old)
        self._buckets.setdefault(bucket, {})[id_] = (x, y)
        self._bucket_of[id_] = bucket

    def remove(self, id_: int) -> None:
        """Forget an id. Raises KeyError when it is not there."""
        self._take(id_, self._bucket_of.pop(id_))

    def nearest(self, x: float, y: float, k: int, within_m: float) -> list[tuple[float, int]]:
        """Return up to `k` pairs (distance in metres, id), nearest first, equals by id.

        Only ids at most `within_m` away count. Rings of buckets around (x, y) are searched until
        nothing outside them can be nearer than what was found. Raises ValueError when the
        position is not finite.
        """
        bucket_x, bucket_y = self._bucket_at(x, y)
        # From (x, y) to the nearest edge of its own bucket: the head start of each ring's bound.
        inner_x, inner_y = x - bucket_x * self._bucket_m, y - bucket_y * self._bucket_m
        edge_m = min(inner_x, inner_y, self._bucket_m - inner_x, self._bucket_m - inner_y)
        # Dividing and multiplying may disagree in the last bits about which bucket is whose.
        edge_m -= 1e-9 * (abs(x) + abs(y) + self._bucket_m)
        found: list[tuple[float, int]] = []
        seen = 0
        for step, ring in enumerate(self._rings((bucket_x, bucket_y))):
            for bucket in ring:
                seen += len(bucket)
                for id_, (other_x, other_y) in bucket.items():
                    away_m = math.hypot(other_x - x, other_y - y)
                    if away_m <= within_m:
                        found.append((away_m, id_))
            outside_m = edge_m + step * self._bucket_m
            if seen == len(self._bucket_of) or outside_m > within_m:
                break
            if len(found) >= k:
                found.sort()
                if k < 1 or found[k - 1][0] < outside_m:
                    break
        found.sort()
        return found[: max(0, k)]

    def _rings(self, middle: _Bucket) -> Iterator[list[dict[int, tuple[float, float]]]]:
        """Yield the occupied buckets of ring 0, 1, 2, ...; at last all that are left at once."""
        buckets = self._buckets
        middle_x, middle_y = middle
        step = 0
        # A ring has 8 * step buckets: once that passes the occupied ones, looking at those is less.
        while 8 * step <= len(buckets):
            yield [buckets[at] for at in _ring(middle_x, middle_y, step) if at in buckets]
            step += 1
        yield [
            bucket
            for (at_x, at_y), bucket in buckets.items()
            if max(abs(at_x - middle_x), abs(at_y - middle_y)) >= step
        ]

    def _bucket_at(self, x: float, y: float) -> _Bucket:
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"a position is two finite numbers of metres, not {x}, {y}")
        return math.floor(x / self._bucket_m), math.floor(y / self._bucket_m)

    def _take(self, id_: int, bucket: _Bucket) -> None:
        held = self._buckets[bucket]
        del held[id_]
        if not held:
            del self._buckets[bucket]


def _ring(x: int, y: int, step: int) -> Iterator[_Bucket]:
    if step == 0:
        yield x, y
        return
    for along in range(x - step, x + step + 1):
        yield along, y - step
        yield along, y + step
    for along in range(y - step + 1, y + step):
        yield x - step, along
        yield x + step, along
