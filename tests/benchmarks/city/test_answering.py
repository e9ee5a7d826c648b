"""How couriers decide about offers."""

from benchmarks.city.answering import Decision, Temper, decide

TEMPER = Temper(refuses=0.2, thinks_s=(3.0, 20.0))


def test_the_same_offer_number_gets_the_same_answer() -> None:
    first = [decide(1, "ann", number, TEMPER) for number in range(50)]
    again = [decide(1, "ann", number, TEMPER) for number in reversed(range(50))]
    assert first == again[::-1]


def test_couriers_decide_differently() -> None:
    assert decide(1, "ann", 1, TEMPER) != decide(1, "bob", 1, TEMPER)


def test_refusals_come_at_the_courier_s_rate() -> None:
    refused = sum(decide(1, "ann", number, TEMPER).refusal is not None for number in range(4000))
    assert 0.17 < refused / 4000 < 0.23


def test_thinking_takes_as_long_as_the_temper_says() -> None:
    times = [decide(2, "ann", number, TEMPER).after_s for number in range(500)]
    assert 3.0 <= min(times) < 4.0
    assert 19.0 < max(times) <= 20.0


def test_who_accepts_at_once_never_refuses_and_never_thinks() -> None:
    at_once = Temper(refuses=0.0, thinks_s=(0.0, 0.0))
    assert decide(1, "ann", 5, at_once) == Decision(0.0, None)
