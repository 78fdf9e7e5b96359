"""Commands on rules: what each does, where words stand, what a changed codebook moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from inspections.cli.coding import CODEBOOK, CodebookOption, read_codebook
from inspections.cli.shared import (
    EVIDENCE,
    EvidenceOption,
    ParameterFile,
    ParameterFiles,
    check_folder,
    load,
    out,
    shown,
    stop,
)
from inspections.confidential import secluded

if TYPE_CHECKING:
    from inspections.audit.coded_force import CodedForce
    from nlp import Codebook
    from nlp.audit.firing import Firing
    from nlp.reader.corpus import GoldUnit

SaveOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Save the table, .csv or .xlsx, do not print it."),
]
GoldOption = Annotated[
    Path | None,
    typer.Option(help="Folder of a settled audit's gold, to be right by; by default the corpora."),
]
_OLD = Annotated[Path, typer.Argument(help="Folder of the codebook as it was.", show_default=False)]
_NEW = Annotated[Path, typer.Argument(help="Folder of the codebook as it is to be.", show_default=False)]


_FEWEST_AUDITED = 5
"""Units on which a rule must have been judged to be listed among the worst."""


def audit_rules(
    files: ParameterFiles,
    effect: Annotated[
        bool, typer.Option("--effect", help="Say what the balance would be without each rule and code.")
    ] = False,
    findings: Annotated[
        int, typer.Option(min=0, help="Of so many rules, and of codes: every finding without them; slower.")
    ] = 0,
    wrong: Annotated[
        str, typer.Option(help="Instead: where this rule counts what the coded corpora do not.")
    ] = "",
    worst: Annotated[
        int, typer.Option(min=0, help="Only so many rules: those least often right, of five units or more.")
    ] = 0,
    gold: GoldOption = None,
    output: SaveOption = None,
    codebook: CodebookOption = CODEBOOK,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Show what every rule does in the case files of forces, how right it is, and what hangs on it."""
    from inspections.audit.coded_force import effect_on_balance, effects_on_findings

    book = read_codebook(codebook)
    forces = _open(files, evidence)
    read = [(force, force.firing(book)) for force in forces]
    if wrong:
        found = _wrong(read, wrong, gold, book)
        if output is not None:
            _show(found, output)
            return
        for row in found.to_dict("records"):
            out.print(f"{row['unit_id']}  {row['kind']}: {row['gold'] or 'nothing counts'}")
            if words := row.get("words"):
                out.print(f"    {words}")
        out.print(f"{len(found)} units that {wrong} counts and that are coded otherwise, as named.")
        return
    if not (effect or findings):
        table = _rule_table(read, gold, book)
        if worst:
            table = table[table["audited"] >= _FEWEST_AUDITED].nsmallest(worst, "precision")
        _show(table, output)
        return
    tables = []
    for force, firing in read:
        for by in ("rule_id", "code"):
            left = force.left_out(firing, by=by)
            table = effect_on_balance(force, left)
            if findings:
                names = table.index[table["lost"] + table["gained"] > 0][
                    : findings if by == "rule_id" else None
                ]
                table = effects_on_findings(force, left, names)
                tables.append(table.drop(columns=["title", "title_without"]).assign(force=force.name))
            else:
                tables.append(table.reset_index().assign(force=force.name))
    _show(pd.concat(tables, ignore_index=True), output)


