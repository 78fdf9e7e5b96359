"""What the commands share: the two consoles, how a force is named, how a user's mistake ends a command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from parameters import PROJECT, InspectionError, Parameters, Problem, load_parameters

if TYPE_CHECKING:
    from inspections.audit import Round

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
RoundOption = Annotated[str, typer.Option("--round", help="Which round of the audit; by default the latest.")]
EVIDENCE = PROJECT / "evidence"


def stop(message: object) -> typer.Exit:
    err.print(str(message), markup=False)
    return typer.Exit(USER_MISTAKE)


def load(files: list[Path]) -> list[Parameters]:
    loaded: list[Parameters] = []
    problems: list[Problem] = []
    for file in files:
        try:
            loaded.append(load_parameters(parameter_file(file)))
        except InspectionError as error:
            problems.extend(error.problems)
    if problems:
        raise stop(InspectionError(problems))
    return loaded


def whole_evidence(parameters: Parameters, root: Path) -> Path:
    """Folder of a force's finished run; a mistake of the user's when there is none, or it is out of date."""
    from inspections.evidence import EvidenceFolder

    evidence = EvidenceFolder(root.resolve(), parameters)
    if not evidence.is_current():
        message = "has no finished run with these parameters, case files and rules."
        raise InspectionError(
            [Problem(parameters.file, "", "", message, f"Run it first: inspection run {parameters.file}")]
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


@contextmanager
def mistakes() -> Iterator[None]:
    """End with the message of a user's mistake, not with a traceback."""
    try:
        yield
    except InspectionError as error:
        raise stop(error) from None


def shown(path: Path) -> str:
    inside = path.is_relative_to(PROJECT) and Path.cwd().is_relative_to(PROJECT)
    return os.path.relpath(path) if inside else str(path)
