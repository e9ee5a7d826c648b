"""What a checkout needs before anything runs: Python packages, node, pages, servers."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.machine.installation import Installation
from jobs.machine.server_programs import find_postgres, find_redis, installed_majors
from jobs.machine.steps import CannotGoOn, Steps, digest, files_under, is_stamped, put_stamp, say
from jobs.machine.system_packages import install

NODE_REMEDY = "node could not be installed: install node 22.12 or newer yourself and run it again"
WEB_REMEDY = "The pages could not be built: what the build says stands above"
BROWSER_REMEDY = "No Chromium was found: `sudo apt install chromium` brings one"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NOT_SOURCES = ("node_modules", "dist", ".vite")


@dataclass(frozen=True, slots=True)
class Toolchain:
    """Brings a checkout's tools up to date; each step returns at once when nothing has changed."""

    installation: Installation
    steps: Steps

    def python_packages(self, lock: str) -> None:
        """Make the virtual environment and install `requirements/<lock>.lock` (core or dev)."""
        self._virtual_environment()
        locks = self.installation.root / "requirements"
        wanted = digest(locks / f"{lock}.lock")
        if lock == "core" and self._has("dev", digest(locks / "dev.lock")):
            return  # dev.lock is compiled with core.lock as its constraint and holds all of it
        if self._has(lock, wanted):
            return
        with self.steps.step(f"Python packages ({lock}.lock)"):
            self._install(locks / f"{lock}.lock")
        put_stamp(self._venv_stamp(lock), wanted)

    def pages(self) -> None:
        """Build the pages of web/ with a fitting node; without sources, keep what is there."""
        web = self.installation.root / "web"
        if not (web / "package.json").exists():
            if not (web / "dist").exists():
                say("  pages ... left out: there is no web/package.json")
            return
        sources = files_under(web, NOT_SOURCES)
        built = digest(*(str(path.relative_to(web)) for path in sources), *sources)
        stamp = self.installation.stamps / "pages"
        if any((web / "dist").glob("*.html")) and is_stamped(stamp, built):
            return
        npm, environment = self.npm()
        self._web_packages(web, npm, environment)
        with self.steps.step("pages"):
            command = (npm, "run", "build")
            self.steps.run(command, cwd=web, remedy=WEB_REMEDY, environment=environment)
        put_stamp(stamp, built)

    def kernels(self) -> None:
        """Compile all searches, so that no program waits for that when it starts."""
        root = self.installation.root
        sources = files_under(root / "dispatch", ("__pycache__",))
        wanted = digest(root / "requirements" / "core.lock", *sources)
        stamp = self.installation.stamps / "kernels"
        if is_stamped(stamp, wanted):
            return
        with self.steps.step("searches of routes and plans (compiled once)"):
            command = (self.installation.python, "-m", "dispatch.warm")
            self.steps.run(command, cwd=root, remedy="The searches could not be compiled")
        put_stamp(stamp, wanted)

    def npm(self) -> tuple[Path, dict[str, str]]:
        """Return npm of a node that suits, installed now where there is none, and what it needs."""
        node = self._node()
        path = f"{node.parent}:{self.steps.environment.get('PATH', '')}"
        return node.parent / "npm", {
            **self.steps.environment,
            "PATH": path,
            "CI": "1",
            "NO_COLOR": "1",
        }

    def servers(self) -> None:
        """Make sure that PostgreSQL with PostGIS and Redis can be started, or were named."""
        environment = self.steps.environment
        missing: list[str] = []
        reasons: list[str] = []
        if not environment.get("HERMOD_DATABASE_URL"):
            reasons += _complaint(lambda: find_postgres(environment), missing, "postgresql-postgis")
        if not environment.get("HERMOD_REDIS_URL"):
            reasons += _complaint(lambda: find_redis(environment), missing, "redis-server")
        if not missing:
            return
        majors = installed_majors(environment)
        by_version = f"postgresql-{majors[0]}-postgis-3" if majors else "postgis"
        second = [name.replace("postgresql-postgis", by_version) for name in missing]
        why = reasons[0].split(":")[0]
        install(self.steps, missing, why=why, remedy=reasons[0], second=second)
        if "postgresql-postgis" in missing:
            find_postgres(environment)
        if "redis-server" in missing:
            find_redis(environment)

    def browser(self) -> None:
        """Install Chromium where there is none and we may; without it, tests are skipped."""
        if find_browser(self.steps.environment) is not None:
            return
        why = "The tests of the pages need a browser"
        try:
            install(self.steps, ["chromium"], why=why, remedy=BROWSER_REMEDY)
        except CannotGoOn as error:
            say(f"{error}. The tests of the pages are skipped.")

    def _virtual_environment(self) -> None:
        python = self.installation.python
        if _runs(python):
            return
        if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
            remedy = (
                "Python cannot make virtual environments here: run"
                " `sudo apt install python3-venv` and then this again."
            )
            install(self.steps, ["python3-venv"], why="Python has no venv", remedy=remedy)
        with self.steps.step("virtual environment"):
            folder = python.parents[1]
            command = (sys.executable, "-m", "venv", "--clear", folder)
            remedy = f"{sys.executable} cannot make a virtual environment in {folder}"
            self.steps.run(command, cwd=self.installation.root, remedy=remedy)

    def _install(self, lock: Path) -> None:
        """Install a lock with uv, the fast installer, or with pip where uv does not work."""
        root, python = self.installation.root, self.installation.python
        remedy = f"The packages of {lock.name} could not be installed"
        pip = (python, "-m", "pip", "--no-input", "--disable-pip-version-check", "install")
        checked = ("--require-hashes", "--no-deps", "-r")
        try:
            self._uv(pip)
            uv = (python.with_name("uv"), "pip", "install", "--python", python, *checked, lock)
            self.steps.run(uv, cwd=root, remedy=remedy)
        except CannotGoOn:
            say("uv did not work, trying pip ... ", end="")
            self.steps.run((*pip, *checked, lock), cwd=root, remedy=remedy)

    def _uv(self, pip: tuple[str | Path, ...]) -> None:
        lock = self.installation.root / "requirements" / "installer.lock"
        if self._has("installer", digest(lock)):
            return
        command = (*pip, "--require-hashes", "--no-deps", "-r", lock)
        self.steps.run(command, cwd=self.installation.root, remedy="uv could not be installed")
        put_stamp(self._venv_stamp("installer"), digest(lock))

    def _node(self) -> Path:
        """Return a node that Vite accepts: the system's, else one inside the environment."""
        own = self.installation.python.with_name("node")
        on_path = shutil.which("node", path=self.steps.environment.get("PATH"))
        for found in (on_path, str(own)):
            if found and node_suits(_version_of(found)) and Path(found).with_name("npm").exists():
                return Path(found)
        with self.steps.step("node (none that suits was found)"):
            self._install(self.installation.root / "requirements" / "node.lock")
        if not node_suits(_version_of(str(own))):
            raise CannotGoOn(NODE_REMEDY)
        return own

    def _web_packages(self, web: Path, npm: Path, environment: dict[str, str]) -> None:
        lock = web / "package-lock.json"
        stamp = web / "node_modules" / ".hermod.stamp"
        wanted = digest(lock, _version_of(str(npm.with_name("node"))))
        if is_stamped(stamp, wanted):
            return
        with self.steps.step("web packages (package-lock.json)"):
            command = (npm, "ci", "--no-audit", "--no-fund")
            remedy = "The web packages could not be installed"
            self.steps.run(command, cwd=web, remedy=remedy, environment=environment)
        put_stamp(stamp, wanted)

    def _has(self, lock: str, value: str) -> bool:
        return is_stamped(self._venv_stamp(lock), value)

    def _venv_stamp(self, lock: str) -> Path:
        """Stamps of packages lie in the virtual environment, so that they go with it."""
        return self.installation.python.parents[1] / f"hermod-{lock}.stamp"


def find_browser(environment: Mapping[str, str]) -> str | None:
    """Return the browser that drives the pages in tests, None when there is none."""
    path = environment.get("PATH")
    return next(filter(None, (shutil.which(name, path=path) for name in BROWSERS)), None)


def node_suits(version: str) -> bool:
    """Return whether Vite runs on node `version`: 20.19 and newer of 20, or 22.12 and newer."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def disk_bytes(folder: Path) -> int:
    """Return how much space `folder` takes on disk."""
    total = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            total += os.lstat(os.path.join(place, name)).st_blocks * 512
    return total


def _complaint(find: Callable[[], object], missing: list[str], package: str) -> list[str]:
    try:
        find()
    except CannotGoOn as error:
        missing.append(package)
        return [str(error)]
    return []


def _runs(python: Path) -> bool:
    question = "import sys, pip; print(sys.version_info >= (3, 11))"
    return _version_of(str(python), "-c", question) == "True"


def _version_of(program: str, *question: str) -> str:
    try:
        asked = subprocess.run(  # noqa: S603  # a tool's own version question
            [program, *(question or ("--version",))],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
