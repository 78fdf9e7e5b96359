"""Running the comparison notebook with papermill, as `inspection compare` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout
from papermill.exceptions import PapermillExecutionError

from inspections.comparison.folder import NOTEBOOK, inspection_folder
from inspections.comparison.forces import NATIONAL
from inspections.comparison.missing import forces_to_compare
from inspections.confidential import secluded
from inspections.runner import check_notebook_parameters, execute_notebook, write_notebook
from inspections.step_keys import NOTEBOOKS
from parameters import InspectionError, Problem

__all__ = ["compare_forces"]


def compare_forces(
    inspection: str, forces: Sequence[str], *, evidence_root: Path, earlier: str = "", without: int = 0
) -> Path:
    """Run the comparison notebook and keep it, as it ran, beside the national release folder.

    Parameters
    ----------
    inspection : str
        Id of the inspection, a folder in the evidence.
    forces : sequence of str
        Short names; all that have evidence where none is named.
    evidence_root : Path
        The folder of all evidence.
    earlier : str
        Id of an earlier inspection in the evidence, or the path of its folder; empty without one.
    without : int
        How many forces have no whole result and are left out, as a person typed it.

    Returns
    -------
    Path
        ``evidence/<inspection>/national``.

    Raises
    ------
    InspectionError
        When the forces cannot be compared, another comparison is at work, or the notebook stops.
    """
    notebook = NOTEBOOKS / f"{NOTEBOOK}.ipynb"
    given = {
        "inspection": inspection,
        "forces": list(forces),
        "earlier": earlier,
        "evidence_folder": str(evidence_root),
        "without": without,
    }
    check_notebook_parameters(notebook, given)
    folder = inspection_folder(evidence_root, inspection) / NATIONAL
    forces_to_compare(folder.parent, forces, without=without)  # told before a kernel is started
    try:
        with secluded(), FileLock(folder.with_name(f".{NATIONAL}.lock"), timeout=0):
            executed = execute_notebook(notebook, given, temporary=folder.with_name(f".{NATIONAL}.temporary"))
            write_notebook(executed, folder / "notebooks" / notebook.name)
    except Timeout:
        message, remedy = "another comparison is at work on it.", "Wait until it is done."
        raise InspectionError([Problem(str(folder), "", "", message, remedy)]) from None
    except PapermillExecutionError as error:
        if error.ename == InspectionError.__name__:
            raise InspectionError([Problem(notebook.name, "", "", "stopped:", error.evalue)]) from None
        remedy = f"Open inspections/{notebook.name} in JupyterLab to see why; it reads released numbers only."
        message = f"stopped with {error.ename}."
        raise InspectionError(
            [Problem(notebook.name, f"cell {error.exec_count}", "", message, remedy)]
        ) from None
    return folder
