"""Running forces side by side, an operating-system process each: what befalls one never reaches another.

A shared pool of processes breaks for every force when one of its workers is killed, and keeps the memory of
the largest force to the end. Here the end of a process is the end of its force alone: the parent waits on
the processes themselves, so one that dies without a word cannot keep it waiting, and none outlives it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from traceback import extract_tb
from typing import Any, Protocol

from inspections.evidence import EvidenceFolder
from inspections.runner import ForceRun, Progress, StepStopped, Tell, leave_word, run_force
from inspections.step_keys import STEPS
from parameters import InspectionError, Parameters

__all__ = ["run_forces"]

_CONTEXT = get_context("spawn")  # a forked child would share the parent's event loop and locks
_GRACE = 10.0
"""Seconds in which a process that has told its result, or has closed its end, has to be gone."""


class Work(Protocol):
    """What the process of a force does; by default `inspections.runner.run_force`."""

    def __call__(
        self, parameters: Parameters, evidence_root: Path, *, tell: Tell, again: bool
    ) -> ForceRun: ...


@dataclass
class _Force:
    """A force at work: its process, what comes from it, and what it has told so far."""

    place: int
    parameters: Parameters
    process: BaseProcess
    news: Connection
    step: str = ""
    result: ForceRun | None = None
    started: float = field(default_factory=time.monotonic)

    def listen(self, tell: Tell) -> bool:
        """Pass on what the process has told; whether it is still at work."""
        alive = self.process.is_alive()  # asked first, so that nothing it told before its end is missed
        with suppress(EOFError, OSError):
            while self.news.poll():
                told = self.news.recv()
                if isinstance(told, ForceRun):
                    self.result = told
                else:
                    self.step = told.step
                    tell(told)
            return alive and self.result is None
        return False

    def end(self) -> None:
        """See to it that the process has ended, and give back what it held."""
        self.process.join(_GRACE)
        self.process.kill()
        self.process.join()
        self.news.close()


def run_forces(
    runs: list[Parameters],
    evidence_root: Path,
    *,
    jobs: int,
    tell: Tell,
    again: bool = False,
    work: Work = run_force,
) -> list[ForceRun]:
    """Run several forces side by side, a process each; one that fails neither stops nor taints another.

    When this is interrupted, the processes at work are ended. What their forces had done is kept, and those
    that had yet to begin are left on record as not finished.

    Parameters
    ----------
    runs : list of Parameters
        The checked parameters, one a force.
    evidence_root : Path
        The folder of all evidence.
    jobs : int
        Forces at work at once.
    tell : callable
        Called with a :class:`Progress` as steps and forces begin and end.
    again : bool
        Run every step, also those that are up to date.
    work : callable
        What is done for each force, a function of a module.

    Returns
    -------
    list of ForceRun
        In the order given.
    """
    waiting = deque(enumerate(runs))
    at_work: list[_Force] = []
    results: dict[int, ForceRun] = {}
    try:
        while waiting or at_work:
            while waiting and len(at_work) < jobs:
                place, parameters = waiting.popleft()
                at_work.append(_start(place, parameters, evidence_root, work=work, again=again))
            wait([each for force in at_work for each in (force.news, force.process.sentinel)])
            for force in [force for force in at_work if not force.listen(tell)]:
                force.end()
                at_work.remove(force)
                results[force.place] = result = _result(force, evidence_root)
                state = "whole" if result.evidence else "failed"
                tell(Progress(result.force, "", state, time.monotonic() - force.started))
    finally:
        for force in at_work:
            force.process.kill()
        for _, parameters in waiting:
            with suppress(OSError):
                EvidenceFolder(evidence_root, parameters).announce()
        for force in at_work:
            force.end()
    return [results[place] for place in range(len(runs))]


def _start(place: int, parameters: Parameters, evidence_root: Path, *, work: Work, again: bool) -> _Force:
    news, told = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(
        target=_work, name=parameters.force.force, args=(work, parameters, evidence_root, again, told)
    )
    with _interrupts_ignored():
        process.start()
    told.close()  # the child alone holds it now, so its end closes it
    return _Force(place, parameters, process, news)


def _work(work: Work, parameters: Parameters, evidence_root: Path, again: bool, told: Connection) -> None:
    """What a force's process does: work, tell, and end when its parent does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    force = parameters.force.force
    try:
        result = work(parameters, evidence_root, tell=told.send, again=again)
    except StepStopped as error:
        result = ForceRun(force, None, error.words)
    except InspectionError as error:
        result = ForceRun(force, None, str(error))
    except Exception as error:  # one force's fault must not stop the others; its words may quote a note
        where = extract_tb(error.__traceback__)[-1]
        message = f"stopped with {type(error).__name__} at {Path(where.filename).name}, line {where.lineno}."
        result = ForceRun(force, None, message)
    told.send(result)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _result(force: _Force, evidence_root: Path) -> ForceRun:
    """What the process told; where it ended without a word, that, left on record."""
    if force.result is not None:
        return force.result if force.result.evidence else replace(force.result, step=force.step)
    code = force.process.exitcode or 0
    by = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    evidence = EvidenceFolder(evidence_root, force.parameters)
    with suppress(InspectionError, OSError), evidence.lock.held():
        leave_word(evidence, force.step or STEPS[0], f"process ended by {by}")
    message = (
        f"the process that ran it was ended from outside ({by}), as happens when memory runs out.\n"
        "  Run it again to go on from the last step that was done, with fewer --jobs if memory is short."
    )
    return ForceRun(force.parameters.force.force, None, message, step=force.step)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """A process begun here leaves Ctrl-C, which reaches all processes of a terminal, to its parent."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Any = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
