"""Cells as a force writes them, read as what they mean: dates, clock times, whole numbers, flags, categories.

A cell that cannot be read is marked, never guessed; what to say of it is the reading table's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd

from parameters.fields import Kind
from parameters.models import Source

__all__ = ["READERS", "CellValues"]

OFFSET_ENDS = r"\d:\d.*(?:Z|[+-]\d\d:?\d\d)$"
OFFSET = r"(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(?:Z|[+-]\d\d:?\d\d)$"
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})


class CellValues(NamedTuple):
    """The typed values of a column, and which of its cells could not be read."""

    values: pd.Series
    unreadable: pd.Series


def _as_category(texts: pd.Series, source: Source, name: str) -> CellValues:
    if name == "outcome_type":
        texts = texts.str.replace(r"^0+(?=\d)|\.0$", "", regex=True)
        texts = texts.where(~texts.str.fullmatch(r"\d+[a-z]"), texts.str.upper())
    return CellValues(texts.where(texts != "").astype("str"), pd.Series(False, index=texts.index))


def _as_note_text(texts: pd.Series, source: Source, name: str) -> CellValues:
    return CellValues(texts, pd.Series(False, index=texts.index))


def _as_date(texts: pd.Series, source: Source, name: str) -> CellValues:
    times = _as_time(texts, source, name)
    return CellValues(times.values.dt.normalize(), times.unreadable)


def _as_time(texts: pd.Series, source: Source, name: str) -> CellValues:
    """Clock time where it was written: an offset such as -06:00 is dropped, not turned into another zone."""
    written = source.date_format(name)
    has_offset = texts.str.contains(OFFSET_ENDS, regex=True)
    local = texts.str.replace(OFFSET, r"\1", regex=True) if has_offset.any() else texts
    if written == "iso":
        times = _parse_iso(local)
    else:
        times = pd.to_datetime(local, format=written.replace("%z", "").rstrip(), errors="coerce")
        if source.read_as != "csv":  # cells that Excel or Parquet holds as dates come as ISO
            times = times.fillna(_parse_iso(local))
    return CellValues(times.astype("datetime64[us]"), times.isna() & (texts != ""))


def _parse_iso(texts: pd.Series) -> pd.Series:
    """Read whole days only: a month is not taken for its first day unless the parameter file says so."""
    whole_days = texts.where(texts.str.match(r"\d{4}-\d\d-\d\d"))
    return pd.to_datetime(whole_days, format="ISO8601", errors="coerce")


def _as_whole_number(texts: pd.Series, source: Source, name: str) -> CellValues:
    readable = texts.str.fullmatch(r"[0-9]{1,15}(\.0+)?")  # \d takes the digits of other scripts, too
    numbers = pd.to_numeric(texts.where(readable)).astype("Float64").astype("Int64")
    return CellValues(numbers, ~readable & (texts != ""))


def _as_flag(texts: pd.Series, source: Source, name: str) -> CellValues:
    words = texts.str.lower()
    flags = pd.Series(pd.NA, index=texts.index, dtype="boolean")
    flags[words.isin(YES)] = True
    flags[words.isin(NO)] = False
    return CellValues(flags, flags.isna() & (texts != ""))


READERS: Mapping[Kind, Callable[[pd.Series, Source, str], CellValues]] = {
    "reference": _as_category,
    "category": _as_category,
    "note text": _as_note_text,
    "date": _as_date,
    "time": _as_time,
    "whole number": _as_whole_number,
    "flag": _as_flag,
}
"""How the cells of each kind of field are read: texts, their source, the field's name -> values."""
