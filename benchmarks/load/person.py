"""Somebody under Locust: calls the API, holds one Socket.IO connection, notes how long it took."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

import socketio
from locust import FastHttpUser
from locust.contrib.socketio import SocketIOUser

PATIENCE_S = 10.0
NO_CODES: frozenset[str] = frozenset()

_quiet = logging.getLogger("load.socketio")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


class Oops(Exception):
    """What the installation said, or failed to say, in answer to something right."""


class Person(SocketIOUser, FastHttpUser):
    """A signed-in person; Locust makes as many as `tokens` has at first."""

    abstract = True
    options = {  # noqa: RUF012  # as Locust declares it
        "reconnection": False,
        "handle_sigint": False,
        "logger": _quiet,
        "engineio_logger": _quiet,
    }
    network_timeout = connection_timeout = PATIENCE_S
    tokens: ClassVar[deque[str]]
    sio: Any

    def on_start(self) -> None:
        """Become one of those who have an account."""
        self._token = self.tokens.popleft()
        self._is_ready = threading.Event()  # Locust has made it gevent's
        self._began_s = self._began_ms = 0.0
        self.clock_speed = 1.0
        # Locust notes every event sent with 0 ms; only those that are answered say anything.
        self.sio.emit = partial(socketio.Client.emit, self.sio)
        for event, hear in {
            "*": lambda event, *_told: self.note(f"got {event}", None),
            "ready": self._heard_ready,
            "oops": lambda told: self.note("oops", None, Oops(f"{told['code']} {told['message']}")),
            "bye": lambda told: self.note("bye", None, Oops(str(told["reason"]))),
        }.items():
            self.sio.on(event, hear)

    def on_stop(self) -> None:
        """Leave."""
        self.sio.disconnect()

    def hear(self, event: str, hear: Callable[..., None]) -> None:
        """Call `hear` with what comes with each `event`, which is counted as well."""

        def heard(*told: Any) -> None:
            self.note(f"got {event}", None)
            hear(*told)

        self.sio.on(event, heard)

    def note(self, kind: str, took_ms: float | None, problem: Exception | None = None) -> None:
        """Count something that is no HTTP request."""
        self.environment.events.request.fire(
            request_type="",
            name=kind,
            response_time=took_ms,
            response_length=0,
            exception=problem,
            context={},
        )

    def call(
        self,
        kind: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        expected: frozenset[str] = NO_CODES,
    ) -> Any:
        """Call the API; return the data of a success, None for an error.

        An error with one of the `expected` codes is no failure: others were faster.
        """
        headers = {"Authorization": f"Bearer {self._token}"}
        if method == "POST":
            headers["Idempotency-Key"] = uuid4().hex
        with self.client.request(
            method, path, name=kind, json=body, headers=headers, catch_response=True
        ) as response:
            told = response.json() if response.content else None
            if response.ok:
                return told["data"] if told else {}
            code = told.get("code", "") if isinstance(told, dict) else ""
            if code in expected:
                response.success()
            else:
                response.failure(f"{response.status_code} {code}")
            return None

    def connect(self, ticket_path: str) -> bool:
        """Connect with a new ticket; tell whether the server said that it is ready."""
        ticket = self.call("ticket", "POST", ticket_path, {})
        if ticket is None:
            return False
        self._is_ready.clear()
        address = f"{ticket['url']}?ticket={ticket['ticket']}"
        self.sio.connect(address, transports=["websocket"], wait_timeout=PATIENCE_S)
        if not self.sio.connected:
            return False  # Locust has counted the failure
        if not self._is_ready.wait(PATIENCE_S):
            self.note("ready", None, Oops(f"not heard within {PATIENCE_S:g} s"))
            self.sio.disconnect()
            return False
        return True

    def ask(self, event: str, payload: Mapping[str, Any]) -> Any:
        """Send an event and return its acknowledgement; None when there is none."""
        return self.sio.call(event, payload, timeout=PATIENCE_S)

    def emit(self, event: str, *arguments: Any) -> None:
        """Send an event that is not acknowledged."""
        self.sio.emit(event, arguments)

    @property
    def ready_ms(self) -> float:
        """Return the business time at which the connection was ready, Unix milliseconds."""
        return self._began_ms

    def now_ms(self) -> int:
        """Return what the business clock shows, reckoned from what `ready` said."""
        passed_s = time.perf_counter() - self._began_s
        return round(self._began_ms + passed_s * 1000 * self.clock_speed)

    def _heard_ready(self, told: Mapping[str, Any]) -> None:
        self._began_s, self._began_ms = time.perf_counter(), float(told["nowMs"])
        self.clock_speed = float(told["clockSpeed"])
        self._is_ready.set()
