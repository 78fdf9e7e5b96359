"""Commands that draw and count: check, plan, replace, run."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inspections.cli.progress import progress
from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    ParameterFile,
    ParameterFiles,
    load,
    load_each,
    out,
    ready_reader,
    shown,
    stop,
    tell_failures,
)
from inspections.sampling import LossReason
from parameters import Inspection, InspectionError, Parameters, Problem, shown_path
from parameters.loading import INSPECTION_FILE, load_model
from parameters.paths import run_command

if TYPE_CHECKING:
    from inspections.case_files import CaseFiles
    from inspections.runner import ForceRun
    from inspections.sampling import Drawn

PARAMETERS = "its parameters"
"""Where a force fails before its first step."""


def check(files: ParameterFiles, evidence: EvidenceOption = EVIDENCE) -> None:
    """Check parameters, case files and the draw, and grade all that is found. Nothing is written."""
    from inspections.data_quality import GRADES

    checked, problems = _read_and_draw(load(files))
    for case_files, drawn, parameters in checked:
        _tell_quality(case_files, drawn, parameters)
        _tell_changes(drawn, parameters, evidence)
    if problems:
        raise stop(f"{GRADES['stops']}: {len(problems)}\n{InspectionError(problems)}")


def _tell_quality(case_files: CaseFiles, drawn: Drawn, parameters: Parameters) -> None:
    from inspections.completeness import find_gaps
    from inspections.data_quality import GRADES, grade_data, quality_sentences
    from inspections.sampling import select_offences

    reading = [f"{len(drawn.sample.cases)} to be read"]
    reading += [f"{len(dip.cases)} in the dip sample of outcome {code}" for code, dip in drawn.dips.items()]
    reading += [f"{len(drawn.losses)} lost"] if drawn.losses else []
    sizes = f"{len(case_files.cases)} cases, {len(case_files.notes)} notes"
    out.print(f"{parameters.force.name}: {sizes}; {', '.join(reading)}.")
    frame = drawn.frame.cases["case_id"]
    inspected = select_offences(case_files.cases, parameters.inspection.frame.offence_codes)
    gaps = find_gaps({**case_files.tables, "cases": inspected}, cases=frame)
    quality = grade_data(gaps, case_files.checks, frame=frame)
    for grade, heading in GRADES.items():
        sentences = quality_sentences(quality, grade)
        out.print(f"  {heading}: {len(sentences) or 'nothing found'}")
        for sentence in sentences:
            out.print(f"    {sentence}")
    for remark in (*drawn.sample.remarks, *(words for dip in drawn.dips.values() for words in dip.remarks)):
        out.print(f"  {remark}")


def _tell_changes(drawn: Drawn, parameters: Parameters, root: Path) -> None:
    """Say where the list or its groups are not those of the last whole run with the same seed."""
    from inspections.evidence import EvidenceFolder
    from inspections.sampling import changed_after_seed, earlier_lists

    frame_hash = drawn.sample.frame_hash
    earlier = earlier_lists(
        EvidenceFolder(root.resolve(), parameters).last_facts(),
        seed=parameters.inspection.seed,
        frame_hash=frame_hash,
        strata_hash=drawn.strata_hash,
    )
    if told := changed_after_seed(earlier, frame_hash=frame_hash):
        out.print(f"{parameters.force.name}: {told}")


def _read_and_draw(
    runs: list[Parameters],
) -> tuple[list[tuple[CaseFiles, Drawn, Parameters]], list[Problem]]:
    """Every force's case files and samples, and what stops those of the others."""
    from inspections.audit.settled import check_audit
    from inspections.case_files import read_case_files
    from inspections.disclosure import refuse_unknown_exceptions
    from inspections.sampling import draw

    checked: list[tuple[CaseFiles, Drawn, Parameters]] = []
    problems: list[Problem] = []
    for parameters in runs:
        try:
            refuse_unknown_exceptions(parameters.inspection.disclosure, file=parameters.inspection_file)
            check_audit(parameters)
            case_files = read_case_files(parameters)
            drawn = draw(case_files.cases, case_files.notes["case_id"].value_counts(), parameters)
        except InspectionError as error:
            problems.extend(error.problems)
        else:
            checked.append((case_files, drawn, parameters))
    return checked, problems


def _check(runs: list[Parameters]) -> list[tuple[CaseFiles, Drawn, Parameters]]:
    """Every force's case files and samples, so that nothing stops a run half-way."""
    checked, problems = _read_and_draw(runs)
    if problems:
        raise InspectionError(problems)
    return checked


def plan(file: ParameterFile) -> None:
    """Say what margin the sample's size buys, and how many case files other margins would cost."""
    from inspections.planning import cases_for_margins, margins_bought

    ((_, drawn, parameters),) = _check(load([file]))
    sample = drawn.planned
    shares = parameters.inspection.sample.expected_shares
    bought = margins_bought(sample.strata, expected_shares=shares)
    sizes = dict(zip(sample.strata["stratum"], sample.strata["frame"], strict=True))
    for heading, table in (
        ("Margins that this sample buys (a share of 0.10 is ten points either way):", bought),
        ("Case files needed for wanted margins:", cases_for_margins(sizes, expected_shares=shares)),
    ):
        out.print(f"{heading}\n{table.round(3).to_string(index=False)}\n")


