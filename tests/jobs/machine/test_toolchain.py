"""Bringing a checkout's tools up to date, with stand-ins for Python, uv, node and npm."""

from pathlib import Path

import pytest

from jobs.machine.installation import Installation
from jobs.machine.steps import CannotGoOn, Steps
from jobs.machine.toolchain import Toolchain, disk_bytes, find_browser, node_suits

PYTHON = """#!/bin/sh
case "$*" in
    "-c "*) echo True ;;
    *) echo "pip $*" >> "$CALLS" ;;
esac
"""
UV = """#!/bin/sh
echo "uv $*" >> "$CALLS"
test ! -e "$CALLS.uv-broken"
"""
NODE = "#!/bin/sh\necho v22.12.0\n"
NPM = """#!/bin/sh
echo "npm $*" >> "$CALLS"
mkdir -p node_modules dist
if [ "$1" = run ]; then echo built > dist/console.html; fi
"""


class Checkout:
    """A checkout whose tools only write down how they are called."""

    def __init__(self, root: Path) -> None:
        """Make the checkout in the empty folder `root`."""
        self.root = root
        self.calls = root / "calls"
        bin_folder = root / ".venv" / "bin"
        bin_folder.mkdir(parents=True)
        tools = {"python": PYTHON, "uv": UV, "node": NODE, "npm": NPM}
        for name, text in tools.items():
            (bin_folder / name).write_text(text)
            (bin_folder / name).chmod(0o755)
        (root / "requirements").mkdir()
        for name in ("installer", "core", "dev", "node"):
            (root / "requirements" / f"{name}.lock").write_text(f"{name}==1\n")
        installation = Installation(root)
        installation.make_folders()
        environment = {"PATH": f"{bin_folder}:/usr/bin:/bin", "CALLS": str(self.calls)}
        self.tools = Toolchain(installation, Steps(installation.logs / "setup.log", environment))

    def called(self) -> list[str]:
        """Return the calls since the last time, each as its first two words."""
        if not self.calls.exists():
            return []
        lines = self.calls.read_text().splitlines()
        self.calls.unlink()
        return [" ".join(line.split()[:2]) for line in lines]

    def add_pages(self) -> None:
        """Give the checkout sources of pages."""
        (self.root / "web").mkdir()
        for name in ("package.json", "package-lock.json", "main.ts"):
            (self.root / "web" / name).write_text(name)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Return a checkout with stand-ins for its tools."""
    return Checkout(tmp_path)


def test_packages_are_installed_once(checkout: Checkout) -> None:
    checkout.tools.python_packages("core")
    assert checkout.called() == ["pip -m", "uv pip"]
    checkout.tools.python_packages("core")
    assert checkout.called() == []


def test_a_changed_lock_is_installed(checkout: Checkout) -> None:
    checkout.tools.python_packages("core")
    checkout.called()
    (checkout.root / "requirements" / "core.lock").write_text("core==2\n")
    checkout.tools.python_packages("core")
    assert checkout.called() == ["uv pip"]


def test_packages_for_tests_hold_those_of_the_demo(checkout: Checkout) -> None:
    checkout.tools.python_packages("dev")
    checkout.called()
    checkout.tools.python_packages("core")
    assert checkout.called() == []


def test_packages_of_the_demo_do_not_hold_those_for_tests(checkout: Checkout) -> None:
    checkout.tools.python_packages("core")
    checkout.called()
    checkout.tools.python_packages("dev")
    assert checkout.called() == ["uv pip"]


def test_a_new_virtual_environment_has_no_packages_yet(checkout: Checkout) -> None:
    checkout.tools.python_packages("core")
    checkout.called()
    for stamp in (checkout.root / ".venv").glob("*.stamp"):
        stamp.unlink()  # they go with the folder
    checkout.tools.python_packages("core")
    assert checkout.called() == ["pip -m", "uv pip"]


def test_pip_installs_where_uv_does_not_work(checkout: Checkout) -> None:
    Path(f"{checkout.calls}.uv-broken").touch()
    checkout.tools.python_packages("core")
    assert checkout.called() == ["pip -m", "uv pip", "pip -m"]


def test_a_failed_installation_is_tried_again_next_time(checkout: Checkout) -> None:
    (checkout.root / ".venv/bin/uv").write_text("#!/bin/sh\nexit 1\n")
    broken = PYTHON.replace("    *)", "    *core.lock*) exit 1 ;;\n    *)")
    (checkout.root / ".venv/bin/python").write_text(broken)
    for _ in range(2):
        with pytest.raises(CannotGoOn, match=r"packages of core\.lock could not be installed"):
            checkout.tools.python_packages("core")


def test_pages_are_built_once(checkout: Checkout) -> None:
    checkout.add_pages()
    checkout.tools.pages()
    assert checkout.called() == ["npm ci", "npm run"]
    checkout.tools.pages()
    assert checkout.called() == []


def test_a_changed_source_builds_the_pages_again(checkout: Checkout) -> None:
    checkout.add_pages()
    checkout.tools.pages()
    checkout.called()
    (checkout.root / "web" / "main.ts").write_text("changed")
    checkout.tools.pages()
    assert checkout.called() == ["npm run"]


def test_changed_web_packages_are_installed_first(checkout: Checkout) -> None:
    checkout.add_pages()
    checkout.tools.pages()
    checkout.called()
    (checkout.root / "web" / "package-lock.json").write_text("changed")
    checkout.tools.pages()
    assert checkout.called() == ["npm ci", "npm run"]


def test_built_pages_that_were_deleted_are_built_again(checkout: Checkout) -> None:
    checkout.add_pages()
    checkout.tools.pages()
    checkout.called()
    (checkout.root / "web" / "dist" / "console.html").unlink()
    checkout.tools.pages()
    assert checkout.called() == ["npm run"]


def test_a_checkout_without_pages_says_so(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.tools.pages()
    assert "left out: there is no web/package.json" in capsys.readouterr().out


def test_an_old_node_is_not_used(checkout: Checkout) -> None:
    checkout.add_pages()
    (checkout.root / ".venv/bin/node").write_text("#!/bin/sh\necho v18.20.4\n")
    with pytest.raises(CannotGoOn, match=r"install node 22\.12 or newer"):
        checkout.tools.pages()
    assert checkout.called()[-1] == "uv pip"


@pytest.mark.parametrize(
    ("version", "suits"),
    [
        ("v18.20.4", False),
        ("v20.18.9", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("v100.0.0", True),
        ("", False),
        ("bash: node: not found", False),
    ],
)
def test_node_versions_that_vite_runs_on(version: str, suits: bool) -> None:
    assert node_suits(version) is suits


def test_without_a_browser_and_leave_to_install_one_tests_are_skipped_aloud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = Steps(tmp_path / "setup.log", {"PATH": str(tmp_path)})
    Toolchain(Installation(tmp_path), nothing).browser()
    said = capsys.readouterr().out
    assert "sudo apt install chromium" in said
    assert "tests of the pages are skipped" in said


def test_a_browser_that_is_there_is_used(checkout: Checkout) -> None:
    program = checkout.root / ".venv/bin/chromium-browser"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_browser({"PATH": str(program.parent)}) == str(program)


def test_space_on_disk_counts_everything_below(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" * 100_000)
    assert disk_bytes(tmp_path) >= 100_000
