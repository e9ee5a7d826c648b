"""Reading published meal-delivery days, and what no policy can change about them."""

import zipfile
from pathlib import Path

import pytest

from benchmarks.city.errors import CityError
from benchmarks.city.mdrp import Instance, Meal, Rider, feasible, floor_min, read_instance

ORDERS = "order\tx\ty\tplacement_time\trestaurant\tready_time\n"
COURIERS = "courier\tx\ty\ton_time\toff_time\n"
RESTAURANTS = "restaurant\tx\ty\nr1\t0\t0\nr2\t3200\t0\n"
PARAMETERS = "speed\tpickup\tdropoff\ttarget\tmaximum\tpay\tguarantee\n320\t4\t4\t40\t90\t10\t15\n"


def archive(folder: Path, **parts: str) -> Path:
    texts = {
        "orders": ORDERS + "o1\t640\t0\t10\tr1\t20\n",
        "couriers": COURIERS + "c1\t0\t320\t0\t60\n",
        "restaurants": RESTAURANTS,
        "instance_parameters": PARAMETERS,
    } | parts
    path = folder / "days.zip"
    with zipfile.ZipFile(path, "w") as file:
        for part, text in texts.items():
            file.writestr(f"mdrp/day1/{part}.txt", text)
    return path


def day(meals: tuple[Meal, ...], riders: tuple[Rider, ...]) -> Instance:
    return Instance("day", meals, riders, {"r1": (0.0, 0.0)}, 320.0, 4.0, 4.0, 40.0, 10.0, 15.0)


def test_an_instance_is_read_with_its_parameters(tmp_path: Path) -> None:
    found = read_instance(archive(tmp_path), "day1")
    assert found.meals == (Meal("o1", (640.0, 0.0), "r1", 10, 20),)
    assert found.riders == (Rider("c1", (0.0, 320.0), 0, 60),)
    assert found.restaurants["r2"] == (3200.0, 0.0)
    assert (found.metres_per_min, found.late_min, found.pay, found.guarantee) == (320, 40, 10, 15)
    assert found.first_min == 0


def test_travel_is_rounded_up_to_whole_minutes() -> None:
    instance = day((), ())
    assert instance.travel_min((0, 0), (320, 0)) == 1
    assert instance.travel_min((0, 0), (321, 0)) == 2


def test_an_unknown_instance_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(CityError, match="has no instance day2; did you mean day1"):
        read_instance(archive(tmp_path), "day2")


def test_a_missing_archive_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CityError, match="cannot be read as a zip file of instances"):
        read_instance(tmp_path / "none.zip", "day1")


@pytest.mark.parametrize(
    "parts",
    [
        {"orders": ORDERS + "o1\tx\t0\t10\tr1\t20\n"},
        {"orders": ORDERS + "o1\t1\n"},
        {"orders": ORDERS},
        {"orders": ORDERS + "o1\t1\t1\t10\tr9\t20\n"},
    ],
)
def test_a_damaged_instance_is_one_sentence(tmp_path: Path, parts: dict[str, str]) -> None:
    with pytest.raises(CityError, match=r"Instance day1 in .* is damaged"):
        read_instance(archive(tmp_path, **parts), "day1")


def test_an_order_is_feasible_when_somebody_can_pick_it_up_on_the_last_minute() -> None:
    meal = Meal("o1", (640.0, 0.0), "r1", 10, 12)
    # sent at 10, there at 11, ready to take over at 13: off duty then is just in time
    assert feasible(day((meal,), (Rider("c", (320.0, 0.0), 0, 13),))) == {"o1"}
    assert feasible(day((meal,), (Rider("c", (320.0, 0.0), 0, 12),))) == set()


def test_a_courier_who_is_off_duty_before_the_order_is_placed_makes_nothing_feasible() -> None:
    meal = Meal("o1", (640.0, 0.0), "r1", 30, 30)
    assert feasible(day((meal,), (Rider("c", (0.0, 0.0), 0, 30),))) == set()


def test_a_meal_that_is_ready_after_everybody_left_is_not_feasible() -> None:
    meal = Meal("o1", (640.0, 0.0), "r1", 10, 61)
    assert feasible(day((meal,), (Rider("c", (0.0, 0.0), 0, 60),))) == set()


def test_the_floor_is_preparation_both_services_and_the_ride() -> None:
    meal = Meal("o1", (640.0, 0.0), "r1", 10, 20)
    assert floor_min(day((meal,), ()), meal) == 10 + 2 + 2 + 2
