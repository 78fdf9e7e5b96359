"""What people agreed on in the end, kept as a corpus: `nlp.evaluation` measures on it, a reader can learn it.

A corpus made here holds notes of case files and is as confidential as they are.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from nlp.context import DEFAULTS, does_count
from nlp.reader.corpus import read_gold
from parameters.disk import write_whole

__all__ = ["ATTRIBUTES", "CODING_COLUMNS", "coding_row", "read_gold_codings", "write_corpus"]

ATTRIBUTES = ("polarity", "voice", "status", "frame", "purpose", "confidence")
"""What people may say of a code, in the order in which files give it."""
CODING_COLUMNS = ("unit_id", "coder", "code", *ATTRIBUTES, "counts")
_NOTE = ("case_id", "entry_no", "entered_at", "author_role", "entry_type", "text", "writer")


def coding_row(
    unit_id: str, coder: str, code: str, given: Mapping[str, str], *, flags: Iterable[str]
) -> dict[str, Any]:
    """A code that somebody gave a unit, with the defaults of what was left open, and whether it counts.

    Parameters
    ----------
    given
        Attributes by name; an empty one has its default.
    flags
        Of the unit; one that is boilerplate never counts.
    """
    values = {**DEFAULTS, **{name: value for name, value in given.items() if value}}
    if code == "vic-records-trawl" and not values["purpose"]:
        values["purpose"] = "unstated"
    values["boilerplate"] = "true" if "boilerplate" in flags else ""
    kept = {name: values[name] for name in ATTRIBUTES}
    return {"unit_id": unit_id, "coder": coder, "code": code, **kept, "counts": does_count(code, values)}


def write_corpus(
    folder: Path, units: pd.DataFrame, codings: pd.DataFrame, notes: pd.DataFrame, *, coded_by: str
) -> None:
    """Write gold units in the corpus format: `entries.jsonl`, `corpus.yml`, `gold.jsonl`.

    Each is written whole, and last the gold, by which others know that the corpus is there.

    Parameters
    ----------
    folder : Path
        Made if absent.
    units : DataFrame
        `unit_id, case_id, entry_no, start, end, force`, and how it was settled: `flags` (parted by blanks)
        and `coding` ("one coder", "agreed", "adjudicated").
    codings : DataFrame
        Rows as `coding_row` makes them.
    notes : DataFrame
        The notes of the units: `case_id, entry_no, text` and whatever else is known. The force stands as the
        writer, so that an evaluation holds out a force as a whole.
    coded_by : str
        Who coded and settled it, in words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = ["case_id", "entry_no"]
    here = notes.drop(columns="writer", errors="ignore").merge(
        units.drop_duplicates(places)[[*places, "force"]], on=places, validate="one_to_one"
    )
    here = here.rename(columns={"force": "writer"}).sort_values(places, kind="stable")
    text_of = {(row["case_id"], int(row["entry_no"])): row["text"] for row in here.to_dict("records")}
    given = {unit: rows.to_dict("records") for unit, rows in codings.groupby("unit_id")}
    gold = [
        {
            "unit_id": row["unit_id"],
            "writer": row["force"],
            "start": row["start"],
            "end": row["end"],
            "unit": text_of[row["case_id"], int(row["entry_no"])][row["start"] : row["end"]],
            "codes": [_code(code) for code in given.get(row["unit_id"], [])],
            "flags": row["flags"].split(),
            "coding": row["coding"],
        }
        for row in units.sort_values([*places, "start"], kind="stable").to_dict("records")
    ]
    entries = [{name: _plain(row[name]) for name in _NOTE if name in row} for row in here.to_dict("records")]
    about = io.StringIO()
    YAML().dump({"coded_by": coded_by, "fictional": False}, about)
    write_whole(folder / "entries.jsonl", _as_lines(entries))
    write_whole(folder / "corpus.yml", about.getvalue())
    write_whole(folder / "gold.jsonl", _as_lines(gold))


def read_gold_codings(path: Path) -> pd.DataFrame:
    """Codes of the units of a `gold.jsonl`: `unit_id, code, counts` and the attributes."""
    rows = [
        {"unit_id": unit.unit_id, "code": code.code, "counts": code.counts}
        | {name: code.attributes[name] for name in ATTRIBUTES}
        for unit in read_gold(path)
        for code in unit.codes
    ]
    return pd.DataFrame(rows, columns=["unit_id", "code", "counts", *ATTRIBUTES])


def _as_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _code(row: Mapping[Any, Any]) -> dict[str, str]:
    """A code as the corpora write it: defaults left out."""
    return {
        "code": row["code"],
        **{name: row[name] for name in ATTRIBUTES if row[name] and row[name] != DEFAULTS[name]},
    }


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="minutes")
    return int(value) if not isinstance(value, str) else value
