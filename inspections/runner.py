"""Running the notebooks of a force with papermill, strictly.

Papermill itself only warns about a parameter it does not know and checks no types; a run that starts here
has every parameter of the notebook given, known and of the right type. Traffic with the kernel is encrypted,
since case notes pass through it, and what a failed notebook leaves behind holds no output at all.
"""

from __future__ import annotations

import builtins
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets.config import Config

from inspections.confidential import secluded, temporary_files_in
from inspections.evidence import EvidenceFolder
from inspections.manifest import write_failure
from inspections.sampling import changed_after_seed
from inspections.step_keys import NOTEBOOKS, STEPS
from parameters import InspectionError, Parameters, Problem
from parameters.disk import disk_problem, whole_file

if TYPE_CHECKING:
    import nbformat
    from papermill.exceptions import PapermillExecutionError

__all__ = [
    "ForceRun",
    "Progress",
    "StepStopped",
    "Tell",
    "check_notebook_parameters",
    "execute_notebook",
    "leave_word",
    "run_force",
    "write_notebook",
]

_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "dict": dict,
    "list": list,
}
_TOLD = {InspectionError.__name__, "CodebookError"}
"""Errors that speak of files and fields alone; any other may quote the data it failed on."""
_DISK = re.compile(r"\[Errno (\d+)\]")
_KERNEL = Config({"KernelManager": {"transport_encryption": "required"}})


@dataclass(frozen=True)
class Progress:
    """A step of a force has begun or ended."""

    force: str
    step: str
    state: str  # "running" | "done" | "unchanged" | "failed"; of a force, step "": "whole" | "failed"
    seconds: float = 0.0


Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class ForceRun:
    """What became of one force: its evidence folder, or the message that says why there is none.

    ``step`` is where a failed force stopped; ``remark`` what a person should know of a whole one.
    """

    force: str
    evidence: Path | None
    message: str = ""
    step: str = ""
    remark: str = ""


class StepStopped(InspectionError):
    """A notebook stopped: ``kind`` is its error's kind, ``words`` what to tell where the step is named."""

    def __init__(self, problem: Problem, *, kind: str) -> None:
        super().__init__([problem])
        self.kind = kind
        self.words = problem.remedy if kind in _TOLD else str(problem)


def run_force(parameters: Parameters, evidence_root: Path, *, tell: Tell, again: bool = False) -> ForceRun:
    """Run the notebooks of one force that are not up to date, in order, and publish the evidence folder.

    Parameters
    ----------
    parameters : Parameters
        The checked parameters.
    evidence_root : Path
        The folder of all evidence.
    tell : callable
        Called with a :class:`Progress` as steps begin and end.
    again : bool
        Run every step, also those that are up to date.

    Raises
    ------
    InspectionError
        When a notebook stops; what it had done before stays and is not redone by the next run.
    """
    evidence = EvidenceFolder(evidence_root, parameters)
    with secluded(), evidence.held():
        if again:
            evidence.prepare()
            evidence.keep_only([])
        elif evidence.is_current():
            evidence.discard_unfinished()
            for step in STEPS:
                tell(Progress(parameters.force.force, step, "unchanged"))
            return ForceRun(parameters.force.force, evidence.whole, remark=_remark(evidence))
        _run_steps(evidence, tell)
        return ForceRun(parameters.force.force, evidence.publish(), remark=_remark(evidence))


def _run_steps(evidence: EvidenceFolder, tell: Tell) -> None:
    force = evidence.parameters.force.force
    evidence.reopen()
    done = evidence.prepare()
    for step in STEPS:
        if step in done:
            tell(Progress(force, step, "unchanged"))
            continue
        tell(Progress(force, step, "running"))
        begun = time.monotonic()
        try:
            _run_notebook(step, evidence)
        except Exception as error:
            tell(Progress(force, step, "failed", time.monotonic() - begun))
            kind = error.kind if isinstance(error, StepStopped) else type(error).__name__
            leave_word(evidence, step, kind)
            raise
        tell(Progress(force, step, "done", time.monotonic() - begun))


def leave_word(evidence: EvidenceFolder, step: str, kind: str) -> None:
    """Leave word of a failure in the unfinished folder, unless the disk itself is what fails."""
    parameters = evidence.parameters
    with suppress(OSError):
        write_failure(evidence.unfinished, step, kind, name=parameters.force.name, file=parameters.file)


def _remark(evidence: EvidenceFolder) -> str:
    facts = evidence.last_facts()
    return changed_after_seed(facts.get("earlier_lists", []), frame_hash=facts.get("frame_hash", ""))


