"""Commands of the report author."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    ParameterFile,
    ParameterFiles,
    load,
    load_each,
    out,
    shown,
    tell_failures,
    whole_evidence,
)
from parameters import PROJECT, InspectionError, shown_path

if TYPE_CHECKING:
    from reports.changes import Flag


def report(
    forces: ParameterFiles,
    evidence: EvidenceOption = EVIDENCE,
    site: Annotated[Path, typer.Option(help="Folder to which the pages are rendered.")] = PROJECT / "_site",
    seen: Annotated[
        list[str] | None, typer.Option(help="Id of a passage you have read again; once for each.")
    ] = None,
    docx: Annotated[
        bool, typer.Option("--docx", help="Also write a Word file in which the force can check the facts.")
    ] = False,
) -> None:
    """Refresh the numbers of each force's report, then render HTML, PDF and the home page.

    What an author has to read again, because a number or a finding beside it changed, is listed with its id.
    A force of which the report cannot be made does not stop the others; ends with 2 where there is one.
    """
    from inspections.runner import ForceRun
    from reports import refresh, render_each
    from reports.accuracy import write_draft
    from reports.changes import mark_read, read_changes

    runs, wrong = load_each(forces)
    named = {parameters.force.force: parameters.file for parameters in runs}
    files = named | {file.stem: shown_path(file) for file in wrong}
    failed = {file.stem: error for file, error in wrong.items()}
    mark_read([PROJECT / "reports" / force for force in named], seen or [])
    for parameters in runs:
        try:
            refresh(parameters.force.force, whole_evidence(parameters, evidence) / "release")
        except InspectionError as error:
            failed[parameters.force.force] = error
    refreshed = [force for force in named if force not in failed]
    rendered, refused = render_each(refreshed, site_folder=site) if refreshed else ([], {})
    failed |= refused
    for page in rendered:
        out.print(f"{page.force}: {shown(page.html)}\n{' ' * len(page.force)}  {shown(page.pdf)}")
    if rendered:
        out.print(f"home page: {shown(site / 'index.html')}")
        out.print(f"rendered by: {rendered[0].renderer}")
    for page in rendered if docx else []:
        out.print(f"for a check of facts by the force: {shown(write_draft(page.force))}")
    for page in rendered:
        changes = read_changes(PROJECT / "reports" / page.force)
        tell_flags(page.force, changes, again=f"report {page.force}")
    if failed:
        again = shlex.join(["inspection", "report", *(files[force] for force in failed)])
        told = [ForceRun(force, None, str(error)) for force, error in failed.items()]
        raise tell_failures(told, whole=len(rendered), again=again)


def tell_flags(force: str, flags: Sequence[Flag], *, again: str) -> None:
    """List what an author has to read again, then once what each finding said and says."""
    if not flags:
        return
    out.print(f"\n{force}: to be read again, because of what changed beside it")
    for flag in flags:
        out.print(f"  {flag.id}  {flag.place}")
        out.print(f"            {'; '.join(map(str, flag.changes))}")
    changes = dict.fromkeys(change for flag in flags for change in flag.changes)
    for change in (change for change in changes if change.is_statement):
        out.print(f"  {change.name}")
        out.print(f"    said  {change.before or 'nothing'}")
        out.print(f"    says  {change.now or 'nothing'}")
    out.print(f"When you have read one: inspection {again} --seen {flags[0].id}")


def comments(
    file: ParameterFile,
    document: Annotated[Path, typer.Argument(help="The Word file that the force sent back.")],
) -> None:
    """Read a force's tracked changes and comments into a list that the author answers.

    The list is reports/<force>/accuracy-check/comments.csv. What is on it stays as it is, answers and all.
    The text of the report is never changed.
    """
    from reports.accuracy import COMMENTS, ROUND, add_comments, read_comments

    (parameters,) = load([file])
    path = PROJECT / "reports" / parameters.force.force / ROUND / COMMENTS
    found = read_comments(document)
    new = add_comments(path, found)
    out.print(f"{shown(document)}: {len(found)} changes and comments, {len(new)} of them new.")
    if new:
        out.print(f"Answer them in {shown(path)}, in the column answer.")
