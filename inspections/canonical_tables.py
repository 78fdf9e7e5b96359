"""One extract of a force as a canonical table: the force's columns renamed, recoded, typed and checked.

Everything that stops the inspection is found here, row by row. Rows are named by number and case reference;
what might be the text of a note is never repeated in a message. An extract passes through in blocks of rows:
the texts of notes are checked and fingerprinted on the way, and kept only for cases that are asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

from inspections.breaches import (
    EARLIEST_DATE,
    LONGEST_NOTE,
    MOST_VALUES_SHOWN,
    Breach,
    Breaches,
    nearest_value,
)
from inspections.cell_values import READERS
from inspections.checks import Check, check_reading, merge_checks
from inspections.sampling import TrailStep
from inspections.source_tables import RowNames, SourceTable, open_source_table, other_columns
from parameters import InspectionError, Problem
from parameters.fields import KEYS, CaseFileField, Kind, Table, fields_of
from parameters.models import Constant, Source
from parameters.suggestions import listed

__all__ = ["TEXT_FACTS", "CanonicalTable", "read_canonical_table", "table_schema"]

MOST_NAMELESS = 0.05
DTYPES: Mapping[Kind, str] = {
    "reference": "str",
    "category": "str",
    "note text": "str",
    "date": "datetime64[us]",
    "time": "datetime64[us]",
    "whole number": "Int64",
    "flag": "boolean",
}
TEXT_FACTS = ("text_hash", "near_hash", "no_words")
NO_BREAK_SPACE = "\u00a0".encode()
DIGITS_AND_SPACES = b"0123456789 \t\r\n\v\f"
_Part: TypeAlias = "pd.Series | pyarrow.Array"


@dataclass(frozen=True)
class CanonicalTable:
    """A canonical table that has passed its schema.

    Attributes
    ----------
    table : DataFrame
        Canonical columns that the force holds; the index is the key of the row in the extract. References and
        categories of notes are categorical. In place of a note's ``text`` stand ``text_hash``, ``near_hash``
        (the same for texts that differ only in digits, spaces and capitals; both hashes take in the case
        reference) and ``no_words``; the text itself only where asked for.
    name : str
        The extract, as named to a reader.
    row_names : RowNames
        Names rows by their key.
    left_out : frozenset of str
        References of the cases of which `only` keeps no row.
    trail : tuple of TrailStep
        Rows read and kept.
    checks : tuple of Check
        What was noticed while reading.
    fingerprint : str
        SHA-256 over the rows read from a database, in whatever order they came; "" for files.
    """

    table: pd.DataFrame = field(repr=False)
    name: str
    row_names: RowNames
    left_out: frozenset[str] = field(repr=False)
    trail: tuple[TrailStep, ...]
    checks: tuple[Check, ...] = field(repr=False)
    fingerprint: str = ""


def read_canonical_table(
    source: Source,
    *,
    parameter_file: str,
    hidden: frozenset[str] = frozenset(),
    texts_of: Collection[str] | None = None,
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
    texts_of : collection of str, optional
        Case references: read the notes of these cases only, and keep their texts.

    Raises
    ------
    InspectionError
        With every problem of this extract.
    """
    with open_source_table(source, parameter_file=parameter_file) as extract:
        problems = _column_problems(source, extract, parameter_file)
        if problems:
            raise InspectionError(problems)
        reading = _Reading(source, extract.name, extract.row_names, parameter_file, hidden, texts_of)
        for block in extract.blocks([*_mapped(source).values(), *source.only]):
            reading.take(block)
    return reading.finish()


def _mapped(source: Source) -> dict[str, str]:
    """Canonical name -> source column, without constants."""
    return {str(name): column for name, column in source.columns.items() if isinstance(column, str)}


def _column_problems(source: Source, extract: SourceTable, parameter_file: str) -> list[Problem]:
    """Columns named in the parameter file that the extract does not have, or has twice."""
    header = list(extract.header)
    named = {f"columns.{name}": column for name, column in _mapped(source).items()}
    named |= {f"only.{column}": column for column in source.only}
    problems = []
    for place, column in named.items():
        if header.count(column) == 1:
            continue
        found = "no such column" if column not in header else "that column more than once"
        remedy = (
            other_columns(column, header) if column not in header else "Ask for an extract without the copy."
        )
        message = f'is "{column}", but {extract.name} has {found}.'
        problems.append(Problem(parameter_file, f"sources.{source.holds}.{place}", column, message, remedy))
    return problems


