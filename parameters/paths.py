"""Where the project is, and how a file is named to a person."""

from __future__ import annotations

from pathlib import Path

__all__ = ["PROJECT", "shown_path"]

PROJECT = Path(__file__).resolve().parent.parent


def shown_path(path: str | Path) -> str:
    """Name a file as a reader of this project knows it: from the project root where it lies inside.

    Keeps messages and manifests the same on every machine.
    """
    absolute = Path(path).resolve()
    if absolute.is_relative_to(PROJECT):
        return absolute.relative_to(PROJECT).as_posix()
    return absolute.as_posix()
