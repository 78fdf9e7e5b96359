"""Commands that code notes, read and measure the codebook, and train the reader."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer
from rich.text import Text

from inspections.cli.shared import check_folder, err, load, out, ready_reader, shown, stop
from parameters import PROJECT
from parameters.disk import write_whole
from parameters.models.coding import Coding

if TYPE_CHECKING:
    from nlp import Codebook, Coder
    from nlp.combine import Combination
    from nlp.evaluation.card import Measured
    from nlp.parts import Job

codebook_app = typer.Typer(help="Read and check the codebook.", no_args_is_help=True)
reader_app = typer.Typer(help="The trained second reader of notes.", no_args_is_help=True)

CodebookOption = Annotated[Path, typer.Option(help="Folder of the codebook.")]
CODEBOOK = PROJECT / "nlp" / "codebook"
_ADDRESS = re.compile(r"\A\w+://\S+:\d+\Z")
_LOCAL = re.compile(r"tcp://(localhost|127\.|\[::1\])")
_COMBINATIONS = get_args(Coding.model_fields["combine"].annotation)


def code(
    notes: Annotated[
        Path,
        typer.Argument(
            help="Notes as CSV or Parquet, with columns case_id and text; or a folder of Parquet files.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            help="Coding table: .parquet, .csv or .jsonl. Or a folder for a coding in parts: a name without "
            "an ending, or with / at its end.",
        ),
    ],
    codebook: CodebookOption = CODEBOOK,
    combine: Annotated[
        str,
        typer.Option(
            help=f"How rules and trained reader are joined: {', '.join(_COMBINATIONS)}. "
            "The rules alone are several times as fast."
        ),
    ] = Coding().combine,
    reader_from: Annotated[
        float, typer.Option(min=0, max=1, help="Least probability at which a coding of the reader stands.")
    ] = Coding().reader_from,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes to code in; more than one pays from some 100,000 notes on.")
    ] = 1,
    notes_a_part: Annotated[
        int, typer.Option(min=1, help="In parts: about how many notes make one.")
    ] = 50_000,
    replace: Annotated[
        bool, typer.Option("--replace", help="In parts: replace those of other notes or another codebook.")
    ] = False,
    scheduler: Annotated[
        str, typer.Option(help="In parts: address of a Dask scheduler, such as tls://host:8786.")
    ] = "",
    tls: Annotated[
        Path | None, typer.Option(help="Folder of ca.pem, cert.pem and key.pem for the cluster.")
    ] = None,
) -> None:
    """Code the notes of any table as a report's are coded, without a sample or a report.

    Very many notes are coded in parts: stopped at any time and given again, the command goes on where it was.
    """
    from nlp.files import NotesFileError, code_file
    from nlp.lots import DoubleCoder
    from nlp.parts import Job
    from nlp.reader import CorpusError

    if combine not in _COMBINATIONS:
        raise stop(f"--combine {combine}: readings are joined by one of {', '.join(_COMBINATIONS)}.")
    how, target = cast("Combination", combine), Path(output)
    try:
        if output.endswith(("/", os.sep)) or not target.suffix or target.is_dir():
            read_codebook(codebook)
            if how != "rules":
                ready_reader()
            job = Job(notes, target, codebook, how, reader_from, notes_a_part)
            try:
                _code_parts(job, jobs, scheduler=scheduler, tls=tls, replace=replace)
            except KeyboardInterrupt:
                message = "Stopped. Parts done are kept: give the same command again to go on."
                raise stop(message) from None
        elif scheduler or notes.is_dir():
            raise stop(f"{output}: a folder of notes, or a cluster, needs a folder for its coding: -o name/")
        else:
            coder = DoubleCoder(_coder(codebook), how=how, least=reader_from)
            if how != "rules":
                ready_reader()
            total = code_file(coder, notes, target, jobs=jobs)
            _print_total(target, notes=total.entry_no, units=total.units)
    except (NotesFileError, CorpusError) as error:
        raise stop(error) from None


def _code_parts(job: Job, jobs: int, *, scheduler: str, tls: Path | None, replace: bool) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from nlp.parts import code_parts, in_processes, in_turn, on_cluster

    if scheduler and not _ADDRESS.match(scheduler):
        raise stop(f"{scheduler}: is not the address of a scheduler. Write it as tls://host:8786.")
    if scheduler.startswith("tcp://") and not _LOCAL.match(scheduler):
        err.print(
            f"{scheduler}: without TLS, anyone who reaches the scheduler can run code where the notes are. "
            "Use tls://."
        )
    engine = on_cluster(scheduler, tls=tls) if scheduler else in_processes(jobs) if jobs > 1 else in_turn
    columns = TextColumn("parts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task("parts", total=None)
        manifest = code_parts(
            job,
            engine,
            replace=replace,
            progress=lambda done, parts: bar.update(task, completed=done, total=parts),
        )
    _print_total(job.folder, notes=manifest["notes"], units=manifest["units"])
    out.print(f"Parts: {len(manifest['parts'])}, rows: {manifest['rows']}, hash: {manifest['hash']}")
    if again := manifest["cases_begun_again"]:
        out.print(
            f"{again} times a case is begun again after another one: names learnt in its earlier notes do "
            "not serve the later ones. Sort the notes by case and order of writing to have them serve."
        )


def _print_total(output: Path, *, notes: int, units: int) -> None:
    out.print(f"{shown(output)}: notes read: {notes}, coding units: {units}.")


@codebook_app.command("check")
def codebook_check(codebook: CodebookOption = CODEBOOK) -> None:
    """Read every file of the codebook, code every example in it, and measure its rules."""
    from nlp.checks import check_examples

    coder = _coder(codebook)
    if failed := check_examples(coder):
        raise stop("\n".join(map(str, failed)))
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
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the figures, too: the next run's reports print them.")
    ] = False,
) -> None:
    """Write the coding's transparency card: what codes the notes, how well, and what it is not for.

    The first time, and when a coded corpus has changed, the reader learns anew for some minutes.
    """
    from nlp.evaluation.card import write_card
    from nlp.evaluation.known_error import KEPT, keep_error

    check_folder(output)
    inspection = load([file])[0].inspection if file else None
    coder = _coder(PROJECT / inspection.codebook if inspection else CODEBOOK)
    measured = _measure(coder, inspection.coding if inspection else Coding())
    write_whole(output, write_card(measured))
    out.print(shown(output))
    if keep:
        keep_error(measured)
        out.print(f"{shown(KEPT)}: printed in the reports of every run to come.")


def _measure(coder: Coder, coding: Coding) -> Measured:
    from nlp.evaluation.card import measure
    from nlp.reader import CorpusError

    try:
        return measure(coder, how=coding.combine, least=coding.reader_from)
    except CorpusError as error:
        raise stop(error) from None


def _print_measured(measured: Measured) -> None:
    from nlp.evaluation.card import warning
    from nlp.evaluation.tables import code_table, side_by_side

    corpora = ", ".join(measured.corpora["corpus"])
    standing = measured.standing
    out.print(f"{warning(measured.corpora)}\n")
    out.print(
        f"F1 of what counts, on {standing.units} units of {standing.cases} case files ({corpora}), with 95% "
        f"intervals:\n{side_by_side(measured.coders).drop(columns='units').to_string()}\n"
    )
    table = code_table(standing, measured.codebook).drop(columns="title")
    out.print(f"The rules by code:\n{table.round(2).to_string(index=False)}")


@codebook_app.command("show")
def codebook_show(
    name: Annotated[str, typer.Argument(help="A code, such as vic-disbelief.", show_default=False)],
    codebook: CodebookOption = CODEBOOK,
) -> None:
    """Show a code as a coder reads it: definition, what it takes in and leaves out, examples, and its rules.

    Of each rule: its patterns as written, what they look for in words, and what it must and must not match.
    """
    from nlp.audit.wording import in_words

    book = read_codebook(codebook)
    if name not in book.by_id:
        raise stop(f"{name} is not a code. The codes are: {', '.join(book.by_id)}.")
    code = book.by_id[name]
    about = f"  {code.title} ({code.orientation})\n\n{code.definition}\n"
    out.print(Text.assemble((code.id, "bold"), about))
    for heading, lines in (("Include", code.include), ("Exclude", code.exclude)):
        out.print(heading, style="bold")
        for line in lines:
            out.print(f"  {line}")
    out.print("Examples", style="bold")
    for example in code.examples:
        out.print(f"  {example.id} ({example.kind})  {example.text}")
    for rule in code.rules:
        out.print(Text.assemble("\n", (rule.id, "bold"), f"  {rule.says}"))
        for line in (*(pattern.written for pattern in rule.find), "", *in_words(rule)):
            out.print(f"  {line}")
        for heading, given in (("matches", rule.match), ("not", rule.reject)):
            for sentence in given:
                out.print(f"  {heading:<7}  {sentence.text}")


@reader_app.command("train")
def reader_train() -> None:
    """Train the second reader anew on the coded corpora in nlp/corpus/; `run` does so where it is needed."""
    from nlp.reader import CorpusError, rebuild_reader

    try:
        reader = rebuild_reader()
    except CorpusError as error:
        raise stop(error) from None
    out.print(f"Reader {reader.id} trained.")


def _coder(codebook: Path) -> Coder:
    from nlp import Coder

    return Coder(read_codebook(codebook))


def read_codebook(folder: Path) -> Codebook:
    """Read a codebook, or end with every mistake in it."""
    from nlp import CodebookError, load_codebook

    if not folder.is_dir():
        raise stop(f"{folder}: there is no such folder of a codebook. Check the path.")
    try:
        return load_codebook(folder)
    except CodebookError as error:
        raise stop(error) from None
