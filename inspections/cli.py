"""The command ``inspection``: a thin layer over the rooms, each of which also works from a notebook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from inspections.sampling import LossReason
from parameters import PROJECT, InspectionError, Parameters, Problem, load_parameters
from parameters.fields import fields_of
from parameters.models.coding import Coding
from parameters.questions import NOT_ANSWERED

if TYPE_CHECKING:
    from inspections.case_files import CaseFiles
    from inspections.reviews import Reviews
    from inspections.runner import Progress
    from inspections.sampling import Drawn
    from nlp import Coder
    from nlp.evaluation.card import Measured

app = typer.Typer(
    help="Inspect how police forces investigate rape and serious sexual offences.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
codebook_app = typer.Typer(help="Read and check the codebook.", no_args_is_help=True)
app.add_typer(codebook_app, name="codebook")
reader_app = typer.Typer(help="The trained second reader of notes.", no_args_is_help=True)
app.add_typer(reader_app, name="reader")
forms_app = typer.Typer(
    help="Review forms: make them, read them back, settle differences.", no_args_is_help=True
)
app.add_typer(forms_app, name="forms")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

USER_MISTAKE = 2

ParameterFiles = Annotated[
    list[Path],
    typer.Argument(help="Names of forces, such as northshire, or parameter files.", show_default=False),
]
EvidenceOption = Annotated[Path, typer.Option("--evidence", help="Folder in which evidence is kept.")]
ParameterFile = Annotated[
    Path, typer.Argument(help="Name of the force, or its parameter file.", show_default=False)
]
FormsFolder = Annotated[
    Path, typer.Argument(help="Folder of the forms, as given to make.", show_default=False)
]
DipsOption = Annotated[bool, typer.Option("--dips", help="The forms of the dip samples, not the main ones.")]
CodebookOption = Annotated[Path, typer.Option(help="Folder of the codebook.")]
EVIDENCE = PROJECT / "evidence"
CODEBOOK = PROJECT / "nlp" / "codebook"
DIP_FORMS = "dip-samples"
_NOTES = {False: "notes.parquet", True: "dip_notes.parquet"}
"""Notes of the main sample's case files, and of those drawn for dip samples alone."""


def _stop(message: object) -> typer.Exit:
    err.print(str(message), markup=False)
    return typer.Exit(USER_MISTAKE)


def _load(files: list[Path]) -> list[Parameters]:
    loaded: list[Parameters] = []
    problems: list[Problem] = []
    for file in files:
        try:
            loaded.append(load_parameters(_parameter_file(file)))
        except InspectionError as error:
            problems.extend(error.problems)
    if problems:
        raise _stop(InspectionError(problems))
    return loaded


@app.command()
def check(files: ParameterFiles, evidence: EvidenceOption = EVIDENCE) -> None:
    """Check parameters, case files and the draw, and grade all that is found. Nothing is written."""
    from inspections.data_quality import GRADES

    checked, problems = _read_and_draw(_load(files))
    for case_files, drawn, parameters in checked:
        _tell_quality(case_files, drawn, parameters)
        _tell_changes(drawn, parameters, evidence)
    if problems:
        raise _stop(f"{GRADES['stops']}: {len(problems)}\n{InspectionError(problems)}")


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
        out.print(f"  {heading}: {len(sentences) or 'nothing found'}", markup=False)
        for sentence in sentences:
            out.print(f"    {sentence}", markup=False)
    for remark in (*drawn.sample.remarks, *(words for dip in drawn.dips.values() for words in dip.remarks)):
        out.print(f"  {remark}", markup=False)


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
        out.print(f"{parameters.force.name}: {told}", markup=False)


