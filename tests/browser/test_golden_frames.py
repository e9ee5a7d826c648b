"""The frames that the pages' tests decode are still those that our encoders write."""

import json

import pytest

from tests.browser.golden_frames import FILE, golden

pytestmark = pytest.mark.browser


def test_the_pages_are_tested_against_frames_as_the_server_packs_them() -> None:
    renewed = json.loads(json.dumps(golden()))
    assert json.loads(FILE.read_text()) == renewed, "python -m tests.browser.golden_frames"
