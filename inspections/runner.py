"""Running the notebooks of a force with papermill, strictly.

Papermill itself only warns about a parameter it does not know and checks no types; a run that starts here
has every parameter of the notebook given, known and of the right type. Traffic with the kernel is encrypted,
since case notes pass through it, and what a failed notebook leaves behind holds no output at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from queue import Empty, Queue
from traceback import extract_tb
from typing import Any

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from inspections.confidential import secluded, temporary_files_in
from inspections.evidence import NOTEBOOKS, STEPS, EvidenceFolder
from nlp import CodebookError
from parameters import InspectionError, Parameters, Problem
from parameters.disk import whole_file

__all__ = [
    "ForceRun",
    "Progress",
    "check_notebook_parameters",
    "execute_notebook",
    "run_force",
    "run_forces",
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
_TOLD = {InspectionError.__name__, CodebookError.__name__}
"""Errors that speak of files and fields alone; any other may quote the data it failed on."""
_KERNEL = Config({"KernelManager": {"transport_encryption": "required"}})


@dataclass(frozen=True)
class Progress:
    """A step of a force has begun or ended."""

    force: str
    step: str
    state: str  # "running" | "done" | "unchanged" | "failed"
    seconds: float = 0.0


@dataclass(frozen=True)
class ForceRun:
    """What became of one force: its evidence folder, or the message that says why there is none."""

    force: str
    evidence: Path | None
    message: str = ""
    seconds: float = 0.0


def run_forces(
    runs: list[Parameters],
    evidence_root: Path,
    *,
    jobs: int,
    tell: Callable[[Progress], None],
    again: bool = False,
) -> list[ForceRun]:
    """Run several forces side by side, a process each; one that fails neither stops nor taints another.

    Parameters
    ----------
    runs : list of Parameters
        The checked parameters, one a force.
    evidence_root : Path
        The folder of all evidence.
    jobs : int
        Forces at work at once.
    tell : callable
        Called with a :class:`Progress` as steps begin and end.
    again : bool
        Run every step, also those that are up to date.

    Returns
    -------
    list of ForceRun
        In the order given.
    """
    context = get_context("spawn")  # a forked child would share the parent's event loop and locks
    with context.Manager() as manager, ProcessPoolExecutor(max_workers=jobs, mp_context=context) as pool:
        news: Queue[Any] = manager.Queue()
        futures = [pool.submit(_run_and_report, run, evidence_root, news=news, again=again) for run in runs]
        while not all(future.done() for future in futures) or not news.empty():
            with suppress(Empty):
                tell(news.get(timeout=0.2))
        return [_result(future, run) for future, run in zip(futures, runs, strict=True)]


def run_force(
    parameters: Parameters, evidence_root: Path, *, tell: Callable[[Progress], None], again: bool = False
) -> ForceRun:
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
            for step in STEPS:
                tell(Progress(parameters.force.force, step, "unchanged"))
            return ForceRun(parameters.force.force, evidence.whole)
        return _run_steps(evidence, tell)


def _run_steps(evidence: EvidenceFolder, tell: Callable[[Progress], None]) -> ForceRun:
    started, force = time.monotonic(), evidence.parameters.force.force
    done = evidence.prepare()
    for step in STEPS:
        if step in done:
            tell(Progress(force, step, "unchanged"))
            continue
        tell(Progress(force, step, "running"))
        begun = time.monotonic()
        try:
            _run_notebook(step, evidence)
        except Exception:
            tell(Progress(force, step, "failed", time.monotonic() - begun))
            raise
        tell(Progress(force, step, "done", time.monotonic() - begun))
    return ForceRun(force, evidence.publish(), seconds=time.monotonic() - started)


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


def _result(future: Future[ForceRun], run: Parameters) -> ForceRun:
    try:
        return future.result()
    except BrokenProcessPool:
        message = f"{run.force.name}: the process that ran it was ended from outside. Run it again to go on."
        return ForceRun(run.force.force, None, message)


def _run_and_report(
    parameters: Parameters, evidence_root: Path, *, news: Queue[Any], again: bool
) -> ForceRun:
    force = parameters.force.force
    try:
        return run_force(parameters, evidence_root, tell=news.put, again=again)
    except InspectionError as error:
        return ForceRun(force, None, str(error))
    except Exception as error:  # one force's fault must not stop the others; its words may quote a note
        where = extract_tb(error.__traceback__)[-1]
        message = f"{force}: {type(error).__name__} at {Path(where.filename).name}, line {where.lineno}."
        return ForceRun(force, None, message)


def _run_notebook(step: str, evidence: EvidenceFolder) -> None:
    notebook = NOTEBOOKS / f"{step}.ipynb"
    parameters = evidence.parameters
    given = {
        "force": parameters.force.force,
        "parameters": parameters.model_dump(mode="json"),
        "evidence_folder": str(evidence.root),
    }
    check_notebook_parameters(notebook, given)
    folder = evidence.unfinished / "restricted" / "notebooks"
    try:
        executed = execute_notebook(notebook, given, temporary=evidence.temporary)
    except PapermillExecutionError as error:
        failed = folder / f"{step}.FAILED.ipynb"
        write_notebook(_without_outputs(notebook, error), failed)
        raise InspectionError([_failure(step, error, evidence)]) from None
    write_notebook(executed, folder / f"{step}.ipynb")
    evidence.add_output(step, folder / f"{step}.ipynb")


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
    """
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
    except RuntimeError as error:
        if retries and "Kernel" in str(error):
            return execute_notebook(notebook, given, temporary=temporary, retries=retries - 1)
        raise


def _failure(step: str, error: PapermillExecutionError, evidence: EvidenceFolder) -> Problem:
    parameters = evidence.parameters
    if error.ename in _TOLD:
        return Problem(f"{step}.ipynb", parameters.force.force, "", "stopped:", error.evalue)
    remedy = (
        f"Open inspections/{step}.ipynb in JupyterLab with force = {parameters.force.force!r} to see why. "
        "Report it with a fictional example, never with case material."
    )
    return Problem(f"{step}.ipynb", f"cell {error.exec_count}", "", f"stopped with {error.ename}.", remedy)


def _without_outputs(notebook: Path, error: PapermillExecutionError) -> nbformat.NotebookNode:
    node = nbformat.read(notebook, as_version=4)
    banner = f"**This run stopped at cell {error.exec_count} with {error.ename}.** All outputs were removed."
    node.cells.insert(0, nbformat.v4.new_markdown_cell(banner))
    return node


def write_notebook(node: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as beside:
        nbformat.write(node, beside)