def _read_and_draw(
    runs: list[Parameters],
) -> tuple[list[tuple[CaseFiles, Drawn, Parameters]], list[Problem]]:
    """Every force's case files and samples, and what stops those of the others."""
    from inspections.case_files import read_case_files
    from inspections.disclosure import refuse_unknown_exceptions
    from inspections.sampling import draw

    checked: list[tuple[CaseFiles, Drawn, Parameters]] = []
    problems: list[Problem] = []
    for parameters in runs:
        try:
            refuse_unknown_exceptions(parameters.inspection.disclosure, file=parameters.inspection_file)
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
        raise _stop(InspectionError(problems))
    return checked


@app.command()
def plan(file: ParameterFile) -> None:
    """Say what margin the sample's size buys, and how many case files other margins would cost."""
    from inspections.planning import cases_for_margins, margins_bought

    ((_, drawn, parameters),) = _check(_load([file]))
    sample = drawn.planned
    shares = parameters.inspection.sample.expected_shares
    bought = margins_bought(sample.strata, expected_shares=shares)
    sizes = dict(zip(sample.strata["stratum"], sample.strata["frame"], strict=True))
    for heading, table in (
        ("Margins that this sample buys (a share of 0.10 is ten points either way):", bought),
        ("Case files needed for wanted margins:", cases_for_margins(sizes, expected_shares=shares)),
    ):
        out.print(f"{heading}\n{table.round(3).to_string(index=False)}\n", markup=False)


@app.command()
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

    (parameters,) = _load([file])
    loss = Loss(case.strip(), reason, note.strip(), by.strip(), (on or datetime.now().astimezone()).date())
    record = lost_cases_file(parameters)
    with _mistakes():
        if not loss.recorded_by:
            message, remedy = "is empty.", 'Give the name of the inspector: --by "A. Khan".'
            raise InspectionError([Problem("inspection replace", "--by", "", message, remedy)])
        case_files = read_case_files(parameters)
        notes = case_files.notes["case_id"].value_counts()
        before = draw(case_files.cases, notes, parameters)
        if known := next((entry for entry in before.losses if entry.case_id == loss.case_id), None):
            message = f"was recorded as lost by {known.recorded_by} on {known.recorded_on}."
            remedy = "A loss is recorded once; there is nothing more to do."
            raise InspectionError([Problem(_shown(record), loss.case_id, "", message, remedy)])
        after = draw(case_files.cases, notes, parameters, losses=(loss,))
        record_loss(record, loss)
    lost = losses_table(after.sample, after.dips, after.losses)
    for place in lost[lost["case_id"] == loss.case_id].fillna({"replaced_by": ""}).to_dict("records"):
        taken = (
            f"read {place['replaced_by']} instead"
            if place["replaced_by"]
            else "no case is left to replace it"
        )
        out.print(f"{place['drawn_for']}, {place['stratum']}: {taken}", markup=False)
    out.print(f"Recorded in {_shown(record)}. Now run again: inspection run {parameters.file}", markup=False)


@app.command()
def run(
    files: ParameterFiles,
    evidence: EvidenceOption = EVIDENCE,
    jobs: Annotated[int, typer.Option(min=1, help="Forces to run side by side.")] = os.cpu_count() or 1,
    again: Annotated[bool, typer.Option("--again", help="Run everything, also what is up to date.")] = False,
) -> None:
    """Run the notebooks of one or more forces; what is up to date is not run again.

    A database is not looked into to see whether it has changed: give --again to read it anew.
    """
    from inspections.runner import run_forces

    runs = _load(files)
    for _, drawn, parameters in _check(runs):
        _tell_changes(drawn, parameters, evidence)
    _ready_reader(runs)
    try:
        with _progress() as tell:
            results = run_forces(runs, evidence.resolve(), jobs=min(jobs, len(runs)), tell=tell, again=again)
    except KeyboardInterrupt:
        raise _stop("Stopped. What was done is kept: give the same command again to go on.") from None
    for result in results:
        if result.evidence:
            out.print(f"{result.force}: evidence in {_shown(result.evidence)}", markup=False)
    if failed := [result for result in results if not result.evidence]:
        raise _stop("\n".join(result.message for result in failed))


