"""What the docs say is true: made pages are up to date, links lead somewhere, commands exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.documents import DOCUMENTS
from api.endpoints import ENDPOINTS
from api.kit.events import every_event
from jobs.announcements import ANNOUNCEMENTS, LOOKED_UP

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
MODULE = re.compile(r"python3? -m ((?:api|jobs|benchmarks)[\w.]*)")
TARGET = re.compile(r"make ([a-z]+)")
HOSTS = re.compile(
    r"https?://[a-z0-9.-]*(pyp" + "i|python" + "hosted|npm" + "js|debi" + "an)[a-z0-9.-]*/"
)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_made_of_the_code_is_up_to_date(path: str) -> None:
    """`make docs` writes them."""
    assert (ROOT / path).read_text() == DOCUMENTS[path]()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Links to other sites are not followed."""
    links = [match[1] for match in LINK.finditer(page.read_text())]
    dead = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_programs_and_targets_named_in_a_page_exist(page: Path) -> None:
    """Whoever types what a page says gets what it says."""
    text = page.read_text()
    for module in MODULE.findall(text):
        path = ROOT / module.rstrip(".").replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    in_code = " ".join(re.findall(r"`[^`]*`|^    .*$", text, re.MULTILINE))
    assert set(TARGET.findall(in_code)) <= targets


def test_every_endpoint_says_what_it_does_and_declares_everything() -> None:
    """An endpoint without a summary or a second one with its name cannot be documented."""
    names = [(e.handler.__module__, e.handler.__name__) for e in ENDPOINTS]
    assert len(set(names)) == len(names)
    assert all(e.summary for e in ENDPOINTS)
    assert len({(e.method, e.path) for e in ENDPOINTS}) == len(ENDPOINTS)


def test_every_event_told_to_sockets_is_in_the_protocol() -> None:
    """The page names each event that clients may get."""
    page = (ROOT / "docs/api/realtime.md").read_text()
    source = (ROOT / "jobs/announcements.py").read_text()
    told = set(re.findall(r'Announcement\(\s*"([a-z:]+)"', source))
    assert told
    assert all(f"`{name}`" in page for name in told)
    assert set(ANNOUNCEMENTS) | set(LOOKED_UP) <= set(every_event().values())


def test_no_committed_file_names_a_package_host() -> None:
    """A lock file that does ties everybody to that host."""
    git = shutil.which("git")
    assert git is not None
    listed = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  # reads only
    named = []
    for line in listed.stdout.splitlines():
        path = ROOT / line
        if path.is_file() and path.suffix not in {".png", ".woff2"}:
            text = path.read_text(errors="replace")
            named += [line] if HOSTS.search(text) else []
    assert not named


def test_help_of_every_program_works() -> None:
    """Each command line explains itself."""
    for module in ("api.documents", "jobs.replay", "jobs.seed", "benchmarks.city"):
        command = [sys.executable, "-m", module, "--help"]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own programs
        assert result.returncode == 0, result.stderr
        assert "usage" in result.stdout.lower()
