"""Commands that take the coding into other software, and people's coding back out of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import typer

from inspections.cli.coding import CODEBOOK, CodebookOption, read_codebook
from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    RoundOption,
    audit_round,
    check_folder,
    load,
    out,
    shown,
    stop,
    whole_evidence,
)
from parameters import PROJECT, InspectionError, Problem

_PROJECT, _CODEBOOK = ".qdpx", ".qdc"
_NOTES = ("case_id", "entry_no", "text")
_SPANS = ("case_id", "entry_no", "start", "end", "code")


class _Material(NamedTuple):
    """Notes, the machine's coding of them, their cases, and what they are called. Restricted."""

    notes: pd.DataFrame
    coding: pd.DataFrame | None
    cases: pd.DataFrame | None
    name: str
    as_at: date | None
    codebook: Path


def audit_export(
    what: Annotated[
        Path,
        typer.Argument(
            help="A force with evidence, such as northshire; a table of notes; an audit's folder, of which "
            "a round goes out blind; or a codebook's folder.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Project .qdpx, codebook .qdc, or table .xlsx, .csv, .jsonl, .parquet."
        ),
    ],
    coding: Annotated[
        list[Path] | None,
        typer.Option(help="Table of codings: the machine's, or people's with a column coder. Repeatable."),
    ] = None,
    person: Annotated[
        list[str] | None,
        typer.Option("--for", help="Who will code in the project; the first becomes its current user."),
    ] = None,
    blind: Annotated[bool, typer.Option("--blind", help="Leave out what the machine coded.")] = False,
    round_: RoundOption = "",
    codebook: CodebookOption = CODEBOOK,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Write notes and their coding as a project for NVivo, MAXQDA, ATLAS.ti or QualCoder, or as a table.

    The file holds every note: it is restricted as the case files are.
    """
    from inspections.audit import rounds_in
    from inspections.audit.coding_tables import WRITTEN_AS, codings_with_words, write_table
    from nlp.audit import exchange

    kinds = (_PROJECT, _CODEBOOK, *WRITTEN_AS)
    if output.suffix not in kinds:
        raise stop(f"{output.name}: the coding is exported as one of {', '.join(kinds)}. Change the ending.")
    check_folder(output)
    if what.is_dir() and rounds_in(what):
        _export_round(what, round_, person or [], output, codebook)
        return
    if what.is_dir() and output.suffix != _CODEBOOK:
        raise stop(f"{what}: is a codebook, which is exported as {_CODEBOOK}. Change the ending.")
    material = None if what.is_dir() else _material(what, codebook, evidence=evidence)
    book = read_codebook(material.codebook if material else what)
    codes = exchange.project_codes(book)
    if material is None or output.suffix == _CODEBOOK:
        exchange.write_codebook(output, codes)
        out.print(f"{shown(output)}: {len(codes)} codes.")
        return
    machine, people = _tables(material, coding or [], blind=blind)
    try:
        people = exchange.check_codings(people, material.notes, file="people's codings")
        if output.suffix == _PROJECT:
            says = {rule.id: rule.says for rule in book.rules()}
            both = pd.concat([exchange.machine_codings(machine, says), people], ignore_index=True)
            exchange.write_project(
                output,
                material.notes,
                both,
                codes,
                name=material.name,
                people=person or ["coder 1"],
                cases=material.cases,
                as_at=material.as_at,
            )
        else:
            write_table(output, codings_with_words(material.notes, machine, people, book))
    except exchange.ExchangeError as error:
        raise stop(error) from None
    out.print(
        f"{shown(output)}: {len(material.notes)} notes, {len(machine)} codings of the machine, "
        f"{len(people)} of people. Restricted: it holds the notes."
    )


def audit_import(
    project: Annotated[Path, typer.Argument(help="Project file (.qdpx) of any program.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Table of codings: .csv, .jsonl, .parquet or .xlsx."),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="Instead: folder of the audit whose round went out; the coding joins the round."),
    ] = None,
    coder: Annotated[str, typer.Option(help="With --into: whose coding it is.")] = "",
    round_: RoundOption = "",
    notes: Annotated[
        Path | None,
        typer.Option(help="What was exported: the force, or the table of notes. Codings are laid on it."),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(help="Folder in which to write coded units as well, a file a coder, as in nlp/corpus."),
    ] = None,
    with_machine: Annotated[
        bool, typer.Option("--with-machine", help="Keep the machine's codings that were exported along.")
    ] = False,
    codebook: CodebookOption = CODEBOOK,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Read people's coding out of a project that NVivo, MAXQDA, ATLAS.ti, QualCoder or another made.

    Nothing in the file is trusted: it is read within limits, not unpacked. What could not be taken is told.
    """
    from inspections.audit.coding_tables import WRITTEN_AS, write_table
    from nlp.audit import exchange

    if into is not None and output is None and coder:
        _import_into(into, round_, coder, project, codebook)
        return
    if into is not None or coder or output is None:
        raise stop(
            "Give --output for a table, or --into and --coder to bring a coder's project into a round."
        )
    if output.suffix not in WRITTEN_AS:
        raise stop(
            f"{output.name}: codings are written as one of {', '.join(WRITTEN_AS)}. Change the ending."
        )
    check_folder(output)
    material = _material(notes, codebook, evidence=evidence) if notes else None
    book = read_codebook(material.codebook if material else codebook)
    try:
        read = exchange.read_project(project, codes=book.by_id)
    except exchange.ExchangeError as error:
        raise stop(error) from None
    table, left_out = read.codings, list(read.remarks)
    if material:
        placed = exchange.place(read, material.notes)
        table = placed.codings
        left_out += placed.remarks
    if not with_machine:
        table = table[~exchange.is_machine(table["coder"])].reset_index(drop=True)
    write_table(output, table)
    coders = table["coder"].value_counts(sort=False)
    told = "; ".join(f"{coder}: {number}" for coder, number in coders.items()) or "none"
    out.print(f"{shown(output)}: {len(table)} codings ({told}), made with {read.origin}.")
    if corpus:
        texts = material.notes if material else read.texts
        for path in exchange.write_corpus(corpus, texts, table, [str(coder) for coder in coders.index]):
            out.print(shown(path))
    for remark in left_out:
        out.print(f"  {remark}")


def _export_round(folder: Path, name: str, people: list[str], output: Path, codebook: Path) -> None:
    from inspections.audit import export_round
    from inspections.audit.rounds import check_codebook

    if output.suffix != _PROJECT or len(people) != 1:
        raise stop(f"A round goes out as a {_PROJECT} for one of its coders: give --for and a name.")
    held, book = audit_round(folder, name), read_codebook(codebook)
    check_codebook(held, book)
    notes = export_round(held, book, people[0], output)
    out.print(
        f"{shown(output)}: {len(held.units)} units to code in {notes} notes, nothing of the machine's. "
        "Restricted: it holds the notes."
    )


def _import_into(folder: Path, name: str, coder: str, project: Path, codebook: Path) -> None:
    from inspections.audit import bring_in
    from inspections.audit.projects import codes_of_round
    from inspections.audit.rounds import check_codebook
    from nlp.audit import exchange

    book = read_codebook(codebook)
    held = audit_round(folder, name)
    check_codebook(held, book)
    try:
        read = exchange.read_project(project, codes=[code.name for code in codes_of_round(book)])
    except exchange.ExchangeError as error:
        raise stop(error) from None
    brought = bring_in(held, book, coder, read)
    out.print(
        f"{shown(brought.path)}: {brought.coded} of {brought.units} units coded, made with {read.origin}."
    )
    for remark in brought.remarks:
        out.print(f"  {remark}")


def _material(what: Path, codebook: Path, *, evidence: Path) -> _Material:
    from inspections.audit.coding_tables import READ_FROM, read_table

    if what.suffix in READ_FROM:
        return _Material(read_table(what, needed=_NOTES), None, None, what.stem, None, codebook)
    (parameters,) = load([what])
    restricted = whole_evidence(parameters, evidence) / "restricted"
    notes, coding, sample = (
        pd.read_parquet(restricted / f"{name}.parquet") for name in ("notes", "coding", "sample")
    )
    inspection = parameters.inspection
    name = f"{inspection.name}, {parameters.force.name}"
    period, book = inspection.period.end, PROJECT / inspection.codebook
    return _Material(notes.astype({"entry_no": int}), coding, sample, name, period, book)


def _tables(material: _Material, files: list[Path], *, blind: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The machine's codings and people's, from the evidence and from files."""
    from inspections.audit.coding_tables import read_table
    from nlp.audit.exchange import CODINGS
    from nlp.coder import CodedUnit

    empty = pd.DataFrame(columns=list(CodedUnit._fields))
    machine = [] if material.coding is None else [material.coding]
    people = []
    for file in files:
        table = read_table(file, needed=_SPANS)
        if "coder" in table:
            people.append(table)
        elif missing := [name for name in CodedUnit._fields if name not in table]:
            message = f"has no column coder, and is no coding table: it lacks {', '.join(missing)}."
            remedy = "Say who coded in a column coder, or name a table that inspection code wrote."
            raise InspectionError([Problem(shown(file), "columns", "", message, remedy)])
        else:
            machine.append(_truth(table))
    by_machine = empty if blind or not machine else pd.concat(machine, ignore_index=True)
    by_people = pd.concat(people, ignore_index=True) if people else pd.DataFrame(columns=list(CODINGS))
    return by_machine, by_people


def _truth(table: pd.DataFrame) -> pd.DataFrame:
    """The coding table with `counts` as true and false, however its file writes them."""
    return table.assign(counts=table["counts"].astype(str).str.casefold() == "true")
