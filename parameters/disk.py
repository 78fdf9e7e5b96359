"""Writing where the disk may fill up and the machine may stop: whole files, and plain words for a refusal."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from parameters.paths import shown_path
from parameters.problems import Problem

__all__ = ["copy_whole", "disk_problem", "whole_file", "write_whole"]

_AGAIN = "Then give the same command again: what was done is kept."
_REFUSALS = {
    errno.ENOSPC: ("has no space left on its disk.", f"Make room there. {_AGAIN}"),
    errno.EFBIG: ("takes no file as large as is needed.", f"Have the limit on file sizes raised. {_AGAIN}"),
    errno.EROFS: (
        "is on a disk that can only be read.",
        f"Name a folder elsewhere, or have it opened. {_AGAIN}",
    ),
    errno.EACCES: ("may not be used by this user.", f"Ask for the right to read and write there. {_AGAIN}"),
    errno.EPERM: ("may not be used by this user.", f"Ask for the right to read and write there. {_AGAIN}"),
    errno.EIO: ("could not be read or written: the disk failed.", f"Have the disk looked at. {_AGAIN}"),
}
if hasattr(errno, "EDQUOT"):
    _REFUSALS[errno.EDQUOT] = ("has no space left for this user.", f"Have the quota raised. {_AGAIN}")


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a name to write under; once written, the file takes its own name in one step.

    Whoever looks finds the file as it was or as it is to be, also when the process is killed. Both the bytes
    and the new name are on the disk when this returns, as far as the system can promise it. What a killed
    process left of a file goes when the file is next written.

    Parameters
    ----------
    target : Path
        The file. Its folder exists.

    Yields
    ------
    Path
        In the same folder, hidden, and not yet there. Its ending is not the target's.
    """
    _sweep(target)
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(target)
        _keep_names(target.parent)
    finally:
        with suppress(OSError):  # the error that brought us here says more
            beside.unlink(missing_ok=True)


def write_whole(target: Path, text: str) -> None:
    """Write a text as UTF-8, its line ends as they are, by way of :func:`whole_file`."""
    with whole_file(target) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file by way of :func:`whole_file`."""
    with whole_file(target) as beside:
        shutil.copyfile(source, beside)


def disk_problem(error: OSError | int, folder: Path) -> Problem | None:
    """Say in plain words that a disk or folder refuses; None for any other error.

    Parameters
    ----------
    error : OSError or int
        The error, or its number.
    folder : Path
        Folder to name, where the error does not name a file itself.
    """
    number, named = _refused(error)
    if number not in _REFUSALS:
        return None
    message, remedy = _REFUSALS[number]
    place = Path(os.fsdecode(named)).parent if isinstance(named, str | bytes) else folder
    return Problem(shown_path(place), "", "", message, remedy)


def _refused(error: OSError | int) -> tuple[int | None, object]:
    """Number of a refusal, and the file it befell: of a copy, the one that was written."""
    if isinstance(error, int):
        return error, None
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):  # of a folder: numbers in words
        for _, target, words in error.args[0]:
            if found := re.match(r"\[Errno (\d+)\]", str(words)):
                return int(found[1]), str(target)
    return error.errno, error.filename2 or error.filename


def _sweep(target: Path) -> None:
    """Remove what processes that are no more left of this file."""
    own = re.compile(rf"\.{re.escape(target.name)}\.(\d+)\.new")
    for path in target.parent.iterdir() if target.parent.is_dir() else ():
        if (left := own.fullmatch(path.name)) and not psutil.pid_exists(int(left[1])):
            path.unlink(missing_ok=True)


def _keep_names(folder: Path) -> None:
    """Have the names in a folder written to disk; a system where no folder can be opened does it itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
