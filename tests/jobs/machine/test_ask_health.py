"""The health check of containers."""

import http.server
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from jobs.machine.ask_health import main


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers /health/ready with a status that a test sets."""

    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status if self.path == "/health/ready" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Yield the port of a program that answers."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_only_a_ready_program_is_healthy(
    port: int, monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    monkeypatch.setattr(Answering, "status", status)
    assert main([str(port)]) == code


def test_nobody_there_is_not_healthy(port: int) -> None:
    assert main([str(port + 1)]) in {0, 1}


@pytest.mark.parametrize("words", [[], ["eighty"], ["1", "2"]])
def test_it_wants_one_port(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Name the port" in capsys.readouterr().err
