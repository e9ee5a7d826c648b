"""What the door of route optimisation takes: VROOM's JSON (1.15) and vroom-express' options.

The keys are VROOM's own, so that its users need only change an address. Unlike there, a key that
nobody knows is refused.
"""

from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field

Whole = Annotated[int, Field(ge=0, lt=1 << 32)]
Id = Annotated[int, Field(ge=0, le=(1 << 64) - 1)]
Amount = list[Whole]
Window = Annotated[list[Whole], Field(min_length=2, max_length=2)]
Coordinates = Annotated[list[float], Field(min_length=2, max_length=3)]
"""Longitude, latitude in degrees."""

PER_HOUR = 3600


class Part(BaseModel):
    """A part of the body; keys that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Task(Part):
    """What jobs and the two halves of a shipment have in common. Times are seconds."""

    id: Id
    description: str = ""
    location: Coordinates | None = None
    location_index: Whole | None = None
    setup: Whole = 0
    service: Whole = 0
    setup_per_type: dict[str, Whole] = {}
    service_per_type: dict[str, Whole] = {}
    time_windows: list[Window] | None = None


class Job(Task):
    """A place to visit; `amount` is the old name of `delivery`."""

    delivery: Amount | None = None
    pickup: Amount | None = None
    amount: Amount | None = None
    skills: list[Whole] = []
    priority: Annotated[int, Field(ge=0, le=100)] = 0


class Shipment(Part):
    """Something to pick up in one place and deliver in another, by the same vehicle."""

    pickup: Task
    delivery: Task
    amount: Amount | None = None
    skills: list[Whole] = []
    priority: Annotated[int, Field(ge=0, le=100)] = 0


class Costs(Part):
    """What using a vehicle costs."""

    fixed: Whole = 0
    per_hour: Whole = PER_HOUR
    per_task_hour: Whole = 0
    per_km: Whole = 0


class Break(Part):
    """A break of a vehicle; `max_load` is the most on board for it."""

    id: Id
    time_windows: list[Window] | None = None
    service: Whole = 0
    description: str = ""
    max_load: Amount | None = None


class Step(Part):
    """A step of a given route; the `service_*` count in plan mode only."""

    type: str
    id: Id | None = None
    service_at: Whole | None = None
    service_after: Whole | None = None
    service_before: Whole | None = None


class Vehicle(Part):
    """A vehicle; `profile` names the matrices, `type` the service times."""

    id: Id
    profile: str = "car"
    description: str = ""
    start: Coordinates | None = None
    start_index: Whole | None = None
    end: Coordinates | None = None
    end_index: Whole | None = None
    capacity: Amount = []
    costs: Costs = Costs()
    skills: list[Whole] = []
    type: str = ""
    time_window: Window | None = None
    breaks: list[Break] = []
    speed_factor: Annotated[float, Field(gt=0.0, le=5.0)] = 1.0
    max_tasks: Whole | None = None
    max_travel_time: Whole | None = None
    max_distance: Whole | None = None
    steps: list[Step] | None = None


class Matrices(Part):
    """Square matrices of whole numbers, row = from: seconds, metres, costs."""

    durations: list[Any] | None = None
    distances: list[Any] | None = None
    costs: list[Any] | None = None


class Options(Part):
    """vroom-express' options.

    `g` adds geometry and distance, `c` keeps the given routes and reports violations, `x` is how
    thoroughly to search (0 to 5), `l` the limit in seconds. `t` (threads) changes nothing here.
    """

    g: bool | None = None
    c: bool | None = None
    t: Annotated[int, Field(ge=1, le=1024)] | None = None
    x: Annotated[int, Field(ge=0, le=5)] | None = None
    l: Annotated[float, Field(ge=0.0)] | None = None  # noqa: E741  # the name that callers send


class Body(Part):
    """The whole problem; `matrix` is the old name of the car's durations."""

    vehicles: list[Vehicle]
    jobs: list[Job] = []
    shipments: list[Shipment] = []
    matrices: dict[str, Matrices] | None = None
    matrix: list[Any] | None = None
    options: Options | None = None


def part_at(place: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the model of the part of a body that a path of keys and numbers leads to."""
    model: type[BaseModel] = Body
    for key in place:
        field = model.model_fields.get(str(key))
        model = _model_in(field.annotation) or model if field is not None else model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a type speaks of, however deep inside."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in get_args(annotation))
    return next((model for model in found if model is not None), None)
