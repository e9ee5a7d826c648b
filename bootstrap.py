"""Everything one does with a checkout, with nothing but Python's standard library: `make help`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # here an older Python learns why
    sys.exit(
        "Hermod needs Python 3.11 or newer and this is {}.{}: run it with another one,"
        " for example `python3.12 bootstrap.py setup`.".format(*sys.version_info)
    )

import errno
import os
import pwd
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jobs.machine.demo import may_run, run_demo
from jobs.machine.installation import Installation
from jobs.machine.private_postgres import prepare_postgres
from jobs.machine.private_server import started
from jobs.machine.steps import CannotGoOn, Steps, say
from jobs.machine.system_packages import downloaded
from jobs.machine.toolchain import Toolchain, disk_bytes
from jobs.machine.wish import read_wish

ROOT = Path(__file__).resolve().parent
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
DEFAULTS = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "PIP_RETRIES": "2",
    "UV_NO_PROGRESS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_SYSTEM_CERTS": "1",  # behind a company's proxy the system knows its certificate
}
"""Given to every command where the environment does not say otherwise."""

MODULES = {
    "bench": "benchmarks",
    "load": "benchmarks.load",
    "openapi": "api.documents",
    "docs": "api.documents",
}
"""Verbs that run one module of ours in the virtual environment."""

CHECKS = (
    ("format", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
    ("types of bootstrap.py", ("mypy", "bootstrap.py")),
    ("imports", ("lint-imports",)),
    ("dead code", ("vulture",)),
    ("unused packages", ("deptry", ".")),
    ("pages", ("npm", "run", "--silent", "check")),
    ("size of pages", ("npm", "run", "--silent", "size")),
)
FIXES = (("lint", ("ruff", "check", "--fix", ".")), ("format", ("ruff", "format", ".")))

EXTRAS = ("--extra", "test", "--extra", "dev", "--extra", "load", "--extra", "peers")
LOCKS = (
    ("installer", ("requirements/installer.in",)),
    ("core", ("pyproject.toml",)),
    ("dev", ("pyproject.toml", *EXTRAS, "-c", "requirements/core.lock")),
    ("node", ("requirements/node.in",)),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of this file: the variables and words given, the checkout, its tools."""

    variables: Mapping[str, str]
    words: tuple[str, ...]
    environment: Mapping[str, str]
    installation: Installation
    tools: Toolchain

    @property
    def bin(self) -> Path:
        """The programs of the virtual environment."""
        return self.installation.python.parent


@dataclass(frozen=True, slots=True)
class Verb:
    """What can be asked of a checkout; `takes` are the variables it understands."""

    run: Callable[[Call], int]
    takes: tuple[str, ...] = ("ARGS",)


def show_help(call: Call) -> int:
    """List the targets of the Makefile with the comment behind each."""
    for name, about in re.findall(r"^(\w+):.*?## (.*)$", (ROOT / "Makefile").read_text(), re.M):
        say(f"  make {name:<9} {about}")
    say("\nWithout make: `python3 bootstrap.py <target>`, variables as NAME=value behind it.")
    return 0


def set_up(call: Call) -> int:
    """Bring everything that `demo`, `test` and `check` need up to date."""
    began = time.monotonic()
    log = call.tools.steps.log
    before = log.stat().st_size if log.exists() else 0
    _set_up(call, "dev", pages=True, servers=True)
    took_s = time.monotonic() - began
    parts = (call.bin.parent, ROOT / "web" / "node_modules")
    sizes = ", ".join(f"{part.name} {disk_bytes(part) / 1e6:.0f} MB" for part in parts)
    fetched = downloaded(log, start=before)
    apt = f"; apt downloaded {fetched}" if fetched else ""
    say(f"Set up in {took_s:.1f} s. On disk, unpacked: {sizes}{apt}.")
    return 0


def demo(call: Call) -> int:
    """Run a living city until Ctrl-C."""
    wish = read_wish(call.variables)
    call.installation.make_folders()
    with call.installation.locked() as lock:
        may_run(wish, call.environment)  # now, not after minutes of setting up
        _set_up(call, "core", pages=True, servers=True)
        run_demo(call.installation, wish, call.environment, now=datetime.now(UTC), lock=lock)
    return 0


def test(call: Call) -> int:
    """Run the tests."""
    _set_up(call, "dev", pages=True, servers=True)
    call.tools.browser()
    return _become(call, ("-m", "pytest", "-n", "auto", *call.words))


def check(call: Call) -> int:
    """Run every check, also after one has failed."""
    _set_up(call, "dev", pages=True)
    return _run_all(call, CHECKS)


def fix(call: Call) -> int:
    """Repair what the checks can repair by themselves."""
    _set_up(call, "dev")
    return _run_all(call, FIXES)


def migrate(call: Call) -> int:
    """Bring the tables of the database named, or the private one, up to date; NAME drafts more."""
    _set_up(call, "core", servers=True)
    name = call.variables.get("NAME")
    naming = () if name is None else ("--name", name)
    command = (str(call.installation.python), "-m", "api.migrate", *naming, *call.words)
    if call.environment.get("HERMOD_DATABASE_URL"):
        return _run(command, call.environment)
    with call.installation.locked():
        server = prepare_postgres(call.installation.servers, call.environment, durable=True)
        with started(server):
            return _run(command, {**call.environment, "HERMOD_DATABASE_URL": server.url})


