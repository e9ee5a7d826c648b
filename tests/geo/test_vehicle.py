"""The names of vehicles."""

from geo.vehicle import Vehicle


def test_vehicles_are_named_as_in_the_api() -> None:
    assert [vehicle.value for vehicle in Vehicle] == ["motorcycle", "car", "bicycle", "on_foot"]
    assert Vehicle("on_foot") is Vehicle.ON_FOOT
