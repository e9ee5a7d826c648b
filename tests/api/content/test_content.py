"""Content: one text per slug and language, seen when published, in the nearest language."""

from typing import Any

import pytest

from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.people import Answer, Person

STAFF, TEXT = "/api/v1/admin/content", "/api/v1/content"
TERMS = {"slug": "terms", "locale": "en", "title": "Terms", "body": "# Be kind"}


async def add(cast: Cast, **changes: Any) -> Answer:
    """Add a published entry."""
    return await cast.admin.post(STAFF, TERMS | {"status": "published"} | changes)


async def change(who: Person, answer: Answer, **changes: Any) -> Answer:
    """Change an entry as it was read."""
    path = f"{STAFF}/{answer.data['id']}"
    return await who.put(path, TERMS | changes, headers={"If-Match": answer.headers["ETag"]})


async def test_everybody_reads_what_is_published(cast: Cast) -> None:
    await add(cast)
    told = (await cast.stack.person().get(f"{TEXT}/terms")).data
    assert (told["title"], told["body"], told["locale"]) == ("Terms", "# Be kind", "en")
    assert told["publishedAt"] is not None


@pytest.mark.parametrize(
    ("asked", "found"),
    [("pt-BR", "pt-BR"), ("pt-PT", "pt"), ("kk", "en"), ("en-US", "en"), ("pt", "pt")],
)
async def test_the_nearest_language_is_found(cast: Cast, asked: str, found: str) -> None:
    for locale in ("pt", "pt-BR", "en", "ar"):
        await add(cast, locale=locale)
    answer = await cast.stack.person().get(f"{TEXT}/terms?locale={asked}")
    assert answer.data["locale"] == found


async def test_a_text_in_another_language_is_better_than_none(cast: Cast) -> None:
    await add(cast, locale="ar", title="الشروط")
    assert (await cast.stack.person().get(f"{TEXT}/terms?locale=kk")).data["title"] == "الشروط"


async def test_a_draft_is_for_staff_only(cast: Cast) -> None:
    drafted = await add(cast, status="draft")
    assert (await cast.stack.person().get(f"{TEXT}/terms")).status == 404
    published = await change(cast.admin, drafted, status="published")
    assert (await cast.stack.person().get(f"{TEXT}/terms")).status == 200
    withdrawn = await change(cast.admin, published, status="draft")
    assert (await cast.stack.person().get(f"{TEXT}/terms")).status == 404
    assert withdrawn.data["publishedAt"] == published.data["publishedAt"]


async def test_who_has_the_text_already_is_told_so_until_it_changes(cast: Cast) -> None:
    entry = await add(cast)
    reader = cast.stack.person()
    first = await reader.get(f"{TEXT}/terms?locale=pt")
    known = {"If-None-Match": first.headers["ETag"]}
    assert (await reader.get(f"{TEXT}/terms?locale=pt", headers=known)).status == 304
    await add(cast, locale="pt")  # the nearer language, of the same version
    nearer = await reader.get(f"{TEXT}/terms?locale=pt", headers=known)
    assert (nearer.status, nearer.data["locale"]) == (200, "pt")
    await change(cast.admin, entry, body="# Be kinder", status="published")
    assert (await reader.get(f"{TEXT}/terms", headers=known)).status == 200


async def test_a_slug_has_one_text_per_language(cast: Cast) -> None:
    await add(cast)
    assert (await add(cast)).fields == {"locale": "taken"}
    other = await add(cast, locale="pt")
    assert (await change(cast.admin, other, locale="en")).fields == {"locale": "taken"}


async def test_changes_are_kept_with_both_texts(cast: Cast) -> None:
    """Statement 50."""
    entry = await add(cast)
    changed = await change(cast.admin, entry, title="New terms")
    assert (await change(cast.admin, entry, title="Newer")).code == "stale_version"
    path = f"{STAFF}/{entry.data['id']}"
    match = {"If-Match": changed.headers["ETag"]}
    assert (await cast.admin.ask("DELETE", path, headers=match)).status == 200
    assert (await cast.admin.get(path)).status == 404
    trail = (await cast.admin.get("/api/v1/admin/audit-logs?entityType=content")).data["items"]
    assert [(e["action"], *titles(e)) for e in trail] == [
        ("content.delete", "New terms", None),
        ("content.change", "Terms", "New terms"),
        ("content.add", None, "Terms"),
    ]


def titles(entry: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the title before an act and after it."""
    return tuple((entry[name] or {}).get("title") for name in ("oldValues", "newValues"))  # type: ignore[return-value]  # two


async def test_entries_are_listed_by_slug_and_language(cast: Cast) -> None:
    for slug, locale in (("help", "en"), ("about", "pt"), ("about", "en")):
        await add(cast, slug=slug, locale=locale)
    page = (await cast.admin.get(STAFF)).data
    assert [(e["slug"], e["locale"]) for e in page["items"]] == [
        ("about", "en"),
        ("about", "pt"),
        ("help", "en"),
    ]
    assert (await cast.admin.get(f"{STAFF}?slug=about&locale=pt")).data["totalCount"] == 1
    assert (await cast.admin.get(f"{STAFF}?status=draft")).data["totalCount"] == 0


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"slug": "No Spaces"}, "slug"),
        ({"locale": "english"}, "locale"),
        ({"title": " "}, "title"),
        ({"body": "x" * 100_001}, "body"),
        ({"status": "secret"}, "status"),
    ],
)
async def test_what_is_no_entry_is_refused(cast: Cast, draft: dict[str, str], field: str) -> None:
    assert set((await add(cast, **draft)).fields) == {field}


async def test_managers_write_and_operators_do_not(cast: Cast) -> None:
    manager, operator = await member(cast, "manager"), await member(cast, "operator")
    assert (await manager.post(STAFF, TERMS)).status == 201
    assert (await operator.get(STAFF)).status == 403