def run_module(call: Call, module: str) -> int:
    """Run a module of ours that needs nothing started first."""
    place = ROOT / module.replace(".", "/")
    if not (place.with_suffix(".py").exists() or (place / "__main__.py").exists()):
        raise CannotGoOn(f"There is no {place.relative_to(ROOT)} in this checkout yet.")
    _set_up(call, "dev")
    return _become(call, ("-m", module, *call.words))


def lock(call: Call) -> int:
    """Compile requirements/*.lock again; ARGS=--upgrade takes the newest versions allowed."""
    _set_up(call, "core")
    form = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "-q")
    steps = call.tools.steps
    for name, sources in LOCKS:
        with steps.step(f"requirements/{name}.lock"):
            target = ("-o", f"requirements/{name}.lock")
            uv = (call.bin / "uv", "pip", "compile", *form, *call.words, *sources, *target)
            steps.run(uv, cwd=ROOT, remedy=f"requirements/{name}.lock could not be compiled")
    return 0


def module_verb(module: str) -> Verb:
    """Return the verb that runs `module`."""
    return Verb(lambda call: run_module(call, module))


VERBS = {
    "help": Verb(show_help, ()),
    "setup": Verb(set_up, ()),
    "demo": Verb(demo, ("PORT", "COURIERS", "CITY", "SPEED", "SEED", "RESET")),
    "test": Verb(test),
    "check": Verb(check, ()),
    "fix": Verb(fix, ()),
    "migrate": Verb(migrate, ("NAME", "ARGS")),
    "lock": Verb(lock),
    **{name: module_verb(module) for name, module in MODULES.items()},
}


def _set_up(call: Call, packages: str, *, pages: bool = False, servers: bool = False) -> None:
    call.installation.make_folders()
    with call.installation.setting_up():
        if servers:
            call.tools.servers()
        call.tools.python_packages(packages)
        if servers:
            call.tools.kernels()
        if pages:
            call.tools.pages()


def _become(call: Call, words: Sequence[str]) -> int:
    """Turn into the virtual environment's Python: its signals and exit code are then ours."""
    os.chdir(ROOT)
    python = str(call.installation.python)
    os.execve(python, (python, *words), dict(call.environment))  # noqa: S606  # our own words


def _run(command: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT) -> int:
    return subprocess.run(command, cwd=folder, env=dict(environment), check=False).returncode


def _check(call: Call, program: str, words: Sequence[str]) -> int:
    if program != "npm":
        return _run((str(call.bin / program), *words), call.environment)
    npm, environment = call.tools.npm()
    return _run((str(npm), *words), environment, ROOT / "web")


def _run_all(call: Call, table: Sequence[tuple[str, tuple[str, ...]]]) -> int:
    failed: list[str] = []
    for name, (program, *words) in table:
        say(f"== {name}: {program} {' '.join(words)}")
        if _check(call, program, words) != 0:
            failed.append(name)
    say(f"Failed: {', '.join(failed)}." if failed else "All is well.")
    return 1 if failed else 0


def read_words(words: Sequence[str]) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """Return verb, variables and other words; raises CannotGoOn for what is not known."""
    name = words[0] if words else "help"
    verb = VERBS.get(name)
    if verb is None:
        raise CannotGoOn(f"There is no `{name}`: choose one of {', '.join(VERBS)}.")
    variables: dict[str, str] = {}
    others: list[str] = []
    for word in words[1:]:
        key, equals, value = word.partition("=")
        if equals and key.isupper() and key.isidentifier():
            if key not in verb.takes:
                known = ", ".join(verb.takes) or "no variables"
                raise CannotGoOn(f"`{name}` does not know {key}: it takes {known}.")
            variables[key] = value
        else:
            others.append(word)
    if others and "ARGS" not in verb.takes:
        raise CannotGoOn(f"`{name}` takes no `{others[0]}`: variables are given as NAME=value.")
    return name, variables, (*_split(variables.pop("ARGS", "")), *others)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise CannotGoOn(f"ARGS has an open quote ({error}): close it.") from error


def environment_of(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every command: all that was given, and what was left out."""
    defaults = {**DEFAULTS, "HOME": _home()}
    if SYSTEM_CERTIFICATES.exists():
        defaults["NODE_EXTRA_CA_CERTS"] = str(SYSTEM_CERTIFICATES)
    return {**defaults, **given}


def _home() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return str(ROOT / ".hermod")


def trouble(error: OSError) -> str:
    """Return one sentence for what the machine refused."""
    place = error.filename or ROOT
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{place} may not be used: run it as the user who owns this checkout."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full ({place}): free some space and run it again."
    if error.errno == errno.EROFS:
        return f"{place} lies on a disk that cannot be written: copy the checkout elsewhere."
    return f"The machine refused something: {error}."


def main(words: Sequence[str]) -> int:
    """Do what `words` ask for and return the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    installation = Installation(ROOT)
    environment = environment_of(os.environ)
    tools = Toolchain(installation, Steps(installation.logs / "setup.log", environment))
    try:
        name, variables, others = read_words(words)
        return VERBS[name].run(Call(variables, others, environment, installation, tools))
    except CannotGoOn as error:
        say(f"{error}")
    except OSError as error:
        say(trouble(error))
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
