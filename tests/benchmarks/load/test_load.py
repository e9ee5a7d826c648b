"""A load test from its command line to its last line, on real servers."""

import asyncio
import json
import socket
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from api.identity import service as identity
from api.kit.actor import Role
from tests.support.commands import run_command
from tests.support.people import SmsInbox
from tests.support.programs import Stack

ROOT = Path(__file__).resolve().parents[3]
EMAIL = "operator@hermod.example"
ALWAYS = (
    *("go online", "ticket", "connect", "hello", "fix to acknowledgement", "got a", "go offline"),
    *(
        "place an order",
        "make a tracking link",
        "look at a link",
        "list orders",
        "view",
        "got snap",
    ),
)


async def _link_file(stack: Stack, folder: Path) -> Path:
    """Lay an operator's one-time link into `folder`, as `jobs.seed` does."""
    async with stack.station.work() as work:
        user = await identity.add_staff(
            work,
            role=Role.SUPER_ADMIN,
            email=EMAIL,
            password=None,
            first_name="Olga",
            last_name="Operator",
        )
        secret = await identity.login_link_secret(work, user, timedelta(hours=1))
    file = folder / "city_link"
    file.write_text("/#" + urlencode({"destination": EMAIL, "code": secret}) + "\n")
    return file


async def _hand_on(inbox: SmsInbox, port: int) -> None:
    """Hand on every text message to the load test, which plays the message service itself."""
    url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/test/Messages.json"
    signed = aiohttp.encode_basic_auth("test", "any")
    handed_on: set[tuple[str, int]] = set()
    async with aiohttp.ClientSession(headers={"Authorization": signed}) as session:
        while True:
            for phone, bodies in list(inbox.messages.items()):
                for place, body in enumerate(bodies):
                    if (phone, place) in handed_on:
                        continue
                    form = {"To": phone, "From": "+15005550006", "Body": body}
                    async with session.post(url, data=form) as response:
                        assert response.status == 201
                    handed_on.add((phone, place))
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


async def _load(stack: Stack, folder: Path, *words: str) -> tuple[int | None, str, str]:
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.load", "--url", str(stack.api.make_url(""))),
        *("--operator-link-file", str(folder / "city_link"), "--sms-port", str(port), *words),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    handing_on = asyncio.create_task(_hand_on(stack.sms, port))
    try:
        printed, complained = await process.communicate()
    finally:
        handing_on.cancel()
        with suppress(asyncio.CancelledError):
            await handing_on
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, printed.decode(), complained.decode()


async def test_everybody_does_their_part_and_nothing_fails(stack: Stack, tmp_path: Path) -> None:
    await _link_file(stack, tmp_path)
    words = ("--users", "6", "--spawn-rate", "6", "--seconds", "10")
    file = tmp_path / "result.json"
    async with stack.live():
        code, printed, complained = await _load(stack, tmp_path, *words, "--json", str(file))
    assert code == 0, printed + complained
    told: dict[str, Any] = json.loads(printed.splitlines()[-1])
    assert told == json.loads(file.read_text())
    assert told["users"] == {"couriers": 4, "customers": 1, "dispatchers": 1}
    assert told["cpu_share"]["locust"] > 0
    summary = told["summary"]
    assert {kind: one["failures"] for kind, one in summary.items() if one["failures"]} == {}
    assert [kind for kind in ALWAYS if kind not in summary or not summary[kind]["count"]] == []
    for timed in ("fix to acknowledgement", "place an order"):
        one = summary[timed]
        assert 0 < one["p50_ms"] <= one["p95_ms"] <= one["p99_ms"]
    assert summary["got a"]["p50_ms"] is None
    stored = await stack.rows("SELECT count(*) AS n FROM orders")
    assert stored[0]["n"] == summary["place an order"]["count"]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--url", "http://127.0.0.1:1"), 1, "Nothing that looks like Hermod answers at http://12"),
        (("--url", "there"), 2, "'there' is no address like http://127.0.0.1:8080"),
        (("--users", "2"), 2, "a load test has at least 3 users, not 2"),
        (("--seconds", "3600"), 2, "'3600' is not from 1 to 600 seconds"),
    ],
)
def test_what_makes_no_sense_gets_one_sentence(
    words: tuple[str, ...], code: int, sentence: str
) -> None:
    done = run_command((sys.executable, "-m", "benchmarks.load", *words), cwd=ROOT)
    assert done.returncode == code
    assert sentence in done.stderr
    assert code == 2 or done.stderr.count("\n") == 1
    assert not done.stdout
