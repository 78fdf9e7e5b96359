"""The command of whoever publishes: the release gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    ParameterFile,
    check_folder,
    load,
    out,
    shown,
    whole_evidence,
)
from parameters import PROJECT

if TYPE_CHECKING:
    from reports.gate import Found, Item

REFUSED = 1
_MOST_SHOWN = 12
"""Things found that are told of one item; the page tells all."""

_COLOURS = {"pass": "green", "review": "yellow", "fail": "red"}


def release(
    file: ParameterFile,
    evidence: EvidenceOption = EVIDENCE,
    site: Annotated[Path, typer.Option(help="Folder of the rendered pages.")] = PROJECT / "_site",
    to: Annotated[Path, typer.Option(help="Folder for the release package.")] = PROJECT / "_release",
    axe: Annotated[Path | None, typer.Option(help="Result of axe-core in a browser, as JSON.")] = None,
) -> None:
    """Look through all that would be published of a force; write the release package if nothing fails.

    What was found is told by place and kind, never by its words. The page in restricted/ shows them to
    whoever signs. Ends with 1 where something fails that no override lets pass.
    """
    from reports.gate import release_force

    (parameters,) = load([file])
    whole = whole_evidence(parameters, evidence)
    checked, page, package = release_force(parameters.force.force, whole, site=site, to=to, axe=axe)
    for item in checked.items:
        _tell(item)
    out.print(f"To read and to sign: {shown(page)}")
    if package is None:
        out.print(f"{parameters.force.name}: refused. Nothing was written for publication.")
        raise typer.Exit(REFUSED)
    out.print(f"{parameters.force.name}: released to {shown(package)}")


def axe(
    to: Annotated[Path, typer.Option(help="JSON file for the result; give it to the release gate.")],
    site: Annotated[Path, typer.Option(help="Folder of the rendered pages.")] = PROJECT / "_site",
) -> None:
    """Look at every page in Chromium with axe-core, wide and narrow, by the rules of WCAG 2.2 at A and AA.

    Needs Chromium and the browser extra. Ends with 1 where something was found.
    """
    from reports.gate.browser import write_axe_result

    check_folder(to)
    looks = write_axe_result(site, to)
    found = [(look, violation) for look in looks for violation in look.axe["violations"]]
    for look, violation in found:
        place = f"{look.page.relative_to(site)}, {look.width} pixels wide"
        out.print(f"{place}: {violation['help']} [{violation['id']}]")
    pages = len({look.page for look in looks})
    out.print(f"{pages} pages, {len(found)} faults: {shown(to)}")
    if found:
        raise typer.Exit(REFUSED)


def _tell(item: Item) -> None:
    looked_at = f" ({item.looked_at})" if item.looked_at else ""
    out.print(Text.assemble((f"{item.grade:6}", _COLOURS[item.grade]), f"  {item.title}{looked_at}"))
    for found in sorted(item.found, key=lambda found: found.stands != "fail")[:_MOST_SHOWN]:
        out.print(f"          {_line(item, found)}")
    if (more := len(item.found) - _MOST_SHOWN) > 0:
        out.print(f"          and {more} more")


def _line(item: Item, found: Found) -> str:
    place = f": {found.place}" if found.place else ""
    key = f" [{item.id}/{found.key}]" if found.key else ""
    grade = f"{found.grade}, overridden" if found.override else found.grade
    return f"{grade}: {found.says}{place}{key}"