def check_notebook_parameters(notebook: Path, given: Mapping[str, Any]) -> None:
    """Refuse parameters the notebook does not have, lacks, or would misread.

    Parameters
    ----------
    notebook : Path
        The notebook about to be run.
    given : mapping
        Parameter names and plain values.

    Raises
    ------
    InspectionError
        Every unknown, missing or mistyped parameter at once.
    """
    import papermill  # slow to import, as nbformat is, and needed only where something has to be run

    known = papermill.inspect_notebook(notebook)
    problems = []
    for name in sorted(given.keys() - known.keys()):
        remedy = f"The notebook takes: {', '.join(known)}."
        problems.append(Problem(notebook.name, name, "", "is not a parameter of this notebook.", remedy))
    for name in sorted(known.keys() - given.keys()):
        problems.append(
            Problem(notebook.name, name, "", "is not given.", "Give every parameter of the notebook.")
        )
    for name in sorted(known.keys() & given.keys()):
        wanted = known[name]["inferred_type_name"]
        if wanted in _TYPES and not isinstance(given[name], _TYPES[wanted]):
            is_a = type(given[name]).__name__
            problems.append(
                Problem(
                    notebook.name,
                    name,
                    "",
                    f"is a {is_a}, but the notebook wants a {wanted}.",
                    f"Give a {wanted}.",
                )
            )
    if problems:
        raise InspectionError(problems)


def _run_notebook(step: str, evidence: EvidenceFolder) -> None:
    from papermill.exceptions import PapermillExecutionError

    notebook = NOTEBOOKS / f"{step}.ipynb"
    parameters = evidence.parameters
    given = {
        "force": parameters.force.force,
        "parameters": parameters.model_dump(mode="json"),
        "evidence_folder": str(evidence.root),
    }
    check_notebook_parameters(notebook, given)
    target = evidence.notebook(step)
    try:
        executed = execute_notebook(notebook, given, temporary=evidence.temporary)
    except PapermillExecutionError as error:
        with suppress(OSError):  # a full disk may be why it stopped
            write_notebook(_without_outputs(notebook, error), target.with_name(f"{step}.FAILED.ipynb"))
        raise StepStopped(_failure(step, error, evidence), kind=error.ename) from None
    write_notebook(executed, target)
    evidence.add_notebook(step)


def execute_notebook(
    notebook: Path, given: Mapping[str, Any], *, temporary: Path, retries: int = 1
) -> nbformat.NotebookNode:
    """Run a notebook with papermill in a kernel of its own, and return it with its outputs.

    Parameters
    ----------
    notebook : Path
        The notebook; it is not written to.
    given : mapping
        Its parameters, checked by :func:`check_notebook_parameters`.
    temporary : Path
        Folder for its temporary files; removed afterwards.
    retries : int
        How often to try again when a kernel dies while it starts.

    Raises
    ------
    InspectionError
        When the kernel dies at work.
    PapermillExecutionError
        When a cell fails.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError

    # No output path: papermill would write the half-run notebook, error text and all, as it goes.
    try:
        with temporary_files_in(temporary):
            return papermill.execute_notebook(
                str(notebook),
                None,
                parameters=dict(given),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=120,
                cwd=str(notebook.parent),
                config=_KERNEL,
                extra_arguments=[
                    "--IPKernelApp.log_level=CRITICAL"
                ],  # it logs each ordinary shutdown as an error
            )
    except DeadKernelError:
        message = "was stopped: the process that ran it ended, as it does when memory runs out."
        remedy = "Close other programs, or run fewer forces at once, and run again to go on from here."
        raise InspectionError([Problem(notebook.name, "", "", message, remedy)]) from None
    except RuntimeError as error:
        if retries and "Kernel" in str(error):
            return execute_notebook(notebook, given, temporary=temporary, retries=retries - 1)
        raise


def _failure(step: str, error: PapermillExecutionError, evidence: EvidenceFolder) -> Problem:
    parameters = evidence.parameters
    refused = _DISK.match(error.evalue) if issubclass(getattr(builtins, error.ename, str), OSError) else None
    if refused and (problem := disk_problem(int(refused[1]), evidence.root)):
        return problem
    if error.ename in _TOLD:
        return Problem(f"{step}.ipynb", parameters.force.force, "", "stopped:", error.evalue)
    remedy = (
        f"Open inspections/{step}.ipynb in JupyterLab with force = {parameters.force.force!r} to see why. "
        "Report it with a fictional example, never with case material."
    )
    return Problem(f"{step}.ipynb", f"cell {error.exec_count}", "", f"stopped with {error.ename}.", remedy)


def _without_outputs(notebook: Path, error: PapermillExecutionError) -> nbformat.NotebookNode:
    import nbformat

    node = nbformat.read(notebook, as_version=4)
    banner = f"**This run stopped at cell {error.exec_count} with {error.ename}.** All outputs were removed."
    node.cells.insert(0, nbformat.v4.new_markdown_cell(banner))
    return node


def write_notebook(node: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook in one step."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as beside:
        nbformat.write(node, beside)
