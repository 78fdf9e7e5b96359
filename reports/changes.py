"""Which of an author's sentences lean on numbers that have changed since the author last edited the text."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from reports.source import cited_values

__all__ = ["Change", "keep_baseline", "read_changes", "write_changes"]

_AUTHORS = ("index.qmd", "recommendations.yml")
_BASELINE, _CHANGES = "baseline.json", "changes.csv"


@dataclass(frozen=True)
class Change:
    """A value cited in an author's file, as it was when the author last edited the text and as it is now."""

    file: str
    line: int
    value: str
    before: str
    now: str
    text: str


def keep_baseline(folder: Path, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers the author's present text was written on, with a hash that knows that text again.

    Parameters
    ----------
    folder : Path
        ``reports/<force>``, before its partials are rewritten.
    numbers : mapping
        The metadata now; they become the baseline when the author's files have changed or none was kept.
    """
    text = hashlib.sha256(b"\0".join((folder / name).read_bytes() for name in _AUTHORS)).hexdigest()
    path = folder / "_generated" / _BASELINE
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return kept if kept.get("text") == text else {"text": text, "numbers": dict(_flat(numbers))}


def write_changes(folder: Path, baseline: Mapping[str, Any], numbers: Mapping[str, Any]) -> None:
    """Write ``_generated/changes.csv``: every citation of a value that differs from the baseline."""
    now, before = dict(_flat(numbers)), baseline["numbers"]
    generated = folder / "_generated"
    beside = generated / f"{_BASELINE}.new"
    beside.write_text(json.dumps(baseline, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(generated / _BASELINE)
    with (generated / _CHANGES).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Change)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(change) for change in _changes(folder, before, now))


def read_changes(folder: Path) -> list[Change]:
    """Read what :func:`write_changes` found in ``reports/<force>``."""
    with (folder / "_generated" / _CHANGES).open(encoding="utf-8", newline="") as file:
        return [
            Change(row["file"], int(row["line"]), row["value"], row["before"], row["now"], row["text"])
            for row in csv.DictReader(file)
        ]


def _changes(folder: Path, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in _AUTHORS:
        for line, text in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), 1):
            for value in cited_values(text):
                was, has = before.get(value, ""), now.get(value, "")
                if was != has:
                    yield Change(name, line, value, was, has, text.strip())


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
