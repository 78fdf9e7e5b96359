"""Commands of the report author."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    ParameterFiles,
    load,
    mistakes,
    out,
    shown,
    whole_evidence,
)
from parameters import PROJECT


def report(
    forces: ParameterFiles,
    evidence: EvidenceOption = EVIDENCE,
    site: Annotated[Path, typer.Option(help="Folder to which the pages are rendered.")] = PROJECT / "_site",
) -> None:
    """Refresh the numbers of each force's report, then render HTML, PDF and the national index."""
    from reports import refresh, render
    from reports.changes import read_changes

    runs = load(forces)
    names = [parameters.force.force for parameters in runs]
    with mistakes():
        for parameters in runs:
            refresh(parameters.force.force, whole_evidence(parameters, evidence) / "release")
        rendered = render(names, site_folder=site)
    for page in rendered:
        out.print(
            f"{page.force}: {shown(page.html)}\n{' ' * len(page.force)}  {shown(page.pdf)}", markup=False
        )
    out.print(f"national index: {shown(site / 'index.html')}", markup=False)
    out.print(f"rendered by: {rendered[0].renderer}", markup=False)
    for force in names:
        for change in read_changes(PROJECT / "reports" / force):
            where = f"reports/{force}/{change.file}, line {change.line}"
            was = f"{change.value} was {change.before or 'nothing'} and is now {change.now or 'nothing'}"
            out.print(f"{where}: {was}. Read the sentence again.", markup=False)
