"""A real Chromium for the tests of the pages, and tabs that notice what must not happen."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.tab import Tabs
from tests.support.programs import Stack

_PAGES = Path(__file__).resolve().parents[2] / "web" / "dist" / "console.html"
_ARGUMENTS = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--no-sandbox",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# A browser that leaves a page drops its downloads; aiohttp then forgets to close the file.
_DROPPED_DOWNLOAD = (
    "ignore:Exception ignored in. <_io.FileIO name='.*/dist/:"
    "pytest.PytestUnraisableExceptionWarning"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a dropped download pass; every other warning stays an error."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.filterwarnings(_DROPPED_DOWNLOAD))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Return a Chromium that draws with the processor."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium is installed: apt install chromium")
    if not _PAGES.is_file():
        pytest.skip("the pages are not built: npm ci && npm run build in web/")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield started
        await started.close()


@pytest.fixture
async def tabs(browser: Browser, stack: Stack) -> AsyncIterator[Tabs]:
    """Return a maker of tabs; at the end none of them may have misbehaved."""
    opened = Tabs(browser, stack)
    yield opened
    await opened.check()
