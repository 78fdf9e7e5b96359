"""What a run reads beside its parameters: extracts, lost cases, and what the last run wrote down."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from harmed_files import CANARY

from inspections.case_files import read_case_files, read_note_texts
from inspections.evidence import EvidenceFolder
from inspections.sampling.losses import read_losses
from parameters import Parameters
from readers_of_files.reader import TEXT, Reader, northshire

_EXTRACTS = {
    "cases": "Ref,Reported,Closed,Outcome\n"
    + "".join(f"W/{n},2025-01-{n + 9},2025-05-0{n},15\n" for n in range(1, 6)),
    "notes": "Ref,Entered,Note\n"
    + "".join(
        f'W/{case},2025-01-{case + 10} 0{entry}:30,"{TEXT}"\n' for case in range(1, 6) for entry in (1, 2)
    ),
}
_COLUMNS = {"case_id": "Ref", "reported_on": "Reported", "closed_on": "Closed", "outcome_type": "Outcome"}
_NOTE_COLUMNS = {"case_id": "Ref", "entered_at": "Entered", "text": "Note"}


def _mapped(cases: dict[str, Any], notes: dict[str, Any]) -> Parameters:
    base = _trial()
    sources = {"cases": {"columns": _COLUMNS, **cases}, "notes": {"columns": _NOTE_COLUMNS, **notes}}
    return Parameters.model_validate(
        {**base, "force": {"force": "westmoor", "name": "Westmoor", "sources": sources}}
    )


@cache
def _trial() -> dict[str, Any]:
    report = {
        "title": "Trial", "publisher": "Inspectorate", "author": "Team", "published": "2026-11-12",
        "contact": "team@inspectorate.example",
    }  # fmt: skip
    period = {"start": "2025-04-01", "end": "2026-03-31"}
    return {
        "inspection": {
            "id": "trial", "name": "Trial", "period": period, "sample": {"size": "all"}, "seed": "any",
            "report": report,
        }
    }  # fmt: skip


def _extract(folder: Path) -> None:
    for name, text in _EXTRACTS.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        table = pd.read_csv(io.StringIO(text), dtype=str)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        table.to_excel(folder / f"{name}.xlsx", index=False)
    rows = [["", "Entered", ""], *csv.reader(_EXTRACTS["notes"].splitlines())]
    pd.DataFrame(rows).to_excel(folder / "notes-under-two.xlsx", index=False, header=False)


def _read_extract(cases: str, notes: str, folder: Path, **settings: Any) -> None:
    given = ({"path": str(folder / name)} for name in (cases, notes))
    read = read_case_files(
        _mapped(*({**source, **settings} if "xlsx" in source["path"] else source for source in given))
    )
    read_note_texts(read, read.cases["case_id"])


def _database(folder: Path) -> None:
    connection = sqlite3.connect(folder / "force.db")
    for name, text in _EXTRACTS.items():
        pd.read_csv(io.StringIO(text), dtype=str).to_sql(name, connection, index=False)
    connection.close()


def _read_database(folder: Path) -> None:
    os.environ["HOSTILE_DATABASE"] = f"sqlite:///{folder / 'force.db'}"
    given = ({"url_from": "HOSTILE_DATABASE", "table": table} for table in ("cases", "notes"))
    read_case_files(_mapped(*given))


def _losses(folder: Path) -> None:
    lines = ["case_id,reason,note,recorded_by,recorded_on", f"W/1,not found,{CANARY},A. Khan,2026-01-02"]
    (folder / "lost.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _manifest(folder: Path) -> None:
    facts = {
        "steps": [{"step": "1_case_sample", "key": "x", "rows": [], "facts": {"frame": 3}, "outputs": {}}]
    }
    place = folder / "rasso-2026" / "northshire"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")


def _read_manifest(folder: Path) -> None:
    held = EvidenceFolder(folder, northshire())
    held.last_facts()
    held.is_current()


READERS = (
    Reader("cases as CSV", "cases.csv", _extract, lambda at: _read_extract("cases.csv", "notes.csv", at)),
    Reader("notes as CSV", "notes.csv", _extract, lambda at: _read_extract("cases.csv", "notes.csv", at)),
    Reader("cases as Excel", "cases.xlsx", _extract, lambda at: _read_extract("cases.xlsx", "notes.csv", at)),
    Reader("notes as Excel", "notes.xlsx", _extract, lambda at: _read_extract("cases.csv", "notes.xlsx", at)),
    Reader(
        "notes as Excel under two headings",
        "notes-under-two.xlsx",
        _extract,
        lambda at: _read_extract("cases.csv", "notes-under-two.xlsx", at, header=[1, 2]),
    ),
    Reader(
        "notes as Parquet",
        "notes.parquet",
        _extract,
        lambda at: _read_extract("cases.csv", "notes.parquet", at),
    ),
    Reader("database", "force.db", _database, _read_database),
    Reader.of_path("lost cases", "lost.csv", _losses, read_losses),
    Reader("manifest", "rasso-2026/northshire/manifest.json", _manifest, _read_manifest),
)
