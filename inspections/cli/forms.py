"""Commands of the review forms: make them, read them back, settle differences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    ParameterFile,
    load,
    out,
    shown,
    whole_evidence,
)
from parameters import Parameters
from parameters.disk import whole_file
from parameters.fields import fields_of
from parameters.questions import NOT_ANSWERED

if TYPE_CHECKING:
    from inspections.reviews import Reviews

forms_app = typer.Typer(
    help="Review forms: make them, read them back, settle differences.", no_args_is_help=True
)

FormsFolder = Annotated[
    Path, typer.Argument(help="Folder of the forms, as given to make.", show_default=False)
]
DipsOption = Annotated[bool, typer.Option("--dips", help="The forms of the dip samples, not the main ones.")]
DIP_FORMS = "dip-samples"
_NOTES = {False: "notes.parquet", True: "dip_notes.parquet"}
"""Notes of the main sample's case files, and of those drawn for dip samples alone."""


@forms_app.command("make")
def forms_make(
    file: ParameterFile,
    reviewer: Annotated[list[str], typer.Option(help="Name of a reviewer; once for each.")],
    to: Annotated[Path, typer.Option(help="Folder for the forms, where case material may be kept.")],
    second_share: Annotated[float, typer.Option(min=0, max=1, help="Share of files read twice.")] = 0.10,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Deal the sampled case files to reviewers and write a workbook for each.

    Files of dip samples are dealt apart, into the folder dip-samples; one that the main sample holds too is
    read there alone.
    """
    from inspections import reviews
    from parameters.questions import load_questions

    (parameters,) = load([file])
    seed, made = parameters.inspection.seed, []
    restricted = whole_evidence(parameters, evidence) / "restricted"
    sample = pd.read_parquet(restricted / "sample.parquet")
    groups = [(sample, _NOTES[False], to, seed)]
    if (restricted / "dip_samples.parquet").is_file():
        dips = reviews.dips_to_deal(pd.read_parquet(restricted / "dip_samples.parquet"), sample)
        groups += [(dips, _NOTES[True], to / DIP_FORMS, f"{seed} dip samples")] if len(dips) else []
    for cases, table, folder, group_seed in groups:
        allotment = reviews.allot(
            cases, reviewer, parameters=parameters, seed=group_seed, second_share=second_share
        )
        notes = pd.read_parquet(restricted / table)
        reviews.write_allotment(allotment, folder / "allotment.json")
        made += reviews.make_forms(allotment, load_questions(), folder, notes=notes)
    for path in made:
        out.print(shown(path))


@forms_app.command("read")
def forms_read(
    file: ParameterFile,
    forms: FormsFolder,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Accept forms not yet filled in.")] = False,
    dips: DipsOption = False,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Read filled-in forms back, every mistake by cell, and say how far they are."""
    (parameters,) = load([file])
    read = _read_forms(parameters, forms, dips=dips, evidence=evidence, unfinished=unfinished)
    for remark in read.remarks:
        out.print(f"{remark.grade}: {remark.problem}")
    answered = int((read.answers["answer"] != NOT_ANSWERED).sum())
    out.print(f"{answered} of {len(read.answers)} answers given.")


@forms_app.command("moderate")
def forms_moderate(
    file: ParameterFile,
    forms: FormsFolder,
    decisions: Annotated[Path | None, typer.Option(help="The adjudication workbook, filled in.")] = None,
    dips: DipsOption = False,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Show agreement and make the adjudication workbook; with decisions, write the final answers."""
    from inspections import reviews
    from parameters.questions import load_questions

    (parameters,) = load([file])
    folder, questions = _group_of(forms, dips=dips), load_questions()
    allotment = reviews.read_allotment(folder / "allotment.json")
    read = _read_forms(parameters, forms, dips=dips, evidence=evidence, unfinished=False)
    workbook = folder / "adjudication" / "adjudication.xlsx"
    if decisions is None:
        table = reviews.agreement(read, questions, seed=parameters.inspection.seed)
        out.print(reviews.print_agreement(table).to_string(index=False))
        reviews.make_adjudication(read, allotment, questions, workbook)
        out.print(shown(workbook))
        return
    notes = pd.read_parquet(whole_evidence(parameters, evidence) / "restricted" / _NOTES[dips])
    settled = reviews.read_adjudication(decisions, read, allotment, questions, notes=notes)
    final = forms / "final_answers" / ("dip_samples.parquet" if dips else "main_sample.parquet")
    final.parent.mkdir(exist_ok=True)
    with whole_file(final) as beside:
        reviews.final_answers(read, settled).to_parquet(beside, index=False)
    out.print(shown(final))
    columns = ", ".join(f"{name}: {name}" for name in fields_of("reviews"))
    out.print(f"To count them, write under sources in {parameters.file}, and run again:")
    where = f"path: {final.parent.resolve()}, format: parquet"
    out.print(f"  reviews: {{{where}, columns: {{{columns}}}}}")


def _group_of(forms: Path, *, dips: bool) -> Path:
    """Folder of the forms of the dip samples, or of the main sample."""
    return forms / DIP_FORMS if dips else forms


def _read_forms(
    parameters: Parameters, forms: Path, *, dips: bool, evidence: Path, unfinished: bool
) -> Reviews:
    from inspections import reviews
    from parameters.questions import load_questions

    notes = pd.read_parquet(whole_evidence(parameters, evidence) / "restricted" / _NOTES[dips])
    folder = _group_of(forms, dips=dips)
    allotment = reviews.read_allotment(folder / "allotment.json")
    return reviews.read_reviews(folder, allotment, load_questions(), notes=notes, allow_unfinished=unfinished)
