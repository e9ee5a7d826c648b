"""/docs/errors: the table of errors as a page; each problem's `type` points at a row of it."""

from html import escape

from aiohttp import web

from api.kit.errors import every_error

_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Errors of the Hermod API</title>
<h1>Errors</h1>
<p>Each answer other than success carries one of these codes. <a href="/docs">The API</a></p>
<table>
<tr><th>status<th>code<th>meaning<th>more
"""


def add_errors_page(app: web.Application) -> None:
    """Register the page; it is made once."""
    rows = sorted({(k.status, k.code, k.title, k.__doc__ or "") for k in every_error()})
    lines = (
        f'<tr id="{escape(code)}"><td>{status}<td><code>{escape(code)}</code>'
        f"<td>{escape(title)}<td>{escape(more.strip().partition(chr(10))[0])}\n"
        for status, code, title, more in rows
    )
    text = _HEAD + "".join(lines) + "</table>\n</html>\n"

    async def page(_request: web.Request) -> web.Response:  # noqa: RUF029  # aiohttp's shape
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    app.router.add_get("/docs/errors", page)
