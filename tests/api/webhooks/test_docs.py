"""The page for receivers: its code checks what we sign, its table is the one that we keep to."""

import re
import time
from pathlib import Path
from typing import Any, get_args

from api.webhooks.retrying import AFTER_S, TRIES
from api.webhooks.schema import Topic
from api.webhooks.signing import new_secret, signed

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text()
UNITS = {"s": 1, "min": 60, "h": 3600}


def test_the_code_for_receivers_takes_ours_and_nothing_else() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/webhooks.md", "exec"), names)  # noqa: S102  # the page's own code
    check = names["is_from_hermod"]
    secret, former, now_s = new_secret(), new_secret(), int(time.time())
    headers = signed([secret, former], "one", now_s, b"{}")
    assert check(secret, headers, b"{}")
    assert check(former, headers, b"{}")
    assert not check(new_secret(), headers, b"{}")
    assert not check(secret, headers, b"{} ")
    assert not check(secret, headers | {"webhook-id": "two"}, b"{}")
    assert not check(secret, headers | {"webhook-timestamp": str(now_s + 1)}, b"{}")
    old = signed([secret], "one", now_s - 301, b"{}")
    assert not check(secret, old, b"{}")


def test_the_table_of_retries_is_the_one_that_we_keep_to() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) (s|min|h)\b", PAGE, re.MULTILINE)
    assert [int(number) * UNITS[unit] for _, number, unit in rows] == list(AFTER_S)
    assert f"| {TRIES} | never" in PAGE


def test_every_event_is_in_the_table() -> None:
    for topic in get_args(Topic):
        assert f"`{topic}`" in PAGE
