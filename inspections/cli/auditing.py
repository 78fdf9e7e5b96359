"""Commands of the audit: people check the coding, and what they find is measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from inspections.cli.coding import CODEBOOK, CodebookOption, read_codebook
from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    RoundOption,
    audit_round,
    load,
    out,
    shown,
    stop,
    whole_evidence,
)
from parameters import InspectionError, Problem

if TYPE_CHECKING:
    from inspections.audit import ForceNotes, Score

audit_app = typer.Typer(help="Audit the coding: people code blind, and are compared.", no_args_is_help=True)

AuditFolder = Annotated[
    Path, typer.Argument(help="Folder of the audit, as given to sample --to.", show_default=False)
]


@audit_app.command("sample")
def audit_sample(
    to: Annotated[Path, typer.Option(help="Folder of the audit, where case material may be kept.")],
    coder: Annotated[list[str], typer.Option(help="Name of a coder; once for each.")],
    forces: Annotated[
        list[Path] | None,
        typer.Argument(help="Forces with evidence, such as northshire.", show_default=False),
    ] = None,
    coding: Annotated[
        Path | None, typer.Option(help="Instead of forces: a coding table (.parquet).", show_default=False)
    ] = None,
    notes: Annotated[
        Path | None, typer.Option(help="The notes of that coding table (.parquet).", show_default=False)
    ] = None,
    round_: Annotated[
        str, typer.Option("--round", help="training, pilot or main; a second of a kind is main-2.")
    ] = "training",
    units: Annotated[
        int | None, typer.Option(min=1, help="Units to draw; by default 100, 200 or 1000, as the round is.")
    ] = None,
    seed: Annotated[
        str, typer.Option(help="Seed of the draw; by default that of the inspection.", show_default=False)
    ] = "",
    codebook: CodebookOption = CODEBOOK,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Draw coding units and write a workbook for every coder, blind to what the machine said.

    A round that is there is not drawn again: name a new coder to add one. Workbooks that are there stay.
    """
    from inspections.audit import make_round, make_workbooks

    book = read_codebook(codebook)
    material, own_seed = _material(forces or [], coding, notes, evidence=evidence)
    held = make_round(to, round_, material, coder, codebook=book, seed=seed or own_seed, size=units)
    written, left = make_workbooks(held, book)
    strata = held.units["stratum"].nunique()
    out.print(f"{round_}: {len(held.units)} of {len(held.frame)} units, in {strata} strata.")
    for path in written:
        out.print(f"written: {shown(path)}")
    for path in left:
        out.print(f"there already, left as it is: {shown(path)}")
    out.print("Give coders their workbook alone; the rest of the folder holds the machine's coding.")


@audit_app.command("score")
def audit_score(folder: AuditFolder, round_: RoundOption = "", codebook: CodebookOption = CODEBOOK) -> None:
    """Read the workbooks back, every slip by cell, and tell agreement, drift and, once settled, accuracy."""
    from inspections.audit import open_round, read_coded, rounds_in, score
    from inspections.audit.scoring import coders_agreement

    book = read_codebook(codebook)
    held = audit_round(folder, round_)
    before = rounds_in(folder)[: rounds_in(folder).index(held.folder)]
    rounds = [one for one in map(open_round, before) if len(one.coders) > 1 and one.codebook == held.codebook]
    earlier = {one.name: coders_agreement(one, read_coded(one, book), book) for one in rounds}
    found = score(held, book, earlier=earlier)
    written = found.write(held.folder / "results")
    for row in found.progress.to_dict("records"):
        at = f", goes on in row {row['next_row']}" if row["next_row"] else ""
        out.print(f"{row['coder']}: {row['coded']} of {row['units']} units coded{at}.")
    _print_score(found)
    out.print("\n".join(["", *map(shown, written)]))


