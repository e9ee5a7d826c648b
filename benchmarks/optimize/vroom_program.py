"""VROOM's own program, from the pyvroom wheel, run beside ours."""

import json
import subprocess
import sys
from typing import Any

Json = dict[str, Any]

# The program alone: the package around it imports pandas, which takes longer than most problems.
_MAIN = """
import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
folder = Path(find_spec("vroom").origin).parent
spec = spec_from_file_location("_vroom", next(folder.glob("_vroom*")))
program = module_from_spec(spec)
spec.loader.exec_module(program)
program._main(["vroom", *sys.argv[1:]])
"""


def run_vroom(body: Json, *options: str) -> tuple[Json, float]:
    """Return VROOM's answer and the seconds it says it read and solved."""
    command = [sys.executable, "-c", _MAIN, "-t", "1", *options]
    ended = subprocess.run(  # noqa: S603  # our own interpreter
        command, input=json.dumps(body), capture_output=True, text=True, check=False
    )
    answer: Json = json.loads(ended.stdout)
    times = answer.get("summary", {}).get("computing_times", {})
    return answer, (times.get("solving", 0) + times.get("loading", 0)) / 1000
