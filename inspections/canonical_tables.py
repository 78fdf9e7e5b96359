"""One extract of a force as a canonical table: the force's columns renamed, recoded, typed and checked.

Everything that stops the inspection is found here, row by row. Rows are named by number and case reference;
what might be the text of a note is never repeated in a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd
import pandera.pandas as pa

from inspections.checks import Check, check_reading
from inspections.sampling import TrailStep
from inspections.source_tables import SourceTable, read_source_table, row_list
from parameters import InspectionError, Problem
from parameters.fields import FIELDS, CaseFileField, Kind, Table, fields_of
from parameters.models import Constant, Source
from parameters.suggestions import did_you_mean, listed

__all__ = ["CanonicalTable", "read_canonical_table", "row_label", "table_schema"]

LONGEST_NOTE = 1_000_000
EARLIEST_DATE = pd.Timestamp("1900-01-01")
MOST_VALUES_SHOWN = 20
MOST_NAMELESS = 0.05
LONGEST_CATEGORY = 40
DTYPES: Mapping[Kind, str] = {
    "reference": "str",
    "category": "str",
    "note text": "str",
    "date": "datetime64[us]",
    "time": "datetime64[us]",
    "whole number": "Int64",
    "flag": "boolean",
}
OFFSET = r"(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(?:Z|[+-]\d\d:?\d\d)$"
DATE_LIKE = re.compile(
    r"[\d\s/:.,+-]{0,20}((jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})?[\d\s/:.,+-]{2,20}[tz]?",
    re.IGNORECASE,
)
USUAL_DATES = (
    "%d/%m/%Y",
    "%d/%m/%y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%Y-%m",
    "%m/%d/%Y",
)
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})


@dataclass(frozen=True)
class CanonicalTable:
    """A canonical table that has passed its schema.

    Attributes
    ----------
    table : DataFrame
        Canonical columns that the force holds; the index is the row number in the file.
    file : str
        The extract, as named to a reader.
    left_out : frozenset of str
        References of the cases that `only` leaves out.
    trail : tuple of TrailStep
        Rows read and kept.
    checks : tuple of Check
        What was noticed while reading.
    """

    table: pd.DataFrame = field(repr=False)
    file: str
    left_out: frozenset[str]
    trail: tuple[TrailStep, ...]
    checks: tuple[Check, ...]


def read_canonical_table(
    source: Source, *, parameter_file: str, hidden: frozenset[str] = frozenset()
) -> CanonicalTable:
    """Read one extract as its parameter file maps it.

    Parameters
    ----------
    source : Source
        Where the extract is, and what its columns mean.
    parameter_file : str
        Parameter file to name where the mapping is wrong.
    hidden : frozenset of str
        Source columns that hold note text; their values are never shown.

    Raises
    ------
    InspectionError
        With every problem of this extract.
    """
    extract = read_source_table(source, parameter_file=parameter_file)
    problems = _column_problems(source, extract, parameter_file)
    if problems:
        raise InspectionError(problems)
    wanted = _keep_only(source, extract, parameter_file)
    rows = _drop_few_without_reference(source, wanted)
    reading = _Reading(source, extract.file, parameter_file, hidden, _references(source, rows))
    table, problems = reading.convert(rows)
    unreadable = {problem.field.split(" ")[0] for problem in problems}
    problems += reading.schema_problems(table, besides=unreadable)
    if problems:
        raise InspectionError(problems)
    left = extract.rows.index.difference(wanted.index)
    why = f"another value in {listed(source.only)}" if source.only else "every row is read"
    trail = [TrailStep(f"read {source.table}", len(extract.rows), len(wanted), why, source.table)]
    checks = list(check_reading(source, rows))
    if nameless := len(wanted) - len(rows):
        trail.append(
            TrailStep(
                f"{source.table} with a reference", len(wanted), len(rows), "no case reference", source.table
            )
        )
        effect = "These rows belong to no case and are counted nowhere."
        found = "rows without a reference, left out"
        checks.append(Check("limits", source.table, "case_id", found, nameless, len(wanted), (), effect))
    return CanonicalTable(
        table=table[[field.name for field in FIELDS[source.table] if field.name in table]],
        file=extract.file,
        left_out=frozenset(_references(source, extract.rows.loc[left])) if len(left) else frozenset(),
        trail=tuple(trail),
        checks=tuple(checks),
    )


def _drop_few_without_reference(source: Source, rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out stray rows that name no case; many of them mean a damaged extract, which stops."""
    nameless = _references(source, rows) == ""
    return rows[~nameless] if "case_id" in source.columns and nameless.mean() <= MOST_NAMELESS else rows