def _ready_reader(runs: list[Parameters]) -> None:
    """Train the reader once, before forces that run side by side would each do it."""
    from nlp.reader import CorpusError, load_reader

    if all(parameters.inspection.coding.combine == "rules" for parameters in runs):
        return
    try:
        with err.status("Making the reader of notes ready; the first time it learns for a few minutes."):
            load_reader()
    except CorpusError as error:
        raise _stop(error) from None


@app.command()
def report(
    forces: ParameterFiles,
    evidence: EvidenceOption = EVIDENCE,
    site: Annotated[Path, typer.Option(help="Folder to which the pages are rendered.")] = PROJECT / "_site",
) -> None:
    """Refresh the numbers of each force's report, then render HTML, PDF and the national index."""
    from reports import refresh, render
    from reports.changes import read_changes

    runs = _load(forces)
    names = [parameters.force.force for parameters in runs]
    with _mistakes():
        for parameters in runs:
            refresh(parameters.force.force, _whole_evidence(parameters, evidence) / "release")
        rendered = render(names, site_folder=site)
    for page in rendered:
        out.print(
            f"{page.force}: {_shown(page.html)}\n{' ' * len(page.force)}  {_shown(page.pdf)}", markup=False
        )
    out.print(f"national index: {_shown(site / 'index.html')}", markup=False)
    out.print(f"rendered by: {rendered[0].renderer}", markup=False)
    for force in names:
        for change in read_changes(PROJECT / "reports" / force):
            where = f"reports/{force}/{change.file}, line {change.line}"
            was = f"{change.value} was {change.before or 'nothing'} and is now {change.now or 'nothing'}"
            out.print(f"{where}: {was}. Read the sentence again.", markup=False)


@app.command()
def code(
    notes: Annotated[
        Path,
        typer.Argument(help="Notes as CSV or Parquet, with columns case_id and text.", show_default=False),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Coding table: .parquet, .csv or .jsonl.")],
    codebook: CodebookOption = CODEBOOK,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes to code in; more than one pays from some 100,000 notes on.")
    ] = 1,
) -> None:
    """Code the notes of any table by the rules alone, without a sample or a report."""
    from nlp.files import NotesFileError, code_file

    try:
        total = code_file(_coder(codebook), notes, output, jobs=jobs)
    except NotesFileError as error:
        raise _stop(error) from None
    out.print(f"{_shown(output)}: {total.entry_no} notes, {total.units} coding units read.", markup=False)


@codebook_app.command("check")
def codebook_check(codebook: CodebookOption = CODEBOOK) -> None:
    """Read every file of the codebook, code every example in it, and measure its rules."""
    from nlp.checks import check_examples

    coder = _coder(codebook)
    if failed := check_examples(coder):
        raise _stop("\n".join(map(str, failed)))
    rules = len(list(coder.codebook.rules()))
    out.print(
        f"Codebook {coder.codebook.version}: {len(coder.codebook.codes)} codes, {rules} rules, no mistakes.\n"
    )
    _print_measured(_measure(coder, Coding(combine="rules")))


