"""The runner of fences: three ways that must tell the same."""

from benchmarks.tracking import fences


def test_all_ways_tell_the_same_events() -> None:
    """Entered, dwelt, left; on a small town."""
    found = fences.measure(areas=40, fixes=6000, per_tick=100)
    assert [one.server for one in found] == ["ours", "tree", "each"]
    assert [one.mismatches for one in found] == [0, 0, 0]
    assert found[0].events > 50
