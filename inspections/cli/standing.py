"""The command that says how every force stands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from inspections.cli.shared import EVIDENCE, EvidenceOption, err, force_files, out, stop
from parameters import PROJECT, Inspection, InspectionError, Parameters, load_parameters, shown_path
from parameters.loading import INSPECTION_FILE, load_model
from parameters.paths import typed

__all__ = ["status"]

FAILED = 1
_KINDS = {"InspectionError": "something is wrong with its data or its design"}
"""What a person knows by another name than its kind."""
_COLOURS = {"failed": "red", "stopped": "yellow", "running": "cyan"}


@dataclass(frozen=True)
class Standing:
    """How one force stands.

    Attributes
    ----------
    inspection, force : str
        Id of the inspection, and the force's short name.
    steps : dict of str to str
        Each step: ``up to date``, what it rests on that changed, ``running``, ``failed``, ``stopped`` or
        ``not run``.
    finished : str
        When its last whole run ended (ISO 8601); empty where there is none.
    report : str
        ``rendered``, ``older than the evidence``, or empty where no page is on the site.
    released : bool
        Whether there is a release package.
    failed : bool
        Whether its last run, or the reading of its parameters, failed.
    remark : str
        Who is at work on it, or where and how it failed.
    """

    inspection: str
    force: str
    steps: dict[str, str] = field(default_factory=dict)
    finished: str = ""
    report: str = ""
    released: bool = False
    failed: bool = False
    remark: str = ""


def status(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Names of forces, or parameter files; by default all that have evidence."),
    ] = None,
    evidence: EvidenceOption = EVIDENCE,
    site: Annotated[Path, typer.Option(help="Folder of the rendered pages.")] = PROJECT / "_site",
    packages: Annotated[Path, typer.Option(help="Folder of the release packages.")] = PROJECT / "_release",
    as_json: Annotated[bool, typer.Option("--json", help="Tell it as JSON, for other programs.")] = False,
) -> None:
    """Say how every force stands: what is up to date, at work or failed, and what is rendered and released.

    Extracts are read to see whether they changed; a database is not. Ends with 1 where a force has failed.
    """
    root = evidence.resolve()
    with err.status("Looking at the evidence."):
        chosen = _chosen(files, root) if files else _found(root)
        standings = [_on_pages(found, site=site, packages=packages) for found in chosen]
    standings.sort(key=lambda found: (found.inspection, found.force))
    if as_json:
        out.print(json.dumps([asdict(found) for found in standings], indent=2))
    else:
        _tell(standings, root)
    if any(found.failed for found in standings):
        raise typer.Exit(FAILED)


def _chosen(files: list[Path], root: Path) -> Iterator[Standing]:
    for file in force_files(files):
        if not file.is_file():  # a slip of whoever typed its name
            raise stop(_loaded(file))
        yield _of_file(file, root, force=file.stem)


def _found(root: Path) -> Iterator[Standing]:
    """Every force of which a run has left anything, by the parameter file that it was run with."""
    from inspections.evidence import UNFINISHED, parameter_file_of

    places = {path.with_name(path.name.removesuffix(UNFINISHED)) for path in root.glob("*/*")}
    for whole in sorted(places):
        if file := parameter_file_of(whole):
            yield _of_file(PROJECT / file, root, force=whole.name, inspection=whole.parent.name)


def _loaded(file: Path) -> Parameters | InspectionError:
    try:
        return load_parameters(file)
    except InspectionError as error:
        return error


def _of_file(file: Path, root: Path, *, force: str, inspection: str = "") -> Standing:
    parameters = _loaded(file)
    if isinstance(parameters, Parameters):
        return _of_force(parameters, root)
    if not inspection:
        try:
            inspection = load_model(file.parent / INSPECTION_FILE, Inspection).id
        except InspectionError:
            inspection = "inspection not known"
    check = shlex.join(["inspection", "check", typed(shown_path(file))])
    remark = f"its parameters cannot be read. To see why: {check}"
    return Standing(inspection, force, failed=True, remark=remark)


def _of_force(parameters: Parameters, root: Path) -> Standing:
    from inspections.evidence import EvidenceFolder
    from inspections.step_keys import NOT_RUN, UP_TO_DATE

    evidence = EvidenceFolder(root, parameters)
    standing = Standing(
        parameters.inspection.id,
        parameters.force.force,
        steps=evidence.step_states(),
        finished=evidence.finished(),
    )
    to_do = next((step for step, state in standing.steps.items() if state != UP_TO_DATE), "")
    if holder := evidence.lock.holder():
        at_work = {to_do: "running"} if to_do else {}
        return replace(standing, steps=standing.steps | at_work, remark=f"at work: {holder}")
    if failure := evidence.failure():
        step, when = failure["step"], datetime.fromisoformat(failure["at"])
        steps = standing.steps | ({step: "failed"} if step in standing.steps else {})
        remark = (
            f"failed in {step}, {when:%d %B %Y %H:%M} ({_KINDS.get(failure['kind'], failure['kind'])}). "
            f"To see why, or go on: {evidence.run_command}"
        )
        return replace(standing, steps=steps, failed=True, remark=remark)
    if evidence.unfinished.is_dir() and to_do:
        stopped = {to_do: "stopped"} if standing.steps[to_do] == NOT_RUN else {}
        remark = f"stopped before its end. To go on: {evidence.run_command}"
        return replace(standing, steps=standing.steps | stopped, remark=remark)
    return standing


def _on_pages(standing: Standing, *, site: Path, packages: Path) -> Standing:
    """The same with what is rendered and released of it."""
    page = site / "reports" / standing.force / f"{standing.force}-report.pdf"
    report = ""
    if page.is_file():
        finished = datetime.fromisoformat(standing.finished).timestamp() if standing.finished else 0.0
        report = "rendered" if page.stat().st_mtime >= finished else "older than the evidence"
    package = packages / f"{standing.inspection}-{standing.force}"
    return replace(standing, report=report, released=package.is_dir())


def _tell(standings: list[Standing], root: Path) -> None:
    from inspections.step_keys import STEPS

    if not standings:
        out.print(
            f"No force has evidence in {root}. Run one: inspection run <force>. "
            "Or name the folder in which evidence is: --evidence <folder>"
        )
    for inspection, group in groupby(standings, key=lambda found: found.inspection):
        rows = list(group)
        table = Table(
            "force",
            *(step.partition("_")[2].replace("_", " ") for step in STEPS),
            "finished",
            "report",
            title=f"{inspection}: forces {len(rows)}, failed {sum(found.failed for found in rows)}",
            title_justify="left",
            box=None,
            pad_edge=False,
        )
        for found in rows:
            table.add_row(
                found.force,
                *(_coloured(found.steps.get(step, "")) for step in STEPS),
                found.finished[:10],
                ", ".join(filter(None, (found.report, "released" if found.released else ""))),
                style="red" if found.failed else "",
            )
        out.print(table, soft_wrap=False)
        for found in rows:
            if found.remark:
                out.print(f"{found.force}: {found.remark}")


def _coloured(state: str) -> Text:
    colour = _COLOURS.get(state, "yellow" if state.endswith("changed") else "")
    return Text(state, style=colour)
