"""Browser tabs as tests hold them: they wait for what shows and note what must not happen."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request

from tests.support.programs import Stack

PATIENCE_S = 45.0
_AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = {"serious", "critical"}
_NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Tab:
    """One page, and what went wrong on it."""

    page: Page
    context: BrowserContext
    origins: frozenset[str]
    trouble: list[str] = field(default_factory=list)

    async def says(self, expression: str) -> Any:
        """Return what the page answers to a JavaScript expression."""
        return await self.page.evaluate(expression)

    async def until(self, expression: str, within_s: float = PATIENCE_S) -> Any:
        """Wait until an expression is true; the pages' policy forbids Playwright's own way."""
        end = time.monotonic() + within_s
        while True:
            answer = await self.says(expression)
            if answer:
                return answer
            if time.monotonic() > end:
                text = await self.page.inner_text("body")
                raise AssertionError(
                    f"never came true: {expression}\nthe page says:\n{text[:1500]}"
                )
            await asyncio.sleep(0.05)

    async def shows(self, selector: str, text: str = "", within_s: float = PATIENCE_S) -> str:
        """Wait until an element is there that contains a text; return the whole of it."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)"
        answer = await self.until(
            f"{found}.filter((text) => text.includes({json.dumps(text)})).map((text) => [text])[0]",
            within_s,
        )
        return str(answer[0])

    async def phase(self, name: str) -> None:
        """Wait until the connection is in a phase."""
        await self.until(
            f"document.querySelector('[data-test=connection]')?.dataset.phase === '{name}'"
        )

    async def map_is_there(self) -> None:
        """Wait until the page's map is drawn."""
        await self.until("window.hermodMap !== undefined")

    async def barriers(self) -> list[str]:
        """Return what axe finds that keeps people out."""
        found = await self.page.evaluate(
            """async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}))
                 .violations.map(({id, impact, nodes}) =>
                   ({id, impact, at: nodes.map((node) => node.html.slice(0, 120))}))"""
        )
        return [f"{one['id']}: {one['at']}" for one in found if one["impact"] in _GRAVE]

    async def check(self) -> None:
        """Fail where the page broke its policy, asked a stranger, or raised an error."""
        violations = await self.says("window.violations ?? []")
        trouble = [*violations, *self.trouble]
        assert not trouble, "\n".join(trouble)

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"blob", "data"}:
            return
        if f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}" not in self.origins:
            self.trouble.append(f"asked a stranger: {request.url}")

    @classmethod
    async def open(cls, context: BrowserContext, origins: frozenset[str]) -> "Tab":
        """Open a tab that notes what happens on it."""
        page = await context.new_page()
        tab = cls(page, context, origins)
        page.on("request", tab._note_request)
        page.on("websocket", lambda socket: tab._note_socket(socket.url))
        page.on("pageerror", lambda error: tab.trouble.append(f"error: {error.stack or error}"))
        return tab

    def _note_socket(self, url: str) -> None:
        parts = urlsplit(url)
        if f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}" not in self.origins:
            self.trouble.append(f"opened a socket to a stranger: {url}")


class Tabs:
    """Opens tabs of one installation's pages."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self._browser = browser
        self.base = str(stack.api.make_url("")).rstrip("/")
        realtime = str(stack.realtime.make_url("")).rstrip("/")
        self._origins = frozenset({self.base, realtime})
        self._open: list[Tab] = []

    async def open(
        self,
        path: str,
        *,
        width: int = 1280,
        height: int = 720,
        language: str = "en",
        theme: str = "",
        phone: bool = False,
        **options: Any,
    ) -> Tab:
        """Open a page in a browser of its own: no cookie, no memory is shared."""
        context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            is_mobile=phone,
            has_touch=phone,
            locale="en-US",
            reduced_motion="reduce",
            **options,
        )
        await context.add_init_script(_NOTE_VIOLATIONS)
        await context.add_init_script(path=_AXE)
        await context.add_init_script(f"localStorage.setItem('hermod.locale', '{language}')")
        if theme:
            await context.add_init_script(f"localStorage.setItem('hermod.theme', '{theme}')")
        tab = await Tab.open(context, self._origins)
        self._open.append(tab)
        await tab.page.goto(self.base + path)
        return tab

    async def check(self) -> None:
        """Check every tab that was opened."""
        for tab in self._open:
            await tab.check()
