"""The command that sets forces side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inspections.cli.reports import tell_flags
from inspections.cli.shared import EVIDENCE, EvidenceOption, out, shown
from parameters import PROJECT, InspectionError, Problem


def compare(
    forces: Annotated[
        list[str] | None,
        typer.Argument(help="Names of forces, such as northshire; by default all that have evidence."),
    ] = None,
    inspection: Annotated[
        str, typer.Option(help="Id of the inspection; needed only where the evidence holds several.")
    ] = "",
    earlier: Annotated[
        str, typer.Option(help="Id or folder of the last inspection of the same forces, to tell change.")
    ] = "",
    without: Annotated[
        int, typer.Option(min=0, help="How many forces have no whole result and may be left out.")
    ] = 0,
    evidence: EvidenceOption = EVIDENCE,
    site: Annotated[Path, typer.Option(help="Folder to which the pages are rendered.")] = PROJECT / "_site",
    seen: Annotated[
        list[str] | None, typer.Option(help="Id of a passage you have read again; once for each.")
    ] = None,
) -> None:
    """Set forces side by side, from what they released alone, and render the national report.

    Where a force failed, has not finished or has not been run, this is refused with the list of such forces,
    until their number is typed. The report then names them and says why they are not in it.
    """
    from inspections.comparison import NATIONAL
    from inspections.comparison.run import compare_forces
    from reports import refresh_national, render
    from reports.changes import mark_read, read_changes

    root = evidence.resolve()
    mark_read([PROJECT / "reports" / NATIONAL], seen or [])
    chosen = inspection or _only_inspection(root)
    folder = compare_forces(
        chosen, forces or [], evidence_root=root, earlier=_in_full(earlier, root), without=without
    )
    refresh_national(folder / "release")
    (page,) = render([folder.name], site_folder=site)
    out.print(f"national evidence: {shown(folder)}")
    out.print(f"national report: {shown(page.html)}\n                 {shown(page.pdf)}")
    out.print(f"home page: {shown(site / 'index.html')}")
    out.print(f"rendered by: {page.renderer}")
    tell_flags(NATIONAL, read_changes(PROJECT / "reports" / NATIONAL), again="compare")


def _in_full(earlier: str, root: Path) -> str:
    """An earlier inspection's folder, wherever the command is given; an id in the evidence stays an id."""
    is_folder = bool(earlier) and not (root / earlier).is_dir() and Path(earlier).is_dir()
    return str(Path(earlier).resolve()) if is_folder else earlier


def _only_inspection(root: Path) -> str:
    from inspections.comparison import forces_with_release

    found = sorted(folder.name for folder in root.glob("*") if forces_with_release(folder))
    if len(found) == 1:
        return found[0]
    message = f"holds {len(found) or 'no'} inspections with released evidence."
    remedy = (
        f"Choose one with --inspection: {', '.join(found)}."
        if found
        else "Run the forces first: inspection run <force>"
    )
    raise InspectionError([Problem(shown(root), "--inspection", "", message, remedy)])