@audit_app.command("settle")
def audit_settle(folder: AuditFolder, round_: RoundOption = "", codebook: CodebookOption = CODEBOOK) -> None:
    """Make the workbook in which a third person settles differences; filled in, write the gold corpus."""
    from inspections.audit import read_coded, read_settled, settle

    book = read_codebook(codebook)
    held = audit_round(folder, round_)
    coded = read_coded(held, book)
    made = settle(held, coded, book)
    settled = None if made else read_settled(held, coded, book)
    if settled is None:
        out.print(f"Have a third person fill in, then give this command again: {made}")
        return
    counts = settled.units["coding"].value_counts()
    told = ", ".join(f"{number} {how}" for how, number in counts.items())
    out.print(f"gold: {shown(held.gold)} ({told}). Restricted.")


def _print_score(found: Score) -> None:
    from nlp.audit.accuracy import print_accuracy
    from nlp.audit.agreement import print_agreement

    if found.agreement is None:
        out.print("\nOne coder: no agreement to tell.")
    else:
        out.print("\nAgreement before settling, with 95% intervals over case files:")
        told = print_agreement(found.agreement)
        given = (found.agreement["given"] > 0) | (found.agreement["about"] == "orientation")
        out.print(told[given.to_numpy()].to_string(index=False))
        if not given.all():
            out.print(f"Given by nobody so far, or not compared: {(~given).sum()} codes and attributes.")
    if found.drift is not None:
        drifted = found.drift.loc[found.drift["drifted"], "name"]
        out.print("\nAlpha by round:")
        out.print(found.drift.round(2).to_string(index=False, na_rep="n/a"))
        if len(drifted):
            out.print(f"Alpha fell by more than 0.10: open the pilot again for {', '.join(drifted)}.")
    if found.accuracy is None or found.balance is None:
        out.print("\nAccuracy is told once the round is settled: inspection audit settle")
        return
    out.print("\nThe machine against the settled coding, what counts, weighted to all units:")
    out.print(print_accuracy(found.accuracy).to_string(index=False))
    out.print("\nBalance of effort by force, and as people would have it, with the doubt of both:")
    out.print(found.balance.round(2).to_string(index=False, na_rep="n/a"))


def _material(
    forces: list[Path], coding: Path | None, notes: Path | None, *, evidence: Path
) -> tuple[list[ForceNotes], str]:
    """Notes and coding of forces or of a table, and the seed that goes with them."""
    from inspections.audit import ForceNotes

    if bool(forces) == bool(coding) or bool(coding) != bool(notes):
        message = "must name forces, or a coding table and its notes."
        remedy = (
            "Write inspection audit sample northshire ..., or --coding coding.parquet --notes notes.parquet."
        )
        raise InspectionError([Problem("inspection audit sample", "arguments", "", message, remedy)])
    if coding and notes:
        _refuse_unfinished(coding)
        table = _read(notes, ("case_id", "entry_no", "text"))
        coded = _read(coding, ("case_id", "entry_no", "unit_no", "start", "end", "code", "counts"))
        cases = pd.DataFrame({"case_id": sorted(set(table["case_id"])), "weight": 1.0, "stratum": ""})
        return [ForceNotes(coding.stem, table, coded, cases)], "audit"
    material, parameters = [], load(forces)
    for one in parameters:
        folder = whole_evidence(one, evidence) / "restricted"
        table, coded, sample = (
            pd.read_parquet(folder / f"{name}.parquet") for name in ("notes", "coding", "sample")
        )
        cases = sample[["case_id", "weight", "stratum"]].astype({"stratum": str})
        material.append(ForceNotes(one.force.force, table, coded, cases))
    return material, parameters[0].inspection.seed


def _refuse_unfinished(coding: Path) -> None:
    """A folder of parts can be read as a table before all of them are there."""
    from nlp.files import NotesFileError
    from nlp.parts import check_whole

    if coding.is_dir():
        try:
            check_whole(coding)
        except NotesFileError as error:
            raise stop(error) from None


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError):
        remedy = "Name a Parquet file, such as inspection code writes."
        raise InspectionError([Problem(shown(path), "", "", "cannot be read.", remedy)]) from None
    missing = [name for name in columns if name not in table]
    if missing:
        message = f"lacks {', '.join(missing)}."
        raise InspectionError([Problem(shown(path), "columns", "", message, "Add what is missing.")])
    return table
