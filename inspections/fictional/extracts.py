"""Write the fictional cases and notes the way each force's system would export them."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from inspections.fictional.casting import Case
from inspections.fictional.journey import Entry

Settings = Mapping[str, Any]


def cases_csv(cases: Iterable[Case], extract: Settings) -> bytes:
    """Return the cases as the bytes of the force's ``cases.csv``."""
    columns = extract["cases"]
    rows = [[_cell(case.fields[field], field, extract) for field in columns.values()] for case in cases]
    return _csv_bytes(columns, rows, extract)


def notes_csv(entries: Iterable[Entry], extract: Settings) -> bytes:
    """Return the entries as the bytes of the force's ``notes.csv``."""
    columns = extract["notes"]
    rows = [[_cell(getattr(entry, field), field, extract) for field in columns.values()] for entry in entries]
    return _csv_bytes(columns, rows, extract)


def register_csv(rows: Iterable[Mapping[str, object]], name: str, extract: Settings) -> bytes:
    """Return the rows of a register as the bytes of the force's ``<name>.csv``."""
    columns = extract[name]
    cells = [[_cell(row[field], field, extract) for field in columns.values()] for row in rows]
    return _csv_bytes(columns, cells, extract)


def _cell(value: object, field: str, extract: Settings) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime(extract["dates"] + " %H:%M")
    if isinstance(value, date):
        return value.strftime(extract["dates"])
    return extract.get("values", {}).get(field, {}).get(value, str(value))


def _csv_bytes(columns: Iterable[str], rows: Iterable[list[str]], extract: Settings) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=extract["delimiter"], lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode(extract["encoding"])
