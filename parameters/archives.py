"""Zip archives from elsewhere, such as Excel and Word files: what they would unpack to, before they do."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO

__all__ = ["BROKEN", "archive_fault"]

BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError)
"""What `zipfile` raises where an archive is damaged, locked, or packed in a way that it does not know."""
MEGABYTE = 2**20
MOST_RATIO = 250
"""Times its packed size that a member of more than a megabyte may unpack to; text packs to a tenth."""
MOST_MEMBERS = 20_000


def archive_fault(archive: Path | IO[bytes], *, most: int, otherwise: str) -> str:
    """Say what forbids to unpack an archive, to be read after its name; "" where nothing does.

    The sizes that an archive claims are those that `zipfile` and all that is built on it read at most.

    Parameters
    ----------
    archive : Path or file
        The archive.
    most : int
        Bytes that all of it may unpack to.
    otherwise : str
        What to say of a file that is no archive, or a damaged one.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
    except BROKEN:
        return otherwise
    if len(members) > MOST_MEMBERS:
        return f"holds more than {MOST_MEMBERS:,} files."
    if sum(member.file_size for member in members) > most:
        return f"unpacks to more than {most // MEGABYTE:,} MB."
    if any(
        member.file_size > MEGABYTE and member.file_size > MOST_RATIO * max(member.compress_size, 1)
        for member in members
    ):
        return "unpacks to many times its size, as no real file does."
    return ""
