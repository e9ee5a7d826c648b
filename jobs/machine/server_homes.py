"""Where the private servers live: who runs them, their data folder, their short socket folder."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from jobs.machine.child import Account
from jobs.machine.steps import CannotGoOn

OUTSIDE = Path("/var/tmp")  # noqa: S108  # survives a restart; owner and mode are checked below
SOCKETS = Path("/tmp")  # noqa: S108  # mkdtemp: a private folder with a random, short name
SOCKET_PREFIX = "hermod-"
SERVER_ACCOUNTS = ("postgres", "nobody")


def server_account(data: Path) -> Account | None:
    """Return the account for servers when we are root (they refuse root); otherwise None.

    Data that exists already keeps its owner.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid)
    for name in SERVER_ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise CannotGoOn("There is no account `postgres` or `nobody` here: run it as an ordinary user.")


def server_home(folder: Path, account: Account | None) -> Path:
    """Return `folder`, or one under /var/tmp when the servers' account cannot reach `folder`.

    It is created when missing. Raises CannotGoOn when somebody else owns it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if account is None or _may_enter(folder, account):
        return folder
    home = outside_home(folder)
    home.mkdir(mode=0o711, exist_ok=True)
    home.chmod(0o711)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise CannotGoOn(f"{home} belongs to somebody else: remove it, then run it again.")
    return home


def outside_home(folder: Path) -> Path:
    """Return the folder under /var/tmp that stands in for an unreachable `folder`."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return OUTSIDE / f"hermod-{name}"


def make_folder(path: Path, account: Account | None) -> Path:
    """Create `path`, private to the servers' account, and return it.

    Raises CannotGoOn when it is there but belongs to another user.
    """
    path.mkdir(mode=0o700, exist_ok=True)
    owner = path.stat().st_uid
    if account is None and owner != os.geteuid():
        raise CannotGoOn(f"{path} belongs to another user: run it as that user or remove it.")
    if account is not None and owner != account.uid:
        os.chown(path, account.uid, account.gid)
    return path


def socket_folder(home: Path, account: Account | None) -> Path:
    """Return a short private folder for the sockets; the same one again while it is ours.

    Socket paths are limited to about 100 bytes, so they cannot lie in the checkout. Whoever can
    enter this folder is the database's superuser: it is closed to everybody else.
    """
    remembered = home / "sockets"
    owner = account.uid if account else os.geteuid()
    if remembered.exists():
        folder = Path(remembered.read_text().strip())
        if _is_private(folder, owner):
            return folder
    folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=SOCKETS))
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    remembered.write_text(f"{folder}\n")
    return folder


def forget_home(home: Path) -> None:
    """Delete the data under `home` and its socket folder; the servers must be stopped."""
    remembered = home / "sockets"
    if remembered.exists():
        sockets = Path(remembered.read_text().strip())
        if sockets.name.startswith(SOCKET_PREFIX) and sockets.parent == SOCKETS:
            shutil.rmtree(sockets, ignore_errors=True)
    if home.exists():
        shutil.rmtree(home)


def _is_private(folder: Path, owner: int) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    mode = stat.S_IMODE(found.st_mode)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and mode == 0o700


def _may_enter(folder: Path, account: Account) -> bool:
    asked = subprocess.run(  # noqa: S603  # looks at the folder with the account's eyes
        ["/usr/bin/test", "-x", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return asked.returncode == 0
