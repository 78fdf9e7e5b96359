"""A small force on disk: two CSV files and the parameters that map them, changed one thing at a time."""

from pathlib import Path
from typing import Any

from parameters import Parameters

CASES = """\
Ref,Reported,Closed,Outcome
W/1,2025-01-10,2025-05-01,15
W/2,2025-02-11,2025-06-02,16
W/3,2025-03-12,,
"""
NOTES = """\
Ref,Entered,Note
W/1,2025-01-10 09:30,Report taken from the victim.
W/1,2025-01-12 14:00,Suspect to be traced.
W/2,2025-02-11 11:15,Initial account recorded.
W/3,2025-03-12 08:05,CCTV requested.
"""
CASE_COLUMNS = {"case_id": "Ref", "reported_on": "Reported", "closed_on": "Closed", "outcome_type": "Outcome"}
NOTE_COLUMNS = {"case_id": "Ref", "entered_at": "Entered", "text": "Note"}


def force(
    folder: Path,
    *,
    cases: str | bytes | None = CASES,
    notes: str | bytes | None = NOTES,
    case_source: dict[str, Any] | None = None,
    note_source: dict[str, Any] | None = None,
    outcomes: dict[str, Any] | None = None,
    further: dict[str, str] | None = None,
) -> Parameters:
    """Write the extracts that are given, and return parameters that map them.

    Tables in ``further`` have our own names as headings, and every column of them is mapped.
    """
    for name, content in (("cases.csv", cases), ("notes.csv", notes)):
        if content is not None:
            (folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    sources: dict[str, Any] = {
        "cases": {"path": str(folder / "cases.csv"), "columns": CASE_COLUMNS, **(case_source or {})},
        "notes": {"path": str(folder / "notes.csv"), "columns": NOTE_COLUMNS, **(note_source or {})},
    }
    if outcomes:
        sources["outcomes"] = outcomes
    for name, content in (further or {}).items():
        path = folder / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        columns = content.partition("\n")[0].split(",")
        sources[name] = {"path": str(path), "columns": {column: column for column in columns}}
    return Parameters.model_validate(
        {
            "inspection": {
                "id": "trial",
                "name": "Trial",
                "period": {"start": "2025-04-01", "end": "2026-03-31"},
                "sample": {"size": "all"},
                "seed": "any words",
                "report": {
                    "title": "Trial",
                    "publisher": "Inspectorate",
                    "author": "Team",
                    "published": "2026-11-12",
                    "contact": "team@inspectorate.example",
                },
            },
            "force": {"force": "westmoor", "name": "Westmoor Police", "sources": sources},
        }
    )
