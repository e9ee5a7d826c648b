"""All kernels made ready: `python -m dispatch.warm` compiles them and keeps the result on disk."""

from dispatch.fleet_warm import warm_mixed
from dispatch.kernel.warm import warm
from dispatch.tick.warm import warm as warm_tick


def warm_all() -> int:
    """Run every kernel once; return how much was done (always the same)."""
    return warm() + warm_mixed() + warm_tick()


if __name__ == "__main__":
    warm_all()
