"""Small days of the meal game, made up."""

import zipfile
from pathlib import Path

from benchmarks.city.mdrp import Instance, Meal, Rider


def day(meals: tuple[Meal, ...], riders: tuple[Rider, ...]) -> Instance:
    """Return a day with two restaurants, 100 metres a minute, four minutes per stop."""
    kitchens = {"r1": (0.0, 0.0), "r2": (3000.0, 0.0)}
    return Instance("made-up", meals, riders, kitchens, 100.0, 4, 4, 40, 10, 15)


def busy_day(orders: int = 30, couriers: int = 5) -> Instance:
    """Return a day on which orders come every other minute from two restaurants."""
    meals = tuple(
        Meal(f"o{at}", (at % 7 * 200.0, at % 5 * 150.0), f"r{1 + at % 2}", 2 * at, 2 * at + 12)
        for at in range(orders)
    )
    riders = tuple(Rider(f"c{at}", (at * 300.0, 0.0), 0, 240) for at in range(couriers))
    return day(meals, riders)


def write_zip(path: Path, instance: Instance) -> Path:
    """Write a day in the published form."""
    rows = {
        "orders": ["order\tx\ty\tplacement_time\trestaurant\tready_time"]
        + [
            f"{m.id}\t{m.door[0]}\t{m.door[1]}\t{m.placed_min}\t{m.restaurant}\t{m.ready_min}"
            for m in instance.meals
        ],
        "couriers": ["courier\tx\ty\ton_time\toff_time"]
        + [f"{r.id}\t{r.start[0]}\t{r.start[1]}\t{r.on_min}\t{r.off_min}" for r in instance.riders],
        "restaurants": ["restaurant\tx\ty"]
        + [f"{name}\t{x}\t{y}" for name, (x, y) in instance.restaurants.items()],
        "instance_parameters": ["speed", "100\t4\t4\t40\t90\t10\t15"],
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, lines in rows.items():
            file.writestr(f"mdrp/{instance.name}/{name}.txt", "\n".join(lines) + "\n")
    return path
