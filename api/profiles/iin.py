"""The IIN, Kazakhstan's number of a person: twelve digits, a birth date, a check digit."""

from datetime import date

_FIRST = tuple(range(1, 12))
_SECOND = (*range(3, 12), 1, 2)
_CENTURY = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


class BadIin(ValueError):
    """Not an IIN; the message says why."""


def born(iin: str) -> date:
    """Return the birth date that `iin` holds; raise `BadIin` for anything that is not one.

    Digits 1-6 are YYMMDD, the seventh is century and sex (1-6), the twelfth the check digit:
    weights 1..11 modulo 11, or where that gives 10, weights 3..11, 1, 2; 10 again is no number.
    """
    if len(iin) != 12 or not (iin.isascii() and iin.isdigit()):
        message = "an IIN has exactly twelve digits"
        raise BadIin(message)
    if check_digit(iin[:11]) != int(iin[11]):
        message = "the check digit of this IIN does not fit: look for a typing error"
        raise BadIin(message)
    century = _CENTURY.get(iin[6])
    if century is None:
        message = "the seventh digit of an IIN is 1 to 6"
        raise BadIin(message)
    try:
        return date(century + int(iin[:2]), int(iin[2:4]), int(iin[4:6]))
    except ValueError as error:
        message = "an IIN begins with a birth date, YYMMDD"
        raise BadIin(message) from error


def check_digit(eleven: str) -> int:
    """Return the check digit of the first eleven digits, or 10 where there is none."""
    digits = [int(digit) for digit in eleven]
    for weights in (_FIRST, _SECOND):
        rest: int = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return 10
