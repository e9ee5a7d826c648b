"""Loads: compared dimension by dimension."""

from dispatch.model import Load


def test_a_load_fits_only_if_every_dimension_does() -> None:
    box = Load(2, 500, 900)
    assert Load(2, 500, 900).within(box)
    assert not Load(3, 0, 0).within(box)
    assert not Load(0, 501, 0).within(box)
    assert not Load(0, 0, 901).within(box)


def test_taking_out_undoes_putting_in() -> None:
    load, more = Load(1, 20, 300), Load(4, 5, 6)
    assert load.plus(more) == Load(5, 25, 306)
    assert load.plus(more).minus(more) == load