def audit_concordance(
    files: ParameterFiles,
    rule: Annotated[str, typer.Option(help="A rule, such as vic-disbelief-01.")] = "",
    code: Annotated[str, typer.Option(help="A code, such as vic-disbelief.")] = "",
    phrase: Annotated[
        str, typer.Option(help='Words, coded or not; a star is any ending: "inconsist*".')
    ] = "",
    width: Annotated[int, typer.Option(min=10, max=400, help="Characters on either side.")] = 60,
    output: SaveOption = None,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Show every place of a rule, a code or a phrase in the middle of a line, pseudonymised.

    What is shown is as restricted as the notes: names and numbers are replaced, the story is not.
    """
    if sum(map(bool, (rule, code, phrase.strip()))) != 1:
        raise stop("Give one of --rule, --code and --phrase.")
    tables = []
    for force in _open(files, evidence):
        lines = force.concordance(rule_id=rule, code=code, phrase=phrase, width=width)
        lines.insert(0, "force", force.name)
        tables.append(lines)
    lines = pd.concat(tables, ignore_index=True)
    if output is not None:
        _show(lines, output)
        return
    for line in lines.to_dict("records"):
        place = f"{line['force']} {line['file']}/{line['entry_no']}"
        out.print(
            f"{place:<20} {line['left']:>{width}}  [{line['key']}]  {line['right']:<{width}} {line['code']}"
        )
    out.print(f"{len(lines)} places.")


def audit_groups(
    forces: Annotated[
        list[Path] | None,
        typer.Argument(help="With --gold: forces of the audit; by default all.", show_default=False),
    ] = None,
    gold: GoldOption = None,
    swap: Annotated[
        bool, typer.Option("--swap", help="Also code the notes with every gender swapped; some minutes.")
    ] = False,
    output: SaveOption = None,
    codebook: CodebookOption = CODEBOOK,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Show whom errors fall on: by author's role, length of note and writer, on the corpora that measure.

    With --gold on a settled audit: by author's role, length of note, force and the victim's gender.
    """
    from nlp import Coder
    from nlp.audit.groups import errors_by_group, length_bands, swap_test
    from nlp.combine import combine
    from nlp.evaluation import load_held_out
    from nlp.reader import read_corpora

    coder = Coder(read_codebook(codebook))
    if gold is not None:
        notes, table = _errors_of_audit(gold, forces, evidence)
        _show(table, output)
    else:
        corpus = read_corpora().measured
        notes = corpus.notes.assign(length=length_bands(corpus.notes))
        table = combine(coder.code_notes(notes).table, load_held_out())
        groups = ("author_role", "length", "writer")
        _show(pd.concat([errors_by_group(corpus.units, table, notes, by=by) for by in groups]), output)
    if swap:
        found = swap_test(notes, coder)
        changed = len(found.moves)
        out.print(
            f"With {found.words} words of a gender swapped in {found.changed_notes} of {found.notes} notes, "
            f"{changed} units count for other codes; {found.counted} count as written."
        )


def _errors_of_audit(
    gold: Path, files: list[Path] | None, evidence: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The notes of an audit's forces, and how right the coding is in groups of them."""
    from inspections.audit import open_round
    from nlp.audit.gold import read_gold_codings
    from nlp.audit.groups import accuracy_by_group, length_bands
    from nlp.reader.corpus import CorpusError

    held = open_round(gold.parent)
    read = _open(files or [Path(name) for name in held.forces], evidence)
    try:
        settled = read_gold_codings(gold / "gold.jsonl")
    except CorpusError as error:
        raise stop(error) from None
    notes = pd.concat([_with_groups(force) for force in read], ignore_index=True)
    entry = ["case_id", "entry_no"]
    told = notes.assign(length=length_bands(notes)).drop(columns="text")
    frame = held.frame.drop(columns="author_role").merge(told, on=entry)
    judged = held.units[held.units["unit_id"].isin(frame["unit_id"])]
    coding = held.coding[held.coding["unit_id"].isin(frame["unit_id"])]
    by_unit = frame.set_index("unit_id")
    wanted = [name for name in ("force", "author_role", "length", "victim_gender") if name in by_unit]
    parts = [accuracy_by_group(frame, coding, judged, settled, by_unit[name]) for name in wanted]
    return notes, pd.concat(parts, ignore_index=True)


def _with_groups(force: CodedForce) -> pd.DataFrame:
    """The notes of a force with what its sample says of the victim, where it is recorded."""
    sample = force.read("sample")
    known = [name for name in ("victim_gender",) if name in sample]
    return force.notes.merge(sample[["case_id", *known]], on="case_id", how="left")


def audit_notebook(
    file: ParameterFile,
    to: Annotated[Path, typer.Option(help="Folder for the copy, where case material may be kept.")],
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Run the audit notebook for one force and keep it with its outputs, marked notes among them."""
    from papermill.exceptions import PapermillExecutionError

    from inspections.audit.coded_force import open_coded_force
    from inspections.runner import execute_notebook, write_notebook
    from inspections.step_keys import NOTEBOOKS
    from parameters import PROJECT, InspectionError

    (parameters,) = load([file])
    notebook = NOTEBOOKS / "5_coding_audit.ipynb"
    given = {"force": str(PROJECT / parameters.file), "evidence_folder": str(evidence.resolve())}
    target = to / f"{parameters.force.force}-coding-audit.ipynb"
    open_coded_force(parameters, evidence)
    try:
        executed = execute_notebook(notebook, given, temporary=to / ".temporary")
    except PapermillExecutionError as error:
        if error.ename == InspectionError.__name__:
            raise stop(error.evalue) from None
        # the words of any other error may quote a note
        raise stop(f"{notebook.name}, cell {error.exec_count}: stopped with {error.ename}.") from None
    write_notebook(executed, target)
    out.print(f"{shown(target)} (restricted)")


def codebook_diff(
    context: typer.Context,
    old: _OLD,
    new: _NEW,
    force: Annotated[
        list[str] | None, typer.Option(help="A force whose notes are coded by both; once for each.")
    ] = None,
    output: SaveOption = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to code in.")] = 2,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Show what differs between two codebooks, and which units would count for other codes.

    Without a force the coded corpora that measure are read, and it is said how right each codebook is there.
    """
    from nlp.audit.codebooks import compare_codebooks, version_problem

    if force:
        context.with_resource(secluded())  # the units written are named by their case
    before, after = read_codebook(old), read_codebook(new)
    changes = compare_codebooks(before, after)
    for change in changes:
        out.print(str(change))
    if not changes:
        out.print("The codebooks do not differ.")
        return
    if problem := version_problem(before, after):
        out.print(f"Version: {problem}")
    counted, moves = (
        _diff_of_forces(before, after, force, evidence, jobs)
        if force
        else _diff_of_corpora(before, after, jobs)
    )
    out.print(
        f"\nUnits that count otherwise: {len(moves)}; "
        + ", ".join(f"{name} {number}" for name, number in moves["move"].value_counts().items())
    )
    _show(counted if output is None else moves, output)


def _diff_of_forces(
    old: Codebook, new: Codebook, names: list[str], evidence: Path, jobs: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    from nlp.audit.codebooks import code_by_both, count_moves, find_moves
    from nlp.combine import combine

    tables: list[tuple[pd.DataFrame, pd.DataFrame]] = []
    of: dict[str, str] = {}
    forces = _open([Path(name) for name in names], evidence)
    for force in forces:
        of.update(dict.fromkeys(force.notes["case_id"], force.name))
        was, is_now = (
            combine(table, force.by_reader, how=force.how, least=force.least)
            for table in code_by_both(old, new, force.notes, jobs=jobs)
        )
        tables.append((was, is_now))
    before, after = (pd.concat(side, ignore_index=True) for side in zip(*tables, strict=True))
    moves = find_moves(before, after)
    forces_of = pd.Series(of)
    moves.insert(0, "force", moves["case_id"].map(forces_of))
    return count_moves(before, after, moves, forces=forces_of), moves


def _diff_of_corpora(old: Codebook, new: Codebook, jobs: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    from nlp.audit.codebooks import code_by_both, count_moves, find_moves, judge_moves
    from nlp.evaluation import evaluate
    from nlp.evaluation.tables import side_by_side
    from nlp.reader import read_corpora

    corpus = read_corpora().measured
    before, after = code_by_both(old, new, corpus.notes, jobs=jobs)
    scores = {name: evaluate(corpus.units, table) for name, table in (("old", before), ("new", after))}
    out.print(f"\nThe rules alone, F1 of what counts:\n{side_by_side(scores).to_string()}")
    judged = judge_moves(corpus.units, before, after)
    out.print(
        "\nOf {removed} codings taken away {removed_wrong} were wrong; of {added} added "
        "{added_wrong} are.".format(**judged)
    )
    moves = find_moves(before, after)
    writers = corpus.notes.drop_duplicates("case_id").set_index("case_id")["corpus"]
    return count_moves(before, after, moves, forces=writers), moves


def _open(files: list[Path], evidence: Path) -> list[CodedForce]:
    from inspections.audit.coded_force import open_coded_force

    return [open_coded_force(parameters, evidence) for parameters in load(files)]


def _judged(
    read: list[tuple[CodedForce, Firing]], gold: Path | None, book: Codebook
) -> tuple[Sequence[GoldUnit], pd.DataFrame, pd.DataFrame]:
    """Units that others coded, the rules' coding of the same notes, and the notes that anybody may read."""
    from nlp import Coder
    from nlp.reader import CorpusError, read_corpora
    from nlp.reader.corpus import read_about, read_gold

    try:
        if gold is not None:
            table = pd.concat([firing.table for _, firing in read], ignore_index=True)
            return (
                read_gold(gold / "gold.jsonl"),
                table,
                pd.DataFrame(columns=["case_id", "entry_no", "text"]),
            )
        corpus = read_corpora().measured
        about = read_about()
    except CorpusError as error:
        raise stop(error) from None
    fictional = corpus.notes["corpus"].map(lambda name: about[name].fictional)
    return corpus.units, Coder(book).code_notes(corpus.notes).table, corpus.notes[fictional]


def _rule_table(read: list[tuple[CodedForce, Firing]], gold: Path | None, book: Codebook) -> pd.DataFrame:
    """What every rule does in all the forces together, and how right it is."""
    from nlp.audit.firing import joined
    from nlp.audit.rules import precision_of_rules, rule_table

    forces = pd.Series({case: force.name for force, _ in read for case in force.notes["case_id"]})
    by_reader = pd.concat([force.by_reader for force, _ in read], ignore_index=True)
    table = rule_table(joined([firing for _, firing in read]), by_reader=by_reader, forces=forces)
    units, coding, _ = _judged(read, gold, book)
    table = table.join(precision_of_rules(units, coding), on="rule_id")
    return table.drop(columns="code").astype({"audited": "Int64", "wrong": "Int64"})


def _wrong(
    read: list[tuple[CodedForce, Firing]], rule: str, gold: Path | None, book: Codebook
) -> pd.DataFrame:
    """Where a rule is wrong, with the words where anybody may read them."""
    from nlp.audit.rules import wrong_instances
    from nlp.evaluation.errors import with_words

    units, coding, notes = _judged(read, gold, book)
    found = wrong_instances(units, coding, rule_id=rule)
    open_to_all = found[found["case_id"].isin(notes["case_id"])]
    shown_rows = with_words(open_to_all, notes) if len(open_to_all) else found
    return shown_rows.drop(columns=["case_id", "entry_no", "start", "end", "code", "side", "rule_id"])


def _show(table: pd.DataFrame, output: Path | None) -> None:
    from inspections.audit.coding_tables import write_table

    if output is None:
        shown_table = table.drop(columns="says", errors="ignore").round(3)
        out.print(shown_table.to_string(index=False, na_rep=""))
        return
    check_folder(output)
    if output.suffix not in (".csv", ".xlsx"):
        raise stop(f"{output.name}: give a name that ends in .csv or .xlsx.")
    write_table(output, table)
    out.print(f"{shown(output)}: {len(table)} rows.")


def codebook_site(
    to: Annotated[Path, typer.Option(help="Folder for the pages; made if absent.")],
    codebook: CodebookOption = CODEBOOK,
) -> None:
    """Write the codebook as pages, Markdown and HTML: what each code means, its rules, how right they are."""
    from nlp import Coder
    from nlp.audit.pages import codebook_pages
    from nlp.audit.rules import precision_of_rules
    from nlp.evaluation.scores import evaluate
    from nlp.reader import CorpusError, read_corpora
    from reports.codebook_site import write_site

    book = read_codebook(codebook)
    try:
        corpus = read_corpora().measured
    except CorpusError as error:
        raise stop(error) from None
    coding = Coder(book).code_notes(corpus.notes).table
    history = codebook / "CHANGELOG.md"
    pages = codebook_pages(
        book,
        evaluate(corpus.units, coding),
        precision_of_rules(corpus.units, coding),
        history=history.read_text(encoding="utf-8") if history.is_file() else "",
    )
    home = write_site(pages, to)
    out.print(shown(home))