def replace(
    file: ParameterFile,
    case: Annotated[str, typer.Option(help="Reference of the case file, as on the reading list.")],
    reason: Annotated[LossReason, typer.Option(help="Why it could not be read; counted in the report.")],
    by: Annotated[str, typer.Option(help="Name of the inspector who found so.")],
    note: Annotated[str, typer.Option(help="More about it; never published.")] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day it was found; by default today.")
    ] = None,
) -> None:
    """Record that a case file drawn could not be read; the next run reads the next of its stratum instead.

    The record is kept beside the parameter file. Nobody chooses the replacement.
    """
    from inspections.case_files import read_case_files
    from inspections.sampling import Loss, draw, losses_table, lost_cases_file, record_loss

    (parameters,) = load([file])
    loss = Loss(case.strip(), reason, note.strip(), by.strip(), (on or datetime.now().astimezone()).date())
    record = lost_cases_file(parameters)
    if not loss.recorded_by:
        message, remedy = "is empty.", 'Give the name of the inspector: --by "A. Khan".'
        raise InspectionError([Problem("inspection replace", "--by", "", message, remedy)])
    case_files = read_case_files(parameters)
    notes = case_files.notes["case_id"].value_counts()
    before = draw(case_files.cases, notes, parameters)
    if known := next((entry for entry in before.losses if entry.case_id == loss.case_id), None):
        message = f"was recorded as lost by {known.recorded_by} on {known.recorded_on}."
        remedy = "A loss is recorded once; there is nothing more to do."
        raise InspectionError([Problem(shown(record), loss.case_id, "", message, remedy)])
    after = draw(case_files.cases, notes, parameters, losses=(loss,))
    record_loss(record, loss)
    lost = losses_table(after.sample, after.dips, after.losses)
    for place in lost[lost["case_id"] == loss.case_id].fillna({"replaced_by": ""}).to_dict("records"):
        taken = (
            f"read {place['replaced_by']} instead"
            if place["replaced_by"]
            else "no case is left to replace it, so one fewer is read"
        )
        out.print(f"{place['drawn_for']}, {place['stratum']}: {taken}")
    out.print(f"Recorded in {shown(record)}. Now run again: inspection run {parameters.called}")


def run(
    files: ParameterFiles,
    evidence: EvidenceOption = EVIDENCE,
    jobs: Annotated[int, typer.Option(min=1, help="Forces to run side by side.")] = os.cpu_count() or 1,
    again: Annotated[bool, typer.Option("--again", help="Run everything, also what is up to date.")] = False,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Replace evidence made from another parameter file.")
    ] = False,
) -> None:
    """Run the notebooks of one or more forces, a process each; what is up to date is not run again.

    A force that fails does not stop the others: what is wrong is told at the end, force by force. Ends with 2
    where one failed. A database is not looked into to see whether it has changed: give --again to read it
    anew. Evidence made from a parameter file elsewhere that says something else is not replaced without
    --replace.
    """
    from inspections.side_by_side import run_forces

    root = evidence.resolve()
    loaded, wrong = load_each(files)
    runs, failed = _fit_to_run(loaded, root, replacing=replacing)
    failed = [_unread(file, error, root) for file, error in wrong.items()] + failed
    results: list[ForceRun] = []
    if runs:
        if any(parameters.inspection.coding.combine != "rules" for parameters in runs):
            ready_reader()  # once, before forces that run side by side would each do it
        try:
            with progress([run.force.force for run in runs]) as tell:
                results = run_forces(runs, root, jobs=min(jobs, len(runs)), tell=tell, again=again)
        except KeyboardInterrupt:
            raise stop("Stopped. What was done is kept: give the same command again to go on.") from None
    whole = [result for result in results if result.evidence]
    for result in whole:
        if result.remark:
            out.print(f"{result.force}: {result.remark}")
    for result in whole:
        out.print(f"{result.force}: evidence in {shown(result.evidence or root)}")
    if failed := failed + [result for result in results if not result.evidence]:
        named = {parameters.force.force: parameters.file for parameters in loaded}
        named |= {file.stem: shown_path(file) for file in wrong}
        forces = [named[result.force] for result in failed]
        again_with = run_command(*forces, evidence=root) + (" --replace" if replacing else "")
        raise tell_failures(failed, whole=len(whole), again=again_with)


def _fit_to_run(
    loaded: list[Parameters], root: Path, *, replacing: bool
) -> tuple[list[Parameters], list[ForceRun]]:
    """Forces that replace nobody's evidence, and whose exceptions to disclosure control name what there is.

    A slip in an exception would stop the last step.
    """
    from inspections.disclosure import refuse_unknown_exceptions
    from inspections.evidence import EvidenceFolder
    from inspections.runner import ForceRun

    fit: list[Parameters] = []
    failed: list[ForceRun] = []
    for parameters in loaded:
        try:
            refuse_unknown_exceptions(parameters.inspection.disclosure, file=parameters.inspection_file)
            if not replacing:
                EvidenceFolder(root, parameters).refuse_another_file()
        except InspectionError as error:
            failed.append(ForceRun(parameters.force.force, None, str(error), step=PARAMETERS))
        else:
            fit.append(parameters)
    return fit, failed


def _unread(file: Path, error: InspectionError, root: Path) -> ForceRun:
    """A force whose parameters cannot be read, left on record where its inspection is known."""
    from inspections.evidence import unfinished_of
    from inspections.manifest import write_failure
    from inspections.runner import ForceRun

    with suppress(InspectionError, OSError):
        inspection = load_model(file.parent / INSPECTION_FILE, Inspection)
        unfinished = unfinished_of(root / inspection.id / file.stem)
        write_failure(unfinished, PARAMETERS, type(error).__name__, name=file.stem, file=shown_path(file))
    return ForceRun(file.stem, None, str(error), step=PARAMETERS)
