"""Pages as a reader's browser shows them: axe-core, the keyboard, narrow screens, and no word to anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NAMES
from national_folder import build_national
from project_copy import copy_project
from release_folder import build_release

from parameters import InspectionError
from reports import refresh, refresh_national, render
from reports.gate.access import axe_result
from reports.gate.browser import NARROW, WIDE, Look, chromium, look_at, write_axe_result

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = [
    "index.html",
    "reports/national/index.html",
    "reports/northshire/index.html",
    "reports/register/index.html",
    "reports/saltmere/index.html",
]
FORCES = ["northshire", "saltmere"]
WIDTHS = (WIDE, 1000, 700, NARROW)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    pytest.importorskip("axe_playwright_python", reason="the browser extra is not installed")
    try:
        with chromium() as started:
            yield started
    except InspectionError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def folder(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with every kind of page."""
    root = copy_project(tmp_path_factory.mktemp("browser") / "project")
    for force in FORCES:
        refresh(force, build_release(root / "evidence" / force, force=force, name=NAMES[force]), root=root)
    refresh_national(build_national(root / "evidence" / "national", earlier=True), root=root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTO_PATH", str(root / "no quarto here"))
        render([*FORCES, "national"], site_folder=root / "_site", root=root)
    return root / "_site"


@pytest.fixture(scope="module")
def looks(folder: Path, browser: Browser) -> list[Look]:
    return look_at([folder / page for page in PAGES], browser, widths=WIDTHS)


def test_every_page_of_the_site_is_looked_at(folder: Path) -> None:
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html")) == PAGES


def test_axe_finds_nothing_on_any_page_at_any_width(looks: list[Look]) -> None:
    assert [
        (look.page.parent.name, look.width, violation["id"])
        for look in looks
        for violation in look.axe["violations"]
    ] == []


def test_no_page_asks_for_anything_but_itself(looks: list[Look]) -> None:
    assert [address for look in looks for address in look.asked if not address.startswith("data:")] == []


def test_nobody_has_to_scroll_sideways(looks: list[Look]) -> None:
    assert [
        (look.page.parent.name, look.width, look.content_width)
        for look in looks
        if look.content_width > look.width
    ] == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_tables_are_still_tables_to_a_screen_reader(width: int, folder: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((folder / "reports/northshire/index.html").as_uri())
    table = page.get_by_role("table", name="Measures: suspect-focused investigation")
    assert table.get_by_role("columnheader", name="95% interval", exact=True).count() == 1
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Balance of effort"))
    assert row.get_by_role("cell", name="−0.21", exact=True).count() == 1
    context.close()


def test_the_keyboard_reaches_every_link_in_the_order_of_the_page_and_shows_where_it_is(
    folder: Path, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto((folder / "reports/northshire/index.html").as_uri())
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.outerHTML)")
    for link in links:
        page.keyboard.press("Tab")
        reached, outline = page.evaluate(
            "[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert (reached, outline) == (link, "solid")
    page.close()


def test_the_first_link_goes_past_the_contents(folder: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((folder / "reports/northshire/index.html").as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.close()


def test_faults_are_found_and_what_is_outside_is_not_reached(tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<!DOCTYPE html><html><head><title>T</title></head><body><main><h1>T</h1><img src="http://x.invalid/p">'
        '<div style="width: 500px">wide</div></main></body></html>',
        encoding="utf-8",
    )
    (look,) = look_at([page], browser, widths=(NARROW,))
    assert {violation["id"] for violation in look.axe["violations"]} == {"html-has-lang", "image-alt"}
    assert look.asked == ("http://x.invalid/p",)
    assert look.content_width > NARROW


def test_the_gate_takes_over_what_was_found(
    folder: Path, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.gate.browser.chromium", lambda: nullcontext(browser))
    result = tmp_path / "axe.json"
    write_axe_result(folder, result)
    read: list[dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
    assert [(entry["url"], entry["width"]) for entry in read] == [
        (page, width) for page in PAGES for width in (WIDE, NARROW)
    ]
    assert axe_result(result, {page: (folder / page).read_bytes() for page in PAGES}).grade == "pass"
