"""Field errors: the path as the client wrote it, a plain sentence, the nearest known name."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import AfterValidator, ValidationError, model_validator

from api.kit.field_errors import field_errors
from api.kit.schema import Draft, Nothing, wrong


class Inner(Draft):
    """A part of the body."""

    time_zone: str
    weight_grams: int = 0


class Mood(StrEnum):
    """A word of the tests."""

    GOOD = "good"
    SO_SO = "so so"


def _odd(number: int) -> int:
    if number % 2 == 0:
        message = "must be odd"
        raise ValueError(message)
    return number


class Choosy(Draft):
    """A body whose values are chosen from a few."""

    any_mood: Mood | None = None
    this_mood: Literal[Mood.GOOD, Mood.SO_SO] = Mood.GOOD
    number: Annotated[int, AfterValidator(_odd)] = 1

    @model_validator(mode="after")
    def _seven_is_too_much(self) -> Self:
        if self.number == 7:
            raise wrong("number", "too_much", "seven is too much")
        return self


class Choice(Draft):
    """Another part."""

    kind: Literal["a", "b"] = "a"


class Outer(Draft):
    """A body."""

    pickup_place: Inner | None = None
    parts: tuple[Inner, ...] = ()
    either: Inner | Choice | None = None


def findings(values: Any, model: type[Draft] = Outer) -> dict[str, tuple[str, str]]:
    """Return code and message of every wrong field."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    return {one.field: (one.code, one.message) for one in field_errors(model, caught.value)}


@pytest.mark.parametrize(
    ("values", "field", "hint"),
    [
        ({"pickupPlac": None}, "pickupPlac", "did you mean 'pickupPlace'?"),
        ({"pickup_place": None}, "pickup_place", "did you mean 'pickupPlace'?"),
        (
            {"pickupPlace": {"timeZone": "x", "weight": 1}},
            "pickupPlace.weight",
            "did you mean 'weightGrams'?",
        ),
        ({"parts": [{"timeZone": "x", "timezone": 1}]}, "parts.0.timezone", "'timeZone'?"),
        ({"qqq": 1}, "qqq", "known here: either, parts, pickupPlace"),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_known_one(
    values: dict[str, Any], field: str, hint: str
) -> None:
    code, message = findings(values)[field]
    assert code == "unknown_field"
    assert hint in message


def test_where_nothing_is_taken_the_sentence_says_so() -> None:
    assert findings({"x": 1}, Nothing) == {
        "x": ("unknown_field", "unknown field; no fields are taken here")
    }


def test_every_wrong_field_is_told_at_once() -> None:
    found = findings({"parts": [{}, {"timeZone": 7}], "extra": 1})
    assert {field: code for field, (code, _message) in found.items()} == {
        "parts.0.timeZone": "required",
        "parts.1.timeZone": "string_type",
        "extra": "unknown_field",
    }


def test_the_sentences_are_not_pythons() -> None:
    assert findings({"anyMood": "bad", "thisMood": "bad", "number": 2}, Choosy) == {
        "anyMood": ("enum", "Input should be 'good' or 'so so'"),
        "thisMood": ("literal_error", "Input should be 'good' or 'so so'"),
        "number": ("value_error", "must be odd"),
    }


def test_a_rule_of_the_whole_names_the_field_that_it_is_about() -> None:
    assert findings({"number": 7}, Choosy) == {"number": ("too_much", "seven is too much")}


def test_a_body_that_is_no_object_is_a_fault_of_the_body() -> None:
    assert set(findings("text")) == {"body"}


class _Pair(Draft):
    left: int | None = None
    right: int | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if self.right is None:
            raise wrong("right", "required", "send left and right, or neither")
        return self


def test_the_sentence_of_a_rule_is_what_is_said() -> None:
    """Only of a field that is always needed it is said that it is required."""
    with pytest.raises(ValidationError) as caught:
        _Pair.model_validate({"left": 1})
    (found,) = field_errors(_Pair, caught.value)
    assert (found.field, found.code) == ("right", "required")
    assert found.message == "send left and right, or neither"


def test_a_value_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    found = findings({"anyMood": "godo", "thisMood": "goood", "number": 1}, Choosy)
    sentence = "Input should be 'good' or 'so so'; did you mean 'good'?"
    assert [message for _code, message in found.values()] == [sentence] * 2
