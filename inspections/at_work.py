"""Who is at work on a force's evidence: one run or notebook at a time, and others told who and since when.

The lock alone says whether somebody is; it goes with the process that holds it, however that ends. What is
written beside it says who, and means nothing once the lock is free.

The kernel that a run started may outlive it by a second or two. So it holds a lock of its own while its step
is open, for which the next run waits, and it opens no step once another run has begun.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from parameters import InspectionError, Problem
from parameters.disk import write_whole

__all__ = ["BY_HAND", "Holder", "Lock"]

BY_HAND = "notebook open by hand"
_RUN = "run"
_RUN_VARIABLE = "INSPECTION_RUN"
"""Environment variable by which a kernel knows the run that started it."""

_PATIENCE = 1.0
"""Seconds to wait for the lock: whoever looks whether it is free holds it for a moment."""

_OUTLIVES = 60.0
"""Seconds to wait for the kernel of a run that was killed; it looks for its run once a second."""

_OURS: dict[Path, FileLock] = {}
"""Locks that this process holds: one that nobody keeps is given back. Its cells may be run again by hand."""


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, on which machine, with what, and since when (ISO 8601, with the zone)."""

    user: str
    machine: str
    process: int
    how: str
    since: str
    run: str = ""

    def __str__(self) -> str:
        since = datetime.fromisoformat(self.since)
        who = f"a {self.how} of {self.user} on {self.machine} (process {self.process})"
        return f"{who}, since {since:%d %B %Y %H:%M}"


@dataclass(frozen=True)
class Lock:
    """The lock on the evidence of one force.

    Parameters
    ----------
    whole : Path
        ``evidence/<inspection>/<force>``; the lock lies beside it.
    """

    whole: Path

    @property
    def file(self) -> Path:
        """The file that is locked."""
        return self.whole.with_name(f".{self.whole.name}.lock")

    @property
    def _kernel_file(self) -> Path:
        return self.whole.with_name(f".{self.whole.name}.kernel.lock")

    @property
    def _holder_file(self) -> Path:
        return self.whole.with_name(f".{self.whole.name}.holder.json")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other run of this force out.

        Raises
        ------
        InspectionError
            When another run, or a notebook open by hand, is at work on it.
        """
        self.take(_RUN)
        try:
            yield
        finally:
            self.release()

    def take(self, how: str) -> None:
        """Take the lock until `release`, or until this process ends; it may be taken again meanwhile.

        Raises
        ------
        InspectionError
            When another run, or a notebook open by hand, is at work on it, or what is left of one.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock = _OURS.setdefault(self.file, FileLock(self.file))
            lock.acquire(timeout=_PATIENCE)
        except Timeout:
            _OURS.pop(self.file, None)
            raise InspectionError([self._taken()]) from None
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        os.environ[_RUN_VARIABLE] = uuid4().hex
        holder = Holder(_user(), platform.node(), os.getpid(), how, now, os.environ[_RUN_VARIABLE])
        try:
            write_whole(self._holder_file, json.dumps(asdict(holder)))
            with FileLock(self._kernel_file, timeout=_OUTLIVES):
                pass
        except Timeout:
            self.release()
            message = "a notebook of a run that was ended is still at work on it."
            remedy = f"It is a process of {holder.user} on {holder.machine}. End it, and run again."
            raise InspectionError(
                [Problem(f"evidence of {self.whole.name}", "", "", message, remedy)]
            ) from None
        except OSError:  # a full disk
            self.release()
            raise

    def release(self) -> None:
        """Let others in."""
        os.environ.pop(_RUN_VARIABLE, None)
        self._holder_file.unlink(missing_ok=True)
        if lock := _OURS.pop(self.file, None):
            lock.release(force=True)

    def open_step(self) -> None:
        """In the kernel of a run: hold up the next run until `close_step`, or the end of the kernel.

        Raises
        ------
        InspectionError
            When the run that started this kernel has ended, and another has begun.
        """
        lock = _OURS.setdefault(self._kernel_file, FileLock(self._kernel_file, timeout=_OUTLIVES))
        lock.acquire()
        holder, run = self._written(), os.environ.get(_RUN_VARIABLE)
        if run and (holder is None or holder.run != run):
            self.close_step()
            message = "the run that started this notebook has ended."
            remedy = "There is nothing to do: another run is at work, or has been."
            raise InspectionError([Problem(f"evidence of {self.whole.name}", "", "", message, remedy)])

    def close_step(self) -> None:
        """Let the next run go on."""
        if lock := _OURS.pop(self._kernel_file, None):
            lock.release(force=True)

    def holder(self) -> Holder | None:
        """Who holds the lock now; None where nobody does."""
        if not self.file.is_file():
            return None
        try:
            with FileLock(self.file, timeout=0):
                return None
        except Timeout:
            return self._written() or Holder("somebody", "another machine", 0, _RUN, "1970-01-01T00:00+00:00")

    def _written(self) -> Holder | None:
        with suppress(OSError, ValueError, TypeError):
            return Holder(**json.loads(self._holder_file.read_text(encoding="utf-8")))
        return None

    def _taken(self) -> Problem:
        holder = self._written()
        who = f": {holder}" if holder else ""
        remedy = (
            "Wait until it is done, or stop it; a notebook open by hand is done when its last cell has run."
        )
        return Problem(
            f"evidence of {self.whole.name}",
            "",
            "",
            f"another run or notebook is at work on it{who}.",
            remedy,
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a machine that knows no name for this user
        return "somebody"
