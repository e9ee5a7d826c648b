"""Places under way: who hangs or fails keeps one, and never those of others."""

from hypothesis import given
from hypothesis import strategies as st

from api.kit.clock import real_now
from api.kit.ids import WebhookId, new_id
from api.webhooks.model import Due
from jobs.webhook_places import (
    LANE,
    PER_TROUBLED,
    PER_WEBHOOK,
    SLOW_S,
    Flight,
    places,
)

NOW_S = 1000.0


def due(*, failing: bool = False) -> Due:
    """Return a webhook that has something to send."""
    since = real_now() if failing else None
    return Due(WebhookId(new_id()), "https://shop.example", b"", None, None, since)


def test_one_that_works_gets_all_its_places() -> None:
    one = due()
    assert places([one], [], NOW_S) == {one.id: PER_WEBHOOK}


def test_one_that_fails_gets_one_place() -> None:
    one = due(failing=True)
    assert places([one], [], NOW_S) == {one.id: PER_TROUBLED}


def test_one_that_lets_us_wait_gets_no_more_places() -> None:
    one = due()
    flights = [Flight(one.id, NOW_S - SLOW_S - 1, was_failing=False)]
    assert places([one], flights, NOW_S) == {}


def test_any_number_of_failing_ones_leaves_the_places_of_the_others() -> None:
    many, one = [due(failing=True) for _ in range(3 * LANE)], due()
    dealt = places([*many, one], [], NOW_S)
    assert dealt[one.id] == PER_WEBHOOK
    assert sum(dealt.values()) == LANE + PER_WEBHOOK


def test_hanging_ones_that_filled_the_lane_leave_it_when_they_are_slow() -> None:
    hanging = [due() for _ in range(LANE // PER_WEBHOOK)]
    one = due()
    began = [Flight(h.id, NOW_S, was_failing=False) for h in hanging for _ in range(PER_WEBHOOK)]
    assert places([one], began, NOW_S) == {}
    assert places([one], began, NOW_S + SLOW_S + 0.1) == {one.id: PER_WEBHOOK}


@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.booleans(), max_size=6)), max_size=60),
)
def test_no_bound_is_ever_passed(drawn: list[tuple[bool, list[bool]]]) -> None:
    webhooks = [due(failing=failing) for failing, _ in drawn]
    flights = [
        Flight(webhook.id, NOW_S - (2 * SLOW_S if slow else 0), was_failing=False)
        for webhook, (_, waits) in zip(webhooks, drawn, strict=True)
        for slow in waits
    ]
    dealt = places(webhooks, flights, NOW_S)
    assert sum(dealt.values()) <= 2 * LANE
    for webhook in webhooks:
        under_way = sum(flight.webhook_id == webhook.id for flight in flights)
        assert dealt.get(webhook.id, 0) <= max(0, PER_WEBHOOK - under_way)
