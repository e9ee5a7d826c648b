"""The IIN: exactly twelve digits, a real date, a check digit; nothing else passes."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.profiles.iin import BadIin, born, check_digit


def numbered(day: date, serial: int, sex: int) -> str | None:
    """Return an IIN for somebody born on `day`, worked out slowly; None where there is none."""
    century = {18: 1, 19: 3, 20: 5}[day.year // 100] + sex
    eleven = f"{day:%y%m%d}{century}{serial:04d}"
    first = sum((place + 1) * int(eleven[place]) for place in range(11)) % 11
    if first != 10:
        return eleven + str(first)
    weights = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]
    second = sum(weights[place] * int(eleven[place]) for place in range(11)) % 11
    return None if second == 10 else eleven + str(second)


PEOPLE = st.builds(
    numbered,
    st.dates(date(1800, 1, 1), date(2099, 12, 31)),
    st.integers(0, 9999),
    st.integers(0, 1),
)


@given(st.dates(date(1800, 1, 1), date(2099, 12, 31)), st.integers(0, 9999), st.integers(0, 1))
def test_a_good_number_tells_the_birth_date(day: date, serial: int, sex: int) -> None:
    iin = numbered(day, serial, sex)
    assume(iin is not None)
    assert iin is not None
    assert born(iin) == day


@given(PEOPLE, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(iin: str | None, place: int, by: int) -> None:
    assume(iin is not None)
    assert iin is not None
    # A second round of weights begins where the first gives 10: then two numbers may fit one digit.
    wrong = iin[:place] + str((int(iin[place]) + by) % 10) + iin[place + 1 :]
    if check_digit(wrong[:11]) != int(wrong[11]):
        with pytest.raises(BadIin):
            born(wrong)
    else:
        assert place != 11


@pytest.mark.parametrize(
    "text",
    [
        "",
        "99010130000",
        "9901013000011",
        "990101300001\n",
        " 90101300001",
        "99010130000x",
        "٩٩٠١٠١٣٠٠٠٠١",
        "-99010130000",
    ],
)
def test_anything_but_twelve_digits_is_no_number(text: str) -> None:
    with pytest.raises(BadIin, match="twelve digits"):
        born(text)


@pytest.mark.parametrize("eleven", ["99010170000", "99010100000", "99133030000", "99023030000"])
def test_century_and_date_must_be_real(eleven: str) -> None:
    digit = check_digit(eleven)
    if digit == 10:
        pytest.fail("choose another example")
    with pytest.raises(BadIin, match=r"seventh|birth date"):
        born(f"{eleven}{digit}")