def _column_problems(source: Source, extract: SourceTable, parameter_file: str) -> list[Problem]:
    """Columns named in the parameter file that the extract does not have, or has twice."""
    header = list(extract.rows.columns)
    named = {f"columns.{name}": column for name, column in source.columns.items() if isinstance(column, str)}
    named |= {f"only.{column}": column for column in source.only}
    problems = []
    for place, column in named.items():
        if header.count(column) == 1:
            continue
        found = "no such column" if column not in header else "that column more than once"
        remedy = (
            did_you_mean(column, header) if column not in header else "Ask for an extract without the copy."
        )
        message = f'is "{column}", but {extract.file} has {found}.'
        problems.append(Problem(parameter_file, f"sources.{source.table}.{place}", column, message, remedy))
    return problems


def _keep_only(source: Source, extract: SourceTable, parameter_file: str) -> pd.DataFrame:
    """Rows that the parameter file asks for."""
    rows = extract.rows
    for column, wanted in source.only.items():
        kept = rows[rows[column].str.strip().isin(wanted)]
        if kept.empty:
            message = f"keeps no row of {extract.file}: none holds {listed(wanted, last='or')}."
            remedy = _nearest_value(wanted[0], rows[column].str.strip())
            field = f"sources.{source.table}.only.{column}"
            raise InspectionError([Problem(parameter_file, field, listed(wanted), message, remedy)])
        rows = kept
    return rows


def _nearest_value(wanted: str, values: pd.Series) -> str:
    """A hint at the value meant, where the column holds categories and not free text."""
    distinct = [value for value in values.unique() if value]
    if max(map(len, distinct), default=0) > LONGEST_CATEGORY:
        return "Check the name of the column: it holds long texts."
    return did_you_mean(wanted, distinct)


def _references(source: Source, rows: pd.DataFrame) -> pd.Series:
    """Case references by row; empty for a table that has none."""
    column = source.columns.get("case_id")
    if not isinstance(column, str):
        return pd.Series("", index=rows.index, dtype="str")
    return rows[column].str.strip()


class _Converted(NamedTuple):
    values: pd.Series
    unreadable: pd.Series


