"""Writes a played day as the files that the instances' authors' evaluator reads."""

from pathlib import Path

from benchmarks.meals.game import Game


def dump(game: Game, folder: Path) -> None:
    """Write assignments, orders and couriers' moves of a day into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    assigned, brought, moves = [], [], []
    day = game.day
    by_rider: dict[int, list[str]] = {row: [] for row in range(len(day.riders))}
    last: dict[int, str] = {}
    for trip in game.trips:
        rider, names = day.riders[trip.courier].id, [day.meals[meal].id for meal in trip.meals]
        assigned.append(f"{trip.assigned_min} {trip.pickup_min} {rider} {' '.join(names)}")
        kitchen = day.meals[trip.meals[0]].restaurant
        mine = by_rider[trip.courier]
        mine.append(f"{rider} {trip.assigned_min} {last.get(trip.courier, '0')} {kitchen}")
        leave, at = trip.pickup_min + game.before, kitchen
        for meal, drop in zip(trip.meals, trip.drops, strict=True):
            told = day.meals[meal]
            mine.append(f"{rider} {leave} {at} {told.id}")
            brought.append(
                f"{told.id} {told.placed_min} {told.ready_min} {trip.pickup_min} {drop} {rider}"
            )
            leave, at = drop + game.at_door, told.id
        last[trip.courier] = at
    for lines in by_rider.values():
        moves.extend([*lines, ""] if lines else [])
    _write(folder / "solution_info_assignments.txt",
           "assignment_time pickup_time courier order", assigned)  # fmt: skip
    _write(folder / "solution_info_orders.txt",
           "order placement_time ready_time pickup_time dropoff_time courier", brought)  # fmt: skip
    _write(folder / "solution_info_couriers.txt",
           "courier departure_time origin destination", moves)  # fmt: skip


def _write(path: Path, header: str, lines: list[str]) -> None:
    path.write_text("\n".join([header, *lines]) + "\n")
