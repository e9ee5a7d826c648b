"""The solving process: it answers, and is replaced when it dies."""

import json

import pytest

from api.optimize.errors import CannotOptimize
from api.optimize.solving import Allowed
from api.optimize.worker import Worker, work
from benchmarks.optimize.bodies import Town
from geo.travel import DetourModel

ALLOWED = Allowed(tasks=100, vehicles=10, seconds=60.0)
RAW = json.dumps(Town(1, tasks=5).body()).encode()


def test_a_refusal_is_an_answer_too() -> None:
    status, answer = work(b"[]", DetourModel(), ALLOWED)
    assert (status, json.loads(answer)["code"]) == (400, 2)


async def test_a_process_that_died_is_told_and_replaced() -> None:
    worker = Worker(DetourModel(), ALLOWED)
    try:
        assert (await worker.solve(RAW))[0] == 200
        process = worker._process
        pipe = worker.start()
        process.kill()
        process.join()
        assert worker.start() is not pipe
        worker._process.kill()
        worker._process.is_alive = lambda: True  # it dies between the look and the problem
        with pytest.raises(CannotOptimize) as failure:
            await worker.solve(RAW)
        assert (failure.value.status, failure.value.code) == (500, 1)
        assert (await worker.solve(RAW))[0] == 200
    finally:
        worker.stop()
