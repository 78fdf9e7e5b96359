"""Where the project is, and how a file or a command is named to a person."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath

__all__ = ["EVIDENCE", "PROJECT", "run_command", "shown_path", "typed"]

PROJECT = Path(__file__).resolve().parent.parent
EVIDENCE = PROJECT / "evidence"
"""Where runs keep their evidence unless another folder is named."""


def shown_path(path: str | Path) -> str:
    """Name a file as a reader of this project knows it: from the project root where it lies inside.

    Keeps messages and manifests the same on every machine.
    """
    absolute = Path(path).resolve()
    if absolute.is_relative_to(PROJECT):
        return absolute.relative_to(PROJECT).as_posix()
    return absolute.as_posix()


def typed(file: str) -> str:
    """What the command line takes for a force's parameter file, whatever folder it is typed in.

    Examples
    --------
    >>> typed("parameters/northshire.yml")
    'northshire'
    >>> typed("/inspection/westmoor.yml")
    '/inspection/westmoor.yml'
    """
    name = PurePosixPath(file).stem
    return name if file == f"parameters/{name}.yml" else file


def run_command(*files: str, evidence: Path) -> str:
    """The command that runs forces by their parameter files, as :func:`shown_path` names them, into evidence.

    Parameters
    ----------
    *files : str
        Parameter files, or names of forces.
    evidence : Path
        Folder of all evidence; told where it is not the project's own.
    """
    elsewhere = [] if evidence.resolve() == EVIDENCE.resolve() else ["--evidence", str(evidence)]
    return shlex.join(["inspection", "run", *map(typed, files), *elsewhere])
