"""Finds the programs of PostgreSQL with PostGIS and of Redis on this machine."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jobs.machine.steps import CannotGoOn

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
USUAL_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
OLDEST_POSTGRES = 14
OLDEST_REDIS = (7, 0)
WAYS_OUT = (
    "install them (Debian, Ubuntu: `sudo apt install postgresql-postgis redis-server`),"
    " or name running ones in HERMOD_DATABASE_URL and HERMOD_REDIS_URL,"
    " or start everything in containers with `docker compose up`"
)


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The folder of PostgreSQL's programs and its major version."""

    bin: Path
    major: int


def find_postgres(
    environment: Mapping[str, str], *, major: int | None = None, root: Path = DEBIAN_POSTGRES
) -> PostgresPrograms:
    """Return the newest PostgreSQL that has PostGIS, or the one of version `major`.

    It is looked for under Debian's folder `root`, then on PATH. Raises CannotGoOn when there is
    none.
    """
    without_postgis: list[str] = []
    for folder in _postgres_folders(environment, root):
        version = _postgres_major(folder)
        if version is None or version < OLDEST_POSTGRES or version != (major or version):
            continue
        if _has_postgis(folder, version):
            return PostgresPrograms(folder, version)
        without_postgis.append(f"PostgreSQL {version}")
    if without_postgis:
        found = " and ".join(dict.fromkeys(without_postgis))
        raise CannotGoOn(f"{found} has no PostGIS here: {WAYS_OUT}.")
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_POSTGRES} or newer"
    raise CannotGoOn(f"{wanted} with PostGIS was not found: {WAYS_OUT}.")


def installed_majors(environment: Mapping[str, str], root: Path = DEBIAN_POSTGRES) -> list[int]:
    """Return the versions of PostgreSQL found, with or without PostGIS, newest first."""
    found = (_postgres_major(folder) for folder in _postgres_folders(environment, root))
    return sorted({version for version in found if version is not None}, reverse=True)


def find_redis(environment: Mapping[str, str]) -> Path:
    """Return the program of Redis or Valkey; raises CannotGoOn when there is none or it is old."""
    too_old = ""
    for name in ("redis-server", "valkey-server"):
        program = shutil.which(name, path=_search_path(environment))
        if program is None:
            continue
        version = re.search(r"\bv=(\d+)\.(\d+)", _answer(program, "--version"))
        if version and (int(version[1]), int(version[2])) >= OLDEST_REDIS:
            return Path(program)
        too_old = f" ({program} is older or does not run)"
    raise CannotGoOn(f"Redis 7.0 or Valkey was not found{too_old}: {WAYS_OUT}.")


def _postgres_folders(environment: Mapping[str, str], root: Path) -> Iterator[Path]:
    """Yield folders with a `postgres` program: Debian's, newest first, then the one on PATH."""
    versions = [path for path in root.glob("*/bin") if path.parent.name.isdigit()]
    for folder in sorted(versions, key=lambda path: -int(path.parent.name)):
        if (folder / "postgres").exists():
            yield folder
    on_path = shutil.which("postgres", path=_search_path(environment))
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _postgres_major(folder: Path) -> int | None:
    found = re.search(r"\(PostgreSQL\) (\d+)", _answer(str(folder / "postgres"), "--version"))
    return int(found[1]) if found else None


def _has_postgis(folder: Path, major: int) -> bool:
    """Look beside Debian's programs first, then where the programs themselves say.

    Its description and its library come in two packages, so both are looked for.
    """
    shares = [
        # from /usr/lib/postgresql/15/bin to /usr/share/postgresql/15
        folder / "../../../../share/postgresql" / str(major),
        *_told(folder, "--sharedir", "share/postgresql"),
    ]
    libraries = [folder.parent / "lib", *_told(folder, "--pkglibdir", "lib/postgresql")]
    described = any((share / "extension" / "postgis.control").exists() for share in shares)
    return described and any(list(library.glob("postgis-*.so")) for library in libraries)


def _told(folder: Path, question: str, usual: str) -> list[Path]:
    """Return where pg_config says that something lies; without it, the usual place."""
    answer = _answer(str(folder / "pg_config"), question).strip()
    return [Path(answer)] if answer else [folder.parent / usual]


def _answer(program: str, question: str) -> str:
    try:
        asked = subprocess.run(  # noqa: S603  # a server's own version question
            [program, question], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout


def _search_path(environment: Mapping[str, str]) -> str:
    """Servers often lie outside an ordinary user's PATH."""
    return environment.get("PATH", USUAL_PATH) + ":/usr/sbin:/usr/local/sbin"