@codebook_app.command("card")
def codebook_card(
    output: Annotated[Path, typer.Option("--output", "-o", help="The card, a Markdown file.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="Parameter file whose coding is described; by default nlp/codebook, read twice."),
    ] = None,
) -> None:
    """Write the coding's transparency card: what codes the notes, how well, and what it is not for.

    The first time, and when a coded corpus has changed, the reader learns anew for some minutes.
    """
    from nlp.evaluation.card import write_card

    if not output.parent.is_dir():
        raise _stop(f"{output.parent}: there is no such folder. Make it first.")
    inspection = _load([file])[0].inspection if file else None
    coder = _coder(PROJECT / inspection.codebook if inspection else CODEBOOK)
    measured = _measure(coder, inspection.coding if inspection else Coding())
    output.write_text(write_card(measured), encoding="utf-8")
    out.print(_shown(output), markup=False)


def _measure(coder: Coder, coding: Coding) -> Measured:
    from nlp.evaluation.card import measure
    from nlp.reader import CorpusError

    try:
        return measure(coder, how=coding.combine, least=coding.reader_from)
    except CorpusError as error:
        raise _stop(error) from None


def _print_measured(measured: Measured) -> None:
    from nlp.evaluation.card import warning
    from nlp.evaluation.tables import code_table, side_by_side

    corpora = ", ".join(measured.corpora["corpus"])
    standing = measured.standing
    out.print(f"{warning(measured.corpora)}\n", markup=False)
    out.print(
        f"F1 of what counts, on {standing.units} units of {standing.cases} case files ({corpora}), with 95% "
        f"intervals:\n{side_by_side(measured.coders).drop(columns='units').to_string()}\n",
        markup=False,
    )
    table = code_table(standing, measured.codebook).drop(columns="title")
    out.print(f"The rules by code:\n{table.round(2).to_string(index=False)}", markup=False)


@codebook_app.command("show")
def codebook_show(
    name: Annotated[str, typer.Argument(help="A code, such as vic-disbelief.", show_default=False)],
    codebook: CodebookOption = CODEBOOK,
) -> None:
    """Show a code as a coder reads it: definition, what it takes in and leaves out, and its rules."""
    book = _coder(codebook).codebook
    if name not in book.by_id:
        raise _stop(f"{name} is not a code. The codes are: {', '.join(book.by_id)}.")
    code = book.by_id[name]
    out.print(f"[bold]{code.id}[/bold]  {code.title} ({code.orientation})\n\n{code.definition}\n")
    for heading, lines in (("Include", code.include), ("Exclude", code.exclude)):
        out.print(f"[bold]{heading}[/bold]")
        for line in lines:
            out.print(f"  {line}", markup=False)
    out.print("[bold]Rules[/bold]")
    for rule in code.rules:
        out.print(f"  {rule.id}  {rule.says}", markup=False)


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

    (parameters,) = _load([file])
    seed, made = parameters.inspection.seed, []
    with _mistakes():
        restricted = _whole_evidence(parameters, evidence) / "restricted"
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
            made += reviews.make_forms(allotment, load_questions(), folder, notes=notes)
            reviews.write_allotment(allotment, folder / "allotment.json")
    for path in made:
        out.print(_shown(path), markup=False)


@forms_app.command("read")
def forms_read(
    file: ParameterFile,
    forms: FormsFolder,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Accept forms not yet filled in.")] = False,
    dips: DipsOption = False,
    evidence: EvidenceOption = EVIDENCE,
) -> None:
    """Read filled-in forms back, every mistake by cell, and say how far they are."""
    (parameters,) = _load([file])
    with _mistakes():
        read = _read_forms(parameters, forms, dips=dips, evidence=evidence, unfinished=unfinished)
    for remark in read.remarks:
        out.print(f"{remark.grade}: {remark.problem}", markup=False)
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

    (parameters,) = _load([file])
    with _mistakes():
        folder, questions = _group_of(forms, dips=dips), load_questions()
        allotment = reviews.read_allotment(folder / "allotment.json")
        read = _read_forms(parameters, forms, dips=dips, evidence=evidence, unfinished=False)
        workbook = folder / "adjudication" / "adjudication.xlsx"
        if decisions is None:
            reviews.make_adjudication(read, allotment, questions, workbook)
            table = reviews.agreement(read, questions, seed=parameters.inspection.seed)
            out.print(reviews.print_agreement(table).to_string(index=False), markup=False)
            out.print(_shown(workbook), markup=False)
            return
        notes = pd.read_parquet(_whole_evidence(parameters, evidence) / "restricted" / _NOTES[dips])
        settled = reviews.read_adjudication(decisions, read, allotment, questions, notes=notes)
        final = forms / "final_answers" / ("dip_samples.parquet" if dips else "main_sample.parquet")
        final.parent.mkdir(exist_ok=True)
        reviews.final_answers(read, settled).to_parquet(final, index=False)
    out.print(_shown(final), markup=False)
    columns = ", ".join(f"{name}: {name}" for name in fields_of("reviews"))
    out.print(f"To count them, write under sources in {parameters.file}, and run again:", markup=False)
    where = f"path: {final.parent.resolve()}, format: parquet"
    out.print(f"  reviews: {{{where}, columns: {{{columns}}}}}", markup=False)


@reader_app.command("train")
def reader_train() -> None:
    """Train the second reader anew on the coded corpora in nlp/corpus/; `run` does so where it is needed."""
    from nlp.reader import CorpusError, rebuild_reader

    try:
        reader = rebuild_reader()
    except CorpusError as error:
        raise _stop(error) from None
    out.print(f"Reader {reader.id} trained.", markup=False)


def _group_of(forms: Path, *, dips: bool) -> Path:
    """Folder of the forms of the dip samples, or of the main sample."""
    return forms / DIP_FORMS if dips else forms


def _read_forms(
    parameters: Parameters, forms: Path, *, dips: bool, evidence: Path, unfinished: bool
) -> Reviews:
    from inspections import reviews
    from parameters.questions import load_questions

    notes = pd.read_parquet(_whole_evidence(parameters, evidence) / "restricted" / _NOTES[dips])
    folder = _group_of(forms, dips=dips)
    allotment = reviews.read_allotment(folder / "allotment.json")
    return reviews.read_reviews(folder, allotment, load_questions(), notes=notes, allow_unfinished=unfinished)


def _whole_evidence(parameters: Parameters, root: Path) -> Path:
    """Folder of a force's finished run; a mistake of the user's when there is none, or it is out of date."""
    from inspections.evidence import EvidenceFolder

    evidence = EvidenceFolder(root.resolve(), parameters)
    if not evidence.is_current():
        message = "has no finished run with these parameters, case files and rules."
        raise InspectionError(
            [Problem(parameters.file, "", "", message, f"Run it first: inspection run {parameters.file}")]
        )
    return evidence.whole


def _parameter_file(given: Path) -> Path:
    """The parameter file given, or the project's own of a force named as in "northshire"."""
    named = given.parent == Path() and not given.suffix
    return PROJECT / "parameters" / f"{given}.yml" if named else given


@contextmanager
def _mistakes() -> Iterator[None]:
    """End with the message of a user's mistake, not with a traceback."""
    try:
        yield
    except InspectionError as error:
        raise _stop(error) from None


def _coder(codebook: Path) -> Coder:
    from nlp import CodebookError, Coder, load_codebook

    if not codebook.is_dir():
        raise _stop(f"{codebook}: there is no such folder of a codebook. Check the path.")
    try:
        return Coder(load_codebook(codebook))
    except CodebookError as error:
        raise _stop(error) from None


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A live table on a terminal, a line a finished step elsewhere."""
    from inspections.evidence import STEPS

    if not err.is_terminal:
        yield _say
        return
    states: dict[str, dict[str, str]] = {}

    def picture() -> Table:
        table = Table("force", *STEPS)
        for force, steps in states.items():
            table.add_row(force, *(steps.get(step, "") for step in STEPS))
        return table

    with Live(picture(), console=err) as live:

        def tell(news: Progress) -> None:
            seconds = f" {news.seconds:.1f} s" if news.state in {"done", "failed"} else ""
            states.setdefault(news.force, {})[news.step] = news.state + seconds
            live.update(picture())

        yield tell


def _say(news: Progress) -> None:
    if news.state != "running":
        err.print(f"{news.force}  {news.step}  {news.state}  {news.seconds:.1f} s", markup=False)


def _shown(path: Path) -> str:
    inside = path.is_relative_to(PROJECT) and Path.cwd().is_relative_to(PROJECT)
    return os.path.relpath(path) if inside else str(path)