class _Reading:
    """The rows of one extract on their way to a canonical table, and what was found wrong with them."""

    def __init__(
        self,
        source: Source,
        name: str,
        row_names: RowNames,
        parameter_file: str,
        hidden: frozenset[str],
        texts_of: Collection[str] | None,
    ) -> None:
        self.source, self.name, self.row_names = source, name, row_names
        self.parameter_file, self.texts_of = parameter_file, texts_of
        self.fields = fields_of(source.holds)
        self.rows_read = self.rows_asked_for = self.fingerprint = 0
        self.left_out: set[str] = set()
        self.values_seen: dict[str, set[str]] = {column: set() for column in source.only}
        self.rows_with = dict.fromkeys(source.only, 0)
        self.nameless = Breach()
        self.breaches = Breaches(
            source, name=name, row_names=row_names, parameter_file=parameter_file, hidden=hidden
        )
        self.checks: list[Check] = []
        self.keys: list[pd.Index] = []
        self.parts: dict[str, list[_Part]] = {}

    def take(self, rows: pd.DataFrame) -> None:
        """Take in a block of rows as written."""
        self.rows_read += len(rows)
        if self.source.read_as == "database":
            self.fingerprint = (self.fingerprint + _sum_of_hashes(rows)) % 2**256
        rows = self._with_a_reference(self._asked_for(rows))
        if self.texts_of is not None:
            rows = rows[self._references(rows).isin(self.texts_of)]
        if rows.empty and self.keys:
            return
        references = self._references(rows)
        table = self._convert(rows, references)
        self._check_values(table, references)
        self.checks += check_reading(self.source, rows, references)
        self.keys.append(table.index)
        for name, values in self._kept(table).items():
            self.parts.setdefault(name, []).append(values)

    def finish(self) -> CanonicalTable:
        """The whole table, once the last block is in."""
        self._stop_if_nothing_was_asked_for()
        columns = {name: _joined(self.parts.pop(name)) for name in list(self.parts)}
        pyarrow.default_memory_pool().release_unused()
        table = pd.DataFrame(columns, copy=False).set_axis(pd.concat(map(pd.Series, self.keys)), axis=0)
        self._check_uniqueness(table)
        if self.nameless.count > MOST_NAMELESS * self.rows_asked_for:
            self.breaches.found["case_id", "not_nullable"] = self.nameless
        if problems := self.breaches.problems():
            raise InspectionError(problems)
        kept, holds = self.rows_asked_for - self.nameless.count, self.source.holds
        why = f"another value in {listed(self.source.only)}" if self.source.only else "every row is read"
        trail = [TrailStep(f"read {holds}", self.rows_read, self.rows_asked_for, why, holds)]
        named = table["case_id"].unique() if "case_id" in table else ()
        checks = merge_checks(self.checks, of=kept)
        if self.nameless.count:
            step = f"{holds} with a reference"
            trail.append(TrailStep(step, self.rows_asked_for, kept, "no case reference", holds))
            effect = "These rows belong to no case and are counted nowhere."
            found, counts = "rows without a reference, left out", (self.nameless.count, self.rows_asked_for)
            checks.append(Check("limits", holds, "case_id", found, *counts, (), effect))
        return CanonicalTable(
            table=table,
            name=self.name,
            row_names=self.row_names,
            left_out=frozenset(self.left_out).difference(named),
            trail=tuple(trail),
            checks=tuple(checks),
            fingerprint=f"{self.fingerprint:064x}" if self.source.read_as == "database" else "",
        )

    def _asked_for(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows that the parameter file asks for; the case references of the others are remembered."""
        kept = rows
        for column, wanted in self.source.only.items():
            values = kept[column].str.strip()
            if len(self.values_seen[column]) <= MOST_VALUES_SHOWN:
                self.values_seen[column].update(values.unique())
            kept = kept[values.isin(wanted)]
            self.rows_with[column] += len(kept)
        self.rows_asked_for += len(kept)
        if len(kept) < len(rows):
            self.left_out.update(self._references(rows[~rows.index.isin(kept.index)]).unique())
        return kept

    def _stop_if_nothing_was_asked_for(self) -> None:
        for column, wanted in self.source.only.items():
            if not self.rows_with[column]:
                message = f"keeps no row of {self.name}: none holds {listed(wanted, last='or')}."
                remedy = nearest_value(wanted[0], self.values_seen[column])
                field = f"sources.{self.source.holds}.only.{column}"
                raise InspectionError([Problem(self.parameter_file, field, listed(wanted), message, remedy)])

    def _with_a_reference(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Leave out stray rows that name no case; too many of them stop the reading at its end."""
        if "case_id" not in self.source.columns:
            return rows
        references = self._references(rows)
        nameless = references == ""
        if nameless.any():
            self.nameless.add(rows.index[nameless], self.row_names, references, None)
        return rows[~nameless]

    def _references(self, rows: pd.DataFrame) -> pd.Series:
        """Case references by row; empty for a table that has none."""
        column = self.source.columns.get("case_id")
        if not isinstance(column, str):
            return pd.Series("", index=rows.index, dtype="str")
        return rows[column].str.strip()

    def _convert(self, rows: pd.DataFrame, references: pd.Series) -> pd.DataFrame:
        """Canonical columns with their types, in the order of the data dictionary."""
        columns = {}
        for name in (name for name in self.fields if name in self.source.columns):
            texts = self._texts(name, rows)
            damaged = texts.str.contains("\0", regex=False)
            self.breaches.note(name, "NUL", damaged, references)
            converted = READERS[self.fields[name].kind](texts, self.source, name)
            self.breaches.note(name, "unreadable", converted.unreadable, references, texts)
            columns[name] = converted.values
        return pd.DataFrame(columns, index=rows.index)

    def _texts(self, name: str, rows: pd.DataFrame) -> pd.Series:
        """Texts of one field: spaces trimmed and values recoded, except in notes, which stay as written."""
        column = self.source.columns[name]
        if isinstance(column, Constant):
            return pd.Series(_plain(column.value), index=rows.index, dtype="str")
        if name == "text":
            return rows[column]
        texts = rows[column].str.strip()
        recoding = {
            written.strip(): _plain(ours) for written, ours in self.source.values.get(name, {}).items()
        }
        return texts.map(lambda text: recoding.get(text, text)).astype("str") if recoding else texts

    def _check_values(self, table: pd.DataFrame, references: pd.Series) -> None:
        """Note everything that pandera refuses."""
        try:
            table_schema(self.source.holds, table.columns).validate(table, lazy=True)
        except pa.errors.SchemaErrors as error:
            for (column, rule), group in error.failure_cases.groupby(["column", "check"], sort=False):
                bad = pd.Series(table.index.isin(group["index"]), index=table.index)
                shown = table[column] if rule == "allowed" else None
                self.breaches.note(str(column), str(rule), bad, references, shown)

    def _check_uniqueness(self, table: pd.DataFrame) -> None:
        key = list(KEYS.get(self.source.holds, ()))
        if not key or not set(key) <= set(table):
            return
        if self.source.holds == "notes":
            same = _in_same_place(table)
        else:
            same = table.duplicated(key, keep=False) & table[key].notna().all(axis=1)
        self.breaches.note(key[-1], "unique", same, table["case_id"])

    def _kept(self, table: pd.DataFrame) -> dict[str, _Part]:
        """What is kept of a block until the end: not the texts, and words of notes as numbers for them."""
        if self.source.holds == "notes":
            table = table.join(_facts_of_texts(table))
            if self.texts_of is None:
                table = table.drop(columns="text")
        kept: dict[str, _Part] = {str(name): values.reset_index(drop=True) for name, values in table.items()}
        if self.source.holds == "notes":
            for name in kept.keys() & self.fields.keys():
                if self.fields[name].kind in ("reference", "category"):
                    kept[name] = _as_arrow(table[name]).dictionary_encode()
        return kept


def _sum_of_hashes(rows: pd.DataFrame) -> int:
    """Fingerprint of rows that does not depend on their order, nor on how they are cut into blocks."""
    lines = ("\0".join(cells) for cells in zip(*(rows[name] for name in sorted(map(str, rows))), strict=True))
    return sum(int.from_bytes(hashlib.sha256(line.encode("utf-8")).digest()) for line in lines)


def _facts_of_texts(notes: pd.DataFrame) -> pd.DataFrame:
    """What is kept of the texts of notes: fingerprints, exact and near, and whether there are words."""
    texts = notes["text"]
    exact, near = _in_one_piece(texts), _in_one_piece(texts.str.lower()).replace(NO_BREAK_SPACE, b"")
    return pd.DataFrame(
        {
            "text_hash": _hashes(notes["case_id"], exact),
            "near_hash": _hashes(notes["case_id"], near.translate(None, DIGITS_AND_SPACES)),
            "no_words": texts.str.strip() == "",
        }
    )


def _in_one_piece(texts: pd.Series) -> bytes:
    """All texts with NUL between them, so that one pass in C can fold them."""
    column = _as_arrow(texts).cast(pyarrow.large_binary())
    whole = pyarrow.LargeListArray.from_arrays([0, len(column)], column)
    return pc.binary_join(whole, pyarrow.scalar(b"\0", column.type))[0].as_py()


def _hashes(references: pd.Series, texts: bytes) -> pd.Series:
    """A 64-bit hash of each note within its case; texts come in one piece, with NUL between them.

    A text that holds a NUL itself stops the reading elsewhere; here it only must not be in the way.
    """
    each = texts.split(b"\0")[: len(references)]
    notes = pd.DataFrame({"reference": references, "text": pd.Series(each, references.index, dtype=object)})
    return pd.util.hash_pandas_object(notes, index=False, categorize=False).set_axis(references.index)


def _joined(parts: list[_Part]) -> pd.Series:
    """One column of all blocks; words coded block by block become one category, in order."""
    if isinstance(parts[0], pd.Series):
        return pd.concat(parts, ignore_index=True)
    coded = pyarrow.chunked_array(parts).unify_dictionaries().combine_chunks()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    rank = np.full(len(order) + 1, -1)  # the last place is for a missing word
    rank[order] = np.arange(len(order))
    codes = rank[coded.indices.fill_null(-1).to_numpy()]
    words = pd.Index(coded.dictionary.take(pyarrow.array(order)).to_pandas())
    return pd.Series(pd.Categorical.from_codes(codes, words))


def _as_arrow(values: pd.Series) -> pyarrow.Array:
    return pyarrow.table({"values": values})["values"].combine_chunks()


def _in_same_place(notes: pd.DataFrame) -> pd.Series:
    """Notes that have the number of another note of their case."""
    cases = notes["case_id"].cat.codes.to_numpy()
    numbers = notes["entry_no"].to_numpy(dtype="int64", na_value=-1)
    order = np.lexsort((numbers, cases))
    cases, numbers = cases[order], numbers[order]
    same = (cases[1:] == cases[:-1]) & (numbers[1:] == numbers[:-1]) & (numbers[1:] != -1)
    found = np.zeros(len(notes), dtype=bool)
    found[order[1:][same]] = found[order[:-1][same]] = True
    return pd.Series(found, index=notes.index)


def _plain(value: str | int | bool | None) -> str:
    """A value of the parameter file as it would stand in an extract."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def table_schema(table: Table, columns: Iterable[str]) -> pa.DataFrameSchema:
    """Pandera schema of the rows of a canonical table that holds these columns.

    Parameters
    ----------
    table : str
        Name of the canonical table.
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
            )
            for name in columns
        },
        strict=True,
    )


def _value_checks(field: CaseFileField) -> list[pa.Check]:
    if field.allowed:
        return [pa.Check.isin(field.allowed, error="allowed")]
    if field.kind in ("date", "time"):
        return [pa.Check.ge(EARLIEST_DATE, error="early")]
    if field.kind == "note text":
        return [pa.Check.str_length(max_value=LONGEST_NOTE, error="long")]
    return []
