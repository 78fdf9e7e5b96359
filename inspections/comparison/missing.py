"""Forces that a national report would leave out because their inspection has no whole result.

A report on all forces that is silent about those that failed says more than was found. So the comparison is
refused until a person has typed how many are left out, and the report names each and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inspections.comparison.forces import NATIONAL, forces_with_release
from inspections.evidence import UNFINISHED, last_parameters, parameter_file_of, unfinished_of
from inspections.manifest import read_failure
from parameters import InspectionError, Problem
from parameters.paths import run_command

__all__ = ["Missing", "forces_to_compare"]


@dataclass(frozen=True)
class Missing:
    """A force without a whole result: its short name, its name as printed where known, and why.

    ``why`` is ``failed``, ``not finished`` or ``not run``.
    """

    force: str
    name: str
    why: str


def forces_to_compare(
    inspection: Path, named: Sequence[str], *, without: int
) -> tuple[list[str], list[Missing]]:
    """Forces that are compared, and those left out whose number a person has typed.

    Left out are forces whose last run failed or has not finished, and those named that have not been run. A
    force counts also where an earlier run of it is whole: its figures are not those of its data now.

    Parameters
    ----------
    inspection : Path
        ``evidence/<inspection>``.
    named : sequence of str
        Short names of the forces to compare; none where all are meant that have evidence.
    without : int
        How many are left out, as a person typed it.

    Returns
    -------
    tuple of list of str and list of Missing
        Each by the alphabet of short names.

    Raises
    ------
    InspectionError
        When the number is not that of the forces missing, or fewer than two are left without them, with the
        list of those missing.
    """
    begun = {path.name.removesuffix(UNFINISHED) for path in inspection.glob(f"*{UNFINISHED}")} - {NATIONAL}
    released = set(forces_with_release(inspection))
    gone = begun | (set(named) - released)
    missing = [_missing(inspection / force, run=force in begun) for force in sorted(gone)]
    left = sorted(set(named or released) - gone)
    _refuse_unless_told(missing, left=left, without=without, inspection=inspection)
    return left, missing


def _refuse_unless_told(
    missing: Sequence[Missing], *, left: Sequence[str], without: int, inspection: Path
) -> None:
    enough = len(left) > 1 or not missing
    if len(missing) == without and enough:
        return
    if not missing:
        message, remedy = f"is {without}, but no force is missing.", "Leave --without out."
        raise InspectionError([Problem("inspection compare", "--without", str(without), message, remedy)])
    lines = [f"{force.force}: {force.why}{_go_on(inspection / force.force)}" for force in missing]
    forces = "force has" if len(missing) == 1 else "forces have"
    message = f"{len(missing)} {forces} no whole result, and "
    if enough:
        typed = f" (--without {without} was typed)" if without else ""
        message += f"would be missing from the national report{typed}."
        remedy = (
            "Run them to their end. Or, to publish without them, type how many they are: --without <number>"
        )
    else:
        message += "fewer than two are left to compare."
        remedy = "Run them to their end."
    raise InspectionError([Problem(str(inspection), "", "", message, "\n".join([*lines, remedy]))])


def _missing(whole: Path, *, run: bool) -> Missing:
    failure = read_failure(unfinished_of(whole))
    why = "failed" if failure else "not finished" if run else "not run"
    known = last_parameters(whole).get("force", {})
    return Missing(whole.name, failure.get("name") or known.get("name") or whole.name, why)


def _go_on(whole: Path) -> str:
    file = parameter_file_of(whole) or whole.name
    failure = read_failure(unfinished_of(whole))
    where = f" in {failure['step']}" if failure else ""
    return f"{where}. To go on: {run_command(file, evidence=whole.parents[1])}"
