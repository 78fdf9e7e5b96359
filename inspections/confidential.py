"""What the processes that handle case material leave on a disk: files for their user's eyes alone, no dumps.

Three things are kept from the rest of a shared machine. New files and folders are their user's alone,
whatever the umask was. A crash writes no memory to a core file. Temporary files are in a folder that is
itself restricted, and goes with the work, not in the machine's folder for everybody's.

Windows has neither file modes nor core files of this kind: there a folder is as private as the rights of
the folder above it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["OWNER_ALONE", "seclude", "secluded", "temporary_files_in"]

OWNER_ALONE = 0o700
"""Mode of a folder that is its user's alone."""

_NO_DUMP = 1
"""Bytes of a core file: with nought Linux still hands the memory to a crash reporter, with one not."""

_TEMPORARY = ("TMPDIR", "TEMP", "TMP")
_OF_KERNELS = {"IPYTHONDIR": "ipython", "JUPYTER_RUNTIME_DIR": "jupyter"}
"""Where a kernel keeps its history, and where the keys to it are written."""


def seclude() -> None:
    """Keep what this process and its children write from here on for their user alone."""
    os.umask(0o777 & ~OWNER_ALONE)
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = _NO_DUMP if most == resource.RLIM_INFINITY else min(_NO_DUMP, most)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


@contextmanager
def secluded() -> Iterator[None]:
    """As :func:`seclude`, for the length of a block; dumps stay off, since memory keeps what was read.

    In a notebook open by hand, cells are meanwhile not written to IPython's history: a name or a reference
    may have been typed into one.
    """
    history = _history()
    before = os.umask(0o777 & ~OWNER_ALONE)
    kept = getattr(history, "enabled", False)
    try:
        seclude()
        if history is not None:
            history.enabled = False
        yield
    finally:
        os.umask(before)
        if history is not None:
            history.enabled = kept


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Keep the temporary files of a block in a folder, with the history and keys of kernels started in it.

    Such a kernel does not read the start-up files of its user's IPython.

    Parameters
    ----------
    folder : Path
        In a restricted folder. What stopped work left in it is removed, and at the end it is.
    """
    folder = folder.resolve()  # kernels work in another folder
    given = {name: str(folder) for name in _TEMPORARY}
    given |= {name: str(folder / kept) for name, kept in _OF_KERNELS.items()}
    before = {name: os.environ.get(name) for name in given}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        os.environ.update(given)
        tempfile.tempdir = None  # so that it is looked up anew
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)


def _history() -> Any:
    """The history of the notebook or shell that this is called in, if it is."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return None if shell is None else shell.history_manager
