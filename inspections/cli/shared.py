"""What the commands share: the two consoles, how a force is named, how a user's mistake ends a command."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from typer.core import TyperGroup

from parameters import PROJECT, InspectionError, Parameters, Problem, load_parameters
from parameters.disk import disk_problem
from parameters.loading import SHARED_FILES
from parameters.paths import EVIDENCE as EVIDENCE  # for the commands, as a default

if TYPE_CHECKING:
    from inspections.audit import Round
    from inspections.runner import ForceRun

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories of what cannot be seen: controls, marks of direction or of no width, halves of signs."""


def visible(text: str) -> str:
    """Return a text with all that cannot be seen written out, but for tabs and line ends.

    What stands in a file from outside may else move the cursor, colour or hide a line, change the title of
    the window, or turn round the order of what is read.

    Examples
    --------
    >>> visible("Westmoor\\x1b[31m")
    'Westmoor\\\\x1b[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign
        if sign in "\t\n" or unicodedata.category(sign) not in _UNSEEN
        else sign.encode("unicode_escape").decode("ascii")
        for sign in text
    )


class Terminal(Console):
    """A console on which nothing but its own styles does anything: words are words, whatever they hold."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render, with everything that cannot be seen written out."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)


out = Terminal(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Terminal(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

USER_MISTAKE = 2

ParameterFiles = Annotated[
    list[Path],
    typer.Argument(help="Names of forces, such as northshire, or parameter files.", show_default=False),
]
EvidenceOption = Annotated[Path, typer.Option("--evidence", help="Folder in which evidence is kept.")]
ParameterFile = Annotated[
    Path, typer.Argument(help="Name of the force, or its parameter file.", show_default=False)
]
RoundOption = Annotated[str, typer.Option("--round", help="Which round of the audit; by default the latest.")]


class Commands(TyperGroup):
    """Commands that end with the words of a user's mistake, or of a disk that refuses, and no traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was given."""
        try:
            return super().invoke(ctx)
        except InspectionError as error:
            raise stop(error) from None
        except OSError as error:
            if (problem := disk_problem(error, Path.cwd())) is None:
                raise
            raise stop(problem) from None


def stop(message: object) -> typer.Exit:
    err.print(str(message))
    return typer.Exit(USER_MISTAKE)


def check_folder(output: Path) -> None:
    """End the command where there is no folder for the file that it is to write."""
    if not output.parent.is_dir():
        raise stop(f"{output.parent}: there is no such folder. Make it first.")


def load(files: list[Path]) -> list[Parameters]:
    """Parameters of every force; with a mistake in those of any, none."""
    loaded, failed = load_each(files)
    if failed:
        raise InspectionError(problem for error in failed.values() for problem in error.problems)
    return loaded


def load_each(files: list[Path]) -> tuple[list[Parameters], dict[Path, InspectionError]]:
    """Parameters of the forces that have sound ones, and what is wrong with those of the others, by file.

    A file that is not there is a slip of whoever typed its name, and ends the command at once.
    """
    loaded: dict[tuple[str, str], Parameters] = {}
    failed: dict[Path, InspectionError] = {}
    slips: list[Problem] = []
    for file in force_files(files):
        try:
            parameters = load_parameters(file)
        except InspectionError as error:
            if file.is_file():
                failed[file] = error
            else:
                slips += error.problems
            continue
        place = (parameters.inspection.id, parameters.force.force)
        if known := loaded.get(place):
            message = f"names the force and inspection of {known.file}: both would write the same evidence."
            remedy = "Give one of the two, or change the id of one inspection."
            slips.append(Problem(parameters.file, "", "", message, remedy))
        loaded[place] = parameters
    if slips:
        raise InspectionError(slips)
    return list(loaded.values()), failed


def force_files(given: list[Path]) -> list[Path]:
    """Parameter files of forces among those given, each once: `parameters/*.yml` names others too."""
    files = list({file.resolve(): file for file in map(parameter_file, given)}.values())
    forces = [file for file in files if file.name not in SHARED_FILES]
    if files and not forces:
        message, remedy = "is not the parameter file of a force.", "Name that of a force."
        raise InspectionError(Problem(str(file), "", "", message, remedy) for file in files)
    return forces


def tell_failures(failed: Sequence[ForceRun], *, whole: int, again: str) -> typer.Exit:
    """Tell why those that failed did, force by force (once what befell several alike), and how to go on."""
    counts = f"{whole} of {whole + len(failed)} forces whole, {len(failed)} failed."
    err.print(f"\n{counts}")
    alike: dict[tuple[str, str], list[str]] = {}
    for run in failed:
        alike.setdefault((run.step, run.message), []).append(run.force)
    for (step, message), forces in alike.items():
        where = f", in {step}" if step else ""
        err.print(f"\n{', '.join(forces)}{where}:\n{indent(message, '  ')}")
    err.print(f"\nWhen that is put right, go on: {again}")
    return typer.Exit(USER_MISTAKE)


def whole_evidence(parameters: Parameters, root: Path) -> Path:
    """Folder of a force's finished run; a mistake of the user's when there is none, or it is out of date."""
    from inspections.evidence import EvidenceFolder

    evidence = EvidenceFolder(root.resolve(), parameters)
    if not evidence.is_current():
        message = "has no finished run with these parameters, case files and rules."
        raise InspectionError(
            [Problem(parameters.file, "", "", message, f"Run it first: {evidence.run_command}")]
        )
    return evidence.whole


def audit_round(folder: Path, name: str) -> Round:
    """A round of an audit, by default the latest; a mistake of the user's where it is not there."""
    from inspections.audit import open_round, rounds_in

    rounds = rounds_in(folder)
    chosen = [path for path in rounds if path.name == name] if name else rounds[-1:]
    if not chosen:
        there = ", ".join(path.name for path in rounds)
        message = f"holds no round {name}; there is {there}." if there else "holds no round."
        remedy = "Draw it first: inspection audit sample."
        raise InspectionError([Problem(shown(folder), "", name, message, remedy)])
    return open_round(chosen[0])


def parameter_file(given: Path) -> Path:
    """The parameter file given, or the project's own of a force named as in "northshire"."""
    named = given.parent == Path() and not given.suffix
    return PROJECT / "parameters" / f"{given}.yml" if named else given


def shown(path: Path) -> str:
    inside = path.is_relative_to(PROJECT) and Path.cwd().is_relative_to(PROJECT)
    return os.path.relpath(path) if inside else str(path)


def ready_reader() -> None:
    """Train the reader if it is not, and say so meanwhile."""
    from nlp.reader import CorpusError, load_reader

    try:
        with err.status("Making the reader of notes ready; the first time it learns for a few minutes."):
            load_reader()
    except CorpusError as error:
        raise stop(error) from None
