"""What a courier travels with."""

from enum import StrEnum


class Vehicle(StrEnum):
    """Vehicle types, named as in the API and the database."""

    MOTORCYCLE = "motorcycle"
    CAR = "car"
    BICYCLE = "bicycle"
    ON_FOOT = "on_foot"
