"""Reasons: every code has a place and a text, and codes on disk never move."""

from dispatch.reasons import BARRING, EXCLUDING, WHY_NOT_TEXT, Unserved, WhyNot


def test_every_reason_has_a_text() -> None:
    assert set(WHY_NOT_TEXT) == set(WhyNot) - {WhyNot.NOTHING}


def test_the_shell_gives_excluding_and_barring_codes_only() -> None:
    assert {code for code in WhyNot if 1 <= code < 40} == EXCLUDING | BARRING


def test_codes_keep_their_numbers() -> None:
    assert (WhyNot.SILENT, WhyNot.BARRED_REFUSED, WhyNot.TOO_FAR) == (1, 20, 40)
    assert (Unserved.NOT_YET, Unserved.EXCLUDED) == (1, 10)
