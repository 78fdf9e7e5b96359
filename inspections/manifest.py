"""The record a run keeps in its folder: what made the evidence, step by step; or word of where it failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from parameters.disk import write_whole

__all__ = ["facts_in", "now", "read_failure", "read_manifest", "write_failure", "write_manifest"]

_FAILURE = "failed.json"
"""File of an unfinished folder that says which step failed, how and when; never with what words."""
_RECORD: Mapping[str, type] = {"step": str, "key": str, "rows": list, "facts": dict, "outputs": dict}
"""What the manifest records of a step, as far as it is read back."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """The record of a run; empty where there is none, or one that no run wrote: nothing counts as done."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        whole = all(
            isinstance(record.get(name), kind)
            for record in found.get("steps", [])
            for name, kind in _RECORD.items()
        )
    except (
        FileNotFoundError,
        NotADirectoryError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return {}
    return found if whole else {}


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the record of a run in one step."""
    write_whole(folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def facts_in(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that all steps of a run recorded."""
    return {name: fact for record in manifest.get("steps", []) for name, fact in record["facts"].items()}


def write_failure(unfinished: Path, step: str, kind: str, *, name: str, file: str) -> None:
    """Leave word in an unfinished folder that its run failed, for `inspection status` and for a comparison.

    Parameters
    ----------
    unfinished : Path
        ``evidence/<inspection>/<force>.unfinished``.
    step : str
        Step that failed, or what did before the first.
    kind : str
        Kind of the error, such as ``ValueError``. Its words may quote a case, so they are not kept.
    name, file : str
        The force's name as printed, and its parameter file.
    """
    unfinished.mkdir(parents=True, exist_ok=True)
    facts = {"step": step, "kind": kind, "at": now(), "name": name, "file": file}
    write_whole(unfinished / _FAILURE, json.dumps(facts, ensure_ascii=False))


def read_failure(unfinished: Path) -> dict[str, str]:
    """What `write_failure` left there; empty where there is nothing."""
    path = unfinished / _FAILURE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def now() -> str:
    """The time as records tell it: to the second, with its offset."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