@dataclass(frozen=True)
class _Reading:
    """What is needed to convert the rows of one extract, and to name them in a message."""

    source: Source
    file: str
    parameter_file: str
    hidden: frozenset[str]
    references: pd.Series

    def convert(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
        """Canonical columns with their types, and what could not be read."""
        fields = fields_of(self.source.table)
        columns, problems = {}, []
        for name, column in self.source.columns.items():
            texts = self._texts(name, column, rows)
            if (damaged := texts.str.contains("\0", regex=False)).any():
                problems.append(
                    self._problem(name, damaged, "holds a NUL byte", "Ask the force to export it again.")
                )
            converted = _CONVERTERS[fields[name].kind](texts, self.source, name)
            if converted.unreadable.any():
                problems.append(self._unreadable(fields[name], texts, converted.unreadable))
            columns[name] = converted.values
        return pd.DataFrame(columns, index=rows.index), problems

    def schema_problems(self, table: pd.DataFrame, *, besides: Collection[str]) -> list[Problem]:
        """Everything pandera refuses, a problem a field and rule; fields known to be bad are left out."""
        try:
            table_schema(self.source.table, table.columns).validate(table, lazy=True)
        except pa.errors.SchemaErrors as error:
            failures = error.failure_cases
            pairs = (
                failures["check"] == "multiple_fields_uniqueness"
            )  # told twice, once for each of its fields
            failures = failures[~pairs | (failures["column"] == "entry_no")]
            return [
                self._broken_rule(str(column), str(rule), table.index.isin(group["index"]), table)
                for (column, rule), group in failures.groupby(["column", "check"], sort=False)
                if column not in besides
            ]
        return []

    def _texts(self, name: str, column: str | Constant, rows: pd.DataFrame) -> pd.Series:
        """Texts of one field: spaces trimmed and values recoded, except in notes, which stay as written."""
        if isinstance(column, Constant):
            return pd.Series(_plain(column.value), index=rows.index, dtype="str")
        if name == "text":
            return rows[column]
        texts = rows[column].str.strip()
        recoding = {
            written.strip(): _plain(ours) for written, ours in self.source.values.get(name, {}).items()
        }
        return texts.map(lambda text: recoding.get(text, text)).astype("str") if recoding else texts

    def _unreadable(self, field: CaseFileField, texts: pd.Series, bad: pd.Series) -> Problem:
        if field.kind in ("date", "time"):
            return self._unreadable_date(field, texts, bad)
        shown = self._categories(field.name, texts[bad])
        if field.kind == "flag":
            remedy = f"{self._recode(field.name, shown)}, with true, false or null."
            return self._problem(field.name, bad, "is neither yes nor no", remedy, shown=shown)
        remedy = "Ask the force to correct it, or map another column."
        return self._problem(field.name, bad, "is not a whole number", remedy, shown=shown)

    def _unreadable_date(self, field: CaseFileField, texts: pd.Series, bad: pd.Series) -> Problem:
        written = self.source.date_format(field.name)
        expected = "year-month-day" if written == "iso" else f'"{written}"'
        fitting = _fitting_pattern(texts[texts != ""])
        if fitting:
            setting = f'dates: {{{field.name}: "{fitting}"}}'
            remedy = f'Every value fits "{fitting}": write {setting} in {self.parameter_file}.'
        else:
            remedy = (
                "Ask the force to correct the date. For a word that means unknown, write "
                f"values: {{{field.name}: {{the word: null}}}} in {self.parameter_file}."
            )
        shown = texts.where(texts.map(_looks_like_date))
        return self._problem(field.name, bad, f"is not a date written as {expected}", remedy, shown=shown)

    def _broken_rule(self, column: str, rule: str, bad: Iterable[bool], table: pd.DataFrame) -> Problem:
        mask = pd.Series(bad, index=table.index)
        match rule:
            case "not_nullable":
                remedy = "Ask the force to fill it in, or to leave the row out."
                return self._problem(column, mask, "is empty", remedy)
            case "field_uniqueness":
                remedy = (
                    "The cases table needs one row a crime; keep the row of the main offence and suspect."
                )
                return self._problem(column, mask, "is the same", remedy)
            case "multiple_fields_uniqueness":
                remedy = "Leave entry_no out of columns: entries are then numbered in order of time."
                return self._problem(column, mask, "is the same for two entries of one case", remedy)
            case "long":
                remedy = "A note that long is a pasted file: ask the force to take it out of the log."
                return self._problem(column, mask, f"is over {LONGEST_NOTE:,} characters", remedy)
            case "early":
                return self._problem(column, mask, f"is before {EARLIEST_DATE.year}", "Correct the year.")
            case _:
                allowed = fields_of(self.source.table)[column].allowed
                shown = self._categories(column, table.loc[mask, column])
                remedy = f"{self._recode(column, shown)}, with one of {', '.join(allowed)}."
                return self._problem(column, mask, "is not a known value", remedy, shown=shown)

    def _recode(self, name: str, shown: pd.Series | None) -> str:
        word = "the force's word" if shown is None else shown.iloc[0]
        return f'Recode it in {self.parameter_file}: values: {{{name}: {{"{word}": ...}}}}'

    def _categories(self, name: str, values: pd.Series) -> pd.Series | None:
        """Values that may be shown: words of a category, never what might be the text of a note."""
        free_text = values.nunique() > MOST_VALUES_SHOWN or values.str.len().max() > LONGEST_CATEGORY
        return None if free_text or self.source.columns.get(name) in self.hidden else values

    def _problem(
        self, name: str, bad: pd.Series, message: str, remedy: str, *, shown: pd.Series | None = None
    ) -> Problem:
        """Name the rows that break a rule: number, case reference, and the value where it may be shown."""
        labels = [
            row_label(row, self.references[row], "" if shown is None else shown.get(row))
            for row in bad.index[bad]
        ]
        column = self.source.columns.get(name, "")
        field = f"{name} ({column})" if isinstance(column, str) and column not in ("", name) else name
        value = "" if shown is None else str(shown.get(bad.index[bad][0]) or "")
        return Problem(self.file, field, value, f"{message} in {row_list(labels)}.", remedy)


def row_label(row: object, reference: str, value: object) -> str:
    """``row 17 (NS/000151/23: "31/02/2025")``; what does not look like a reference is not repeated."""
    known = [reference] if re.fullmatch(r"[\w./-]{1,40}", reference) else []
    known += [f'"{value}"'] if isinstance(value, str) and value else []
    return f"row {row} ({': '.join(known)})" if known else f"row {row}"


def _fitting_pattern(texts: pd.Series) -> str | None:
    """The usual way of writing dates that all these texts follow, if there is one."""
    for pattern in (f"{day}{time}" for time in ("", " %H:%M", " %H:%M:%S") for day in USUAL_DATES):
        if pd.to_datetime(texts, format=pattern, errors="coerce").notna().all():
            return pattern
    return None


def _looks_like_date(text: str) -> bool:
    """Tell a mistyped date, which may be shown, from words that may have slipped into its column."""
    return DATE_LIKE.fullmatch(text) is not None


def _plain(value: str | int | bool | None) -> str:
    """A value of the parameter file as it would stand in an extract."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _as_category(texts: pd.Series, source: Source, name: str) -> _Converted:
    if name == "outcome_type":
        texts = texts.str.replace(r"^0+(?=\d)|\.0$", "", regex=True)
        texts = texts.where(~texts.str.fullmatch(r"\d+[a-z]"), texts.str.upper())
    return _Converted(texts.where(texts != "").astype("str"), pd.Series(False, index=texts.index))


def _as_note_text(texts: pd.Series, source: Source, name: str) -> _Converted:
    return _Converted(texts, pd.Series(False, index=texts.index))


def _as_date(texts: pd.Series, source: Source, name: str) -> _Converted:
    times = _as_time(texts, source, name)
    return _Converted(times.values.dt.normalize(), times.unreadable)


def _as_time(texts: pd.Series, source: Source, name: str) -> _Converted:
    """Clock time where it was written: an offset such as -06:00 is dropped, not turned into another zone."""
    written = source.date_format(name)
    local = texts.str.replace(OFFSET, r"\1", regex=True)
    if written == "iso":
        times = _parse_iso(local)
    else:
        times = pd.to_datetime(local, format=written.replace("%z", "").rstrip(), errors="coerce")
        if source.read_as != "csv":  # cells that Excel or Parquet holds as dates come as ISO
            times = times.fillna(_parse_iso(local))
    return _Converted(times.astype("datetime64[us]"), times.isna() & (texts != ""))


def _parse_iso(texts: pd.Series) -> pd.Series:
    """Read whole days only: a month is not taken for its first day unless the parameter file says so."""
    whole_days = texts.where(texts.str.match(r"\d{4}-\d\d-\d\d"))
    return pd.to_datetime(whole_days, format="ISO8601", errors="coerce")


def _as_whole_number(texts: pd.Series, source: Source, name: str) -> _Converted:
    readable = texts.str.fullmatch(r"\d{1,15}(\.0+)?")
    numbers = pd.to_numeric(texts.where(readable)).astype("Float64").astype("Int64")
    return _Converted(numbers, ~readable & (texts != ""))


def _as_flag(texts: pd.Series, source: Source, name: str) -> _Converted:
    words = texts.str.lower()
    flags = pd.Series(pd.NA, index=texts.index, dtype="boolean")
    flags[words.isin(YES)] = True
    flags[words.isin(NO)] = False
    return _Converted(flags, flags.isna() & (texts != ""))


_CONVERTERS: Mapping[Kind, Callable[[pd.Series, Source, str], _Converted]] = {
    "reference": _as_category,
    "category": _as_category,
    "note text": _as_note_text,
    "date": _as_date,
    "time": _as_time,
    "whole number": _as_whole_number,
    "flag": _as_flag,
}


def table_schema(table: Table, columns: Iterable[str]) -> pa.DataFrameSchema:
    """Pandera schema of a canonical table that holds these columns.

    Parameters
    ----------
    table : {"cases", "notes", "outcomes"}
        Canonical table.
    columns : iterable of str
        Canonical columns the force holds; no other is accepted.
    """
    known = fields_of(table)
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                DTYPES[known[name].kind],
                _value_checks(known[name]),
                nullable=not (known[name].required or name == "entry_no"),
                unique=(table, name) == ("cases", "case_id"),
            )
            for name in columns
        },
        strict=True,
        unique=["case_id", "entry_no"] if table == "notes" and "entry_no" in columns else None,
    )


def _value_checks(field: CaseFileField) -> list[pa.Check]:
    if field.allowed:
        return [pa.Check.isin(field.allowed, error="allowed")]
    if field.kind in ("date", "time"):
        return [pa.Check.ge(EARLIEST_DATE, error="early")]
    if field.kind == "note text":
        return [pa.Check.str_length(max_value=LONGEST_NOTE, error="long")]
    return []
