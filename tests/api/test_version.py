"""The version: one, in two places."""

import tomllib

from api.version import VERSION
from tests.support.servers import ROOT


def test_the_program_and_the_project_say_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
