"""What the door of route optimisation answers when it cannot: VROOM's codes, one sentence."""

from difflib import get_close_matches

from pydantic import ValidationError

from api.kit.errors import ApiError
from api.optimize.schema import part_at

INTERNAL, INPUT, ROUTING, TOO_LARGE = 1, 2, 3, 4
"""VROOM's codes; the last one is vroom-express' own."""


class CannotOptimize(Exception):
    """Why a problem is not solved: HTTP status, VROOM's code and one sentence."""

    def __init__(self, message: str, *, status: int = 400, code: int = INPUT) -> None:
        super().__init__(message)
        self.message, self.status, self.code = message, status, code


def explained(error: ValidationError) -> CannotOptimize:
    """Return the first thing that is wrong with a body, and what to do about it."""
    first = error.errors()[0]
    place = tuple(first["loc"])
    where = ".".join(map(str, place)) or "the body"
    if first["type"] == "extra_forbidden":
        known = list(part_at(place[:-1]).model_fields)
        near = get_close_matches(str(place[-1]), known, 1, 0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
        return CannotOptimize(f"There is no key '{place[-1]}' at {where}; {hint}")
    if first["type"] == "missing":
        return CannotOptimize(f"{where} is missing: add it")
    return CannotOptimize(f"{where}: {first['msg'][0].lower()}{first['msg'][1:]}")


def of_api(error: ApiError) -> CannotOptimize:
    """Return an error of the rest of the API in this door's words."""
    code = TOO_LARGE if error.status == 413 else INPUT if error.status < 500 else INTERNAL
    return CannotOptimize(error.message, status=error.status, code=code)
