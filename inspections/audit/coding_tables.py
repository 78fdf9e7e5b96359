"""Tables of codings, read from and written to what people open them with. Restricted: they hold notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from inspections.reviews.workbooks import head_row, new_workbook, put_value, save
from nlp.audit.exchange import check_codings, coder_names
from nlp.codebook import Codebook
from parameters import InspectionError, Problem, shown_path
from parameters.disk import whole_file

__all__ = ["READ_FROM", "WRITTEN_AS", "codings_with_words", "read_table", "write_table"]

READ_FROM = (".parquet", ".csv", ".jsonl")
WRITTEN_AS = (*READ_FROM, ".xlsx")
_NUMBERS = ("entry_no", "unit_no", "start", "end")
_MOST_COLUMNS, _LONGEST_HEADING = 16_384, 1 << 20
_FIRST = ("case_id", "entry_no", "unit_no", "start", "end", "words", "code", "title", "orientation", "coder")
_MADE = date(1980, 1, 1)
"""The date that a workbook bears: the codings have none, and the same table is to give the same bytes."""


def read_table(path: Path, *, needed: Sequence[str]) -> pd.DataFrame:
    """Read a table of notes or codings.

    Parameters
    ----------
    path : Path
        A file of a kind in `READ_FROM`, text as UTF-8.
    needed : sequence of str
        Columns it must have.

    Raises
    ------
    InspectionError
        When it is missing, of another kind, not readable, lacks a column or has a number that is none.
    """
    file = shown_path(path)
    if path.suffix not in READ_FROM:
        remedy = f"Save it as one of {', '.join(READ_FROM)}."
        raise InspectionError([Problem(file, "", "", "is of a kind that tables are not read from.", remedy)])
    try:
        table = _READERS[path.suffix](path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        remedy = "Check the path, and that it is a whole file; text must be UTF-8."
        raise InspectionError([Problem(file, "", "", "cannot be read.", remedy)]) from None
    missing = [name for name in needed if name not in table]
    if missing:
        remedy = f"A table of this kind needs {', '.join(needed)}."
        raise InspectionError([Problem(file, "columns", "", f"lacks {', '.join(missing)}.", remedy)])
    for name in [name for name in _NUMBERS if name in needed]:
        numbers = pd.to_numeric(table[name], errors="coerce")
        if numbers.isna().any() or (numbers % 1 != 0).any():
            row = int((numbers.isna() | (numbers % 1 != 0)).to_numpy().argmax()) + 1
            problem = Problem(
                file, f"row {row}, {name}", "", "is not a whole number.", "Check that no column shifted."
            )
            raise InspectionError([problem])
        table[name] = numbers.astype(int)
    return table.assign(case_id=table["case_id"].astype(str))


def codings_with_words(
    notes: pd.DataFrame, coding: pd.DataFrame, people: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Every coding with the words it is of and what its code is: a row each, machines' and people's together.

    Parameters
    ----------
    notes : DataFrame
        ``case_id, entry_no, text``.
    coding : DataFrame
        The coding table of rules and trained reader; its columns are kept.
    people : DataFrame
        Codings of people, columns `nlp.audit.exchange.CODINGS`.
    codebook : Codebook
        For titles and orientations.

    Raises
    ------
    ExchangeError
        When a coding of the machine is of no note here, or of a place outside it.
    """
    machines = coding.assign(coder=coder_names(coding))
    check_codings(machines, notes, file="the codings")
    both = pd.concat([machines, people], ignore_index=True) if len(people) else machines
    texts = notes.set_index(["case_id", "entry_no"])["text"].to_dict()
    places = both[["case_id", "entry_no", "start", "end"]].itertuples(index=False, name=None)
    both["words"] = [texts[case, entry][start:end] for case, entry, start, end in places]
    known = codebook.by_id
    both["title"] = [known[code].title if code in known else "" for code in both["code"]]
    both["orientation"] = [known[code].orientation if code in known else "" for code in both["code"]]
    first = [name for name in _FIRST if name in both]
    rest = [name for name in both if name not in first]
    return both[first + rest].sort_values(["case_id", "entry_no", "start", "end", "code", "coder"])


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as the kind of file that its name says; nothing stands under it until all is written.

    In a workbook no text becomes a formula. CSV has no way to say so: open it as text.
    """
    with whole_file(path) as beside:
        _WRITERS[path.suffix](table, beside)


def _read_csv(path: Path) -> pd.DataFrame:
    with path.open("rb") as file:
        if file.readline(_LONGEST_HEADING).count(b",") >= _MOST_COLUMNS:
            raise ValueError("more columns than a table has")
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _read_jsonl(path: Path) -> pd.DataFrame:
    return pd.read_json(path, lines=True, encoding="utf-8", dtype=False)


_READERS: Mapping[str, Callable[[Path], pd.DataFrame]] = {
    ".parquet": pd.read_parquet,
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
}


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_jsonl(table: pd.DataFrame, path: Path) -> None:
    table.to_json(path, orient="records", lines=True, force_ascii=False, date_format="iso")


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)


def _write_xlsx(table: pd.DataFrame, path: Path) -> None:
    workbook, sheets = new_workbook("Codings. Restricted: holds the text of case files.", ["codings"])
    sheet = sheets["codings"]
    names = [sheet.cell(1, column).column_letter for column in range(1, table.shape[1] + 1)]
    head_row(sheet, 1, dict(zip(names, map(str, table.columns), strict=True)))
    for row, values in enumerate(table.itertuples(index=False), start=2):
        for column, value in enumerate(values, start=1):
            if pd.isna(value) or value == "":
                continue
            put_value(sheet.cell(row, column), value.item() if hasattr(value, "item") else value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    save(workbook, path, dated=_MADE)


_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".xlsx": _write_xlsx,
}
