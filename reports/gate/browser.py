"""Pages as a browser shows them: what axe-core finds, what they ask for, whether they fit a narrow screen.

Needs Chromium and the packages of the ``browser`` extra; nothing else of the toolkit does.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parameters import InspectionError, Problem
from reports.gate.publication import digest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

__all__ = ["NARROW", "WIDE", "Look", "chromium", "look_at", "write_axe_result"]

WIDE, NARROW = 1280, 320
"""Widths in CSS pixels; the narrow one is a wide screen enlarged four times, as WCAG 1.4.10 asks."""

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
"""WCAG 2.0, 2.1 and 2.2 at A and AA; axe-core asks for its one rule of 2.2 by name."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LOCAL = ("file:", "data:", "blob:", "about:")


@dataclass(frozen=True)
class Look:
    """What was seen of a page at one width.

    Parameters
    ----------
    page : Path
        The HTML file.
    width : int
        Of the window, in CSS pixels.
    axe : dict
        ``testEngine`` and ``violations``, as axe-core gives them.
    asked : tuple of str
        Addresses of all that the page asked for beside itself; what was not on this machine it did not get.
    content_width : int
        In CSS pixels; more than the window's where a reader would have to scroll sideways.
    """

    page: Path
    width: int
    axe: dict[str, Any]
    asked: tuple[str, ...]
    content_width: int


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium of this machine, or the one that Playwright installed.

    Raises
    ------
    InspectionError
        When the packages of the ``browser`` extra or the browser are not there.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise _missing("Playwright is not installed", "pip install -e '.[browser]'") from None
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found)
        except Error:
            raise _missing("there is no Chromium that starts", "playwright install chromium") from None
        try:
            yield browser
        finally:
            browser.close()


def look_at(pages: Iterable[Path], browser: Browser, *, widths: Iterable[int] = (WIDE,)) -> list[Look]:
    """Open each page at each width, cut off from everything that is not a file of this machine.

    Parameters
    ----------
    pages : iterable of Path
        HTML files.
    browser : Browser
        As started by :func:`chromium`.
    widths : iterable of int
        In CSS pixels.
    """
    widths = list(widths)
    return [_look(page, browser, width) for page in pages for width in widths]


def write_axe_result(site: Path, target: Path) -> list[Look]:
    """Run axe-core on every page of a site, wide and narrow, and write what the release gate reads.

    Parameters
    ----------
    site : Path
        Folder of the rendered pages.
    target : Path
        JSON file: a list with an entry for each page and width, ``url`` being the page's path on the site
        and ``sha256`` its hash.

    Returns
    -------
    list of Look
        By page and width.
    """
    pages = sorted(site.rglob("*.html"))
    if not pages:
        raise InspectionError([Problem(str(site), "", "", "holds no page.", "Render the reports first.")])
    with chromium() as browser:
        looks = look_at(pages, browser, widths=(WIDE, NARROW))
    results = [
        {
            "url": look.page.relative_to(site).as_posix(),
            "width": look.width,
            "sha256": digest(look.page.read_bytes()),
            **look.axe,
        }
        for look in looks
    ]
    target.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return looks


def _look(path: Path, browser: Browser, width: int) -> Look:
    asked: list[str] = []

    def note(route: Route) -> None:
        address = route.request.url
        if address != path.resolve().as_uri():
            asked.append(address)
        if address.startswith(_LOCAL):
            route.continue_()
        else:
            route.abort()

    context = browser.new_context(viewport={"width": width, "height": 900})
    try:
        context.route("**/*", note)
        page = context.new_page()
        page.goto(path.resolve().as_uri())
        content_width = page.evaluate("document.documentElement.scrollWidth")
        return Look(path, width, _axe(page), tuple(asked), content_width)
    finally:
        context.close()


def _axe(page: Page) -> dict[str, Any]:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        raise _missing("axe-core is not installed", "pip install -e '.[browser]'") from None
    found = Axe().run(page, options=RULES).response
    return {"testEngine": found["testEngine"], "violations": found["violations"]}


def _missing(what: str, remedy: str) -> InspectionError:
    return InspectionError([Problem("the browser", "", "", f"cannot be used: {what}.", remedy)])
