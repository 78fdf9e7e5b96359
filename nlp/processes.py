"""Processes that work side by side: one that is ended from outside is noticed and never waited for."""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Processes", "WorkerFailedError", "WorkerLostError", "place_of"]

Work = Callable[[Any], Any]


class WorkerLostError(RuntimeError):
    """A process that coded notes was ended from outside, as happens when memory runs out.

    Attributes
    ----------
    number
        Of the task it had been given.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"the process at work on task {number} was ended from outside")
        self.number = number


class WorkerFailedError(RuntimeError):
    """A process met an error nobody foresaw; the message says where, and repeats nothing it said."""


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    number: int | None = None


class Processes:
    """Processes that do one task at a time each, started as tasks come.

    `concurrent.futures` is not used: its pool may wait for ever for a process that was killed while a large
    task was on its way there. Here every process has a pipe of its own, which breaks with it.

    Parameters
    ----------
    jobs
        How many at most.
    start
        What each process begins with, a function of a module: gives back the function that does the work.
    given
        What `start` is called with.
    """

    def __init__(self, jobs: int, start: Callable[..., Work], *given: Any) -> None:
        self._jobs = jobs
        self._begin = (start, given)
        self._workers: list[_Worker] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._workers:
            self._end(self._workers[-1])

    @property
    def free(self) -> bool:
        """Whether a task can be given without waiting."""
        return len(self._workers) < self._jobs or any(one.number is None for one in self._workers)

    @property
    def busy(self) -> bool:
        """Whether a task is under way."""
        return any(one.number is not None for one in self._workers)

    def give(self, number: int, task: Any) -> None:
        """Hand a task to a free process; a new one where there is none.

        Raises
        ------
        WorkerLostError
            When the new process ended while it was being started.
        """
        for worker in [one for one in self._workers if one.number is None]:
            if worker.process.is_alive():
                break
            self._end(worker)
        else:
            try:
                worker = self._new()
            except OSError:
                raise WorkerLostError(number) from None
        worker.number = number
        try:
            worker.connection.send(task)
        except OSError:  # it has just been ended; `take` will find it gone
            worker.process.join()

    def take(self) -> tuple[int, Any]:
        """Wait for the first task that is done; its number and its result.

        Raises
        ------
        WorkerLostError
            When the process ended before the task did. Others go on.
        WorkerFailedError
            When the task failed.
        """
        at_work = {one.connection: one for one in self._workers if one.number is not None}
        at_end = {one.process.sentinel: one for one in at_work.values()}
        ready = wait([*at_work, *at_end])[0]
        worker = at_end[ready] if isinstance(ready, int) else at_work[ready]  # type: ignore[index]
        number = worker.number
        assert number is not None
        try:
            if not worker.connection.poll():
                raise EOFError
            failed, result = worker.connection.recv()
        except (EOFError, OSError):
            self._end(worker)
            raise WorkerLostError(number) from None
        worker.number = None
        if failed:
            raise WorkerFailedError(failed)
        return number, result

    def _new(self) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        start, given = self._begin
        process = context.Process(target=_serve, args=(theirs, start, given))
        process.start()
        theirs.close()  # so that the pipe breaks when the process ends
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.process.close()
        worker.connection.close()


def _serve(connection: Connection, start: Callable[..., Work], given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work: Work | None = None
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        failed, result = "", None
        try:
            work = work or start(*given)
            result = work(task)
        except Exception as error:
            failed = place_of(error)
        connection.send((failed, result))


def _end_with_parent() -> None:
    """A process whose parent was killed must not go on by itself."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def place_of(error: BaseException) -> str:
    """The kind of an error and the line it came from; what it says may quote a note and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
