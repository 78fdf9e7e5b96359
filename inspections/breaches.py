"""What in an extract stops the inspection, gathered block by block and put in words.

A breach is the rows of one field that break one rule. Rows are named by number and case reference; a value is
shown only where it cannot be a sentence or a person's name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from inspections.source_tables import ROWS_SHOWN, RowNames, open_source_table, row_list
from parameters import Problem
from parameters.fields import Table, fields_of
from parameters.models import Source
from parameters.suggestions import did_you_mean

__all__ = [
    "EARLIEST_DATE",
    "LONGEST_NOTE",
    "MOST_VALUES_SHOWN",
    "Breach",
    "Breaches",
    "nearest_value",
    "row_label",
]

LONGEST_NOTE = 1_000_000
EARLIEST_DATE = pd.Timestamp("1900-01-01")
MOST_VALUES_SHOWN = 20
LIKE_A_NAME = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+")
LONGEST_CATEGORY = 40
REFERENCE_LIKE = re.compile(r"(?=.*\d)[\w./-]{1,40}")
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
TWICE: Mapping[Table, tuple[str, str]] = {
    "cases": (
        "is the same",
        "The cases table needs one row a crime; keep the row of the main offence and suspect.",
    ),
    "notes": (
        "is the same for two entries of one case",
        "Leave entry_no out of columns: entries are then numbered in order of time.",
    ),
    "suspects": ("is the same for two rows of one case", "Keep one row a person and case, the latest."),
    "reviews": ("is the same for two rows of one case", "Keep the final answer alone."),
}
"""What is wrong where rows cannot be told apart, and the remedy."""


@dataclass
class Breach:
    """Rows of one field that break one rule, as much of them as a message needs."""

    count: int = 0
    rows: list[tuple[str, str, str]] = field(default_factory=list, repr=False)  # row, reference, value
    values: set[str] = field(default_factory=set, repr=False)

    def add(self, keys: pd.Index, name: RowNames, references: pd.Series, values: pd.Series | None) -> None:
        """Take in more rows: their keys, and by key their case references and values as written."""
        self.count += len(keys)
        for key in keys[: ROWS_SHOWN - len(self.rows)]:
            self.rows.append((name(key), str(references[key]), "" if values is None else str(values[key])))
        if values is not None and len(self.values) <= MOST_VALUES_SHOWN:
            self.values.update(map(str, values[keys].unique()[: MOST_VALUES_SHOWN + 1]))

    @property
    def in_free_text(self) -> bool:
        """Whether the values may be sentences or name a person, and so must not be shown."""
        return (
            len(self.values) > MOST_VALUES_SHOWN
            or max(map(len, self.values), default=0) > LONGEST_CATEGORY
            or any(LIKE_A_NAME.search(value) for value in self.values)
        )


class Breaches:
    """The breaches of one extract.

    Parameters
    ----------
    source : Source
        Mapping of the columns.
    name : str
        The extract, as named to a reader.
    row_names : RowNames
        Names rows by their key.
    parameter_file : str
        Parameter file to name in a remedy.
    hidden : frozenset of str
        Source columns that hold note text; their values are never shown.
    """

    def __init__(
        self, source: Source, *, name: str, row_names: RowNames, parameter_file: str, hidden: frozenset[str]
    ) -> None:
        self.source, self.name, self.row_names = source, name, row_names
        self.parameter_file, self.hidden = parameter_file, hidden
        self.fields = fields_of(source.holds)
        self.found: dict[tuple[str, str], Breach] = {}

    def note(
        self,
        name: str,
        rule: str,
        bad: pd.Series,
        references: pd.Series,
        values: pd.Series | None = None,
    ) -> None:
        """Take in the rows in which a field breaks a rule, and their values where they help."""
        if bad.any():
            breach = self.found.setdefault((name, rule), Breach())
            breach.add(bad.index[bad.to_numpy(dtype=bool)], self.row_names, references, values)

    def problems(self) -> list[Problem]:
        """All that was found wrong, first what could not be read, each in the order of the mapping."""
        names = list(self.source.columns)
        illegible = {name for name, rule in self.found if rule in ("NUL", "unreadable")}
        found = sorted(
            (
                (name, rule)
                for name, rule in self.found
                if rule in ("NUL", "unreadable") or name not in illegible
            ),
            key=lambda breach: (breach[0] not in illegible, names.index(breach[0])),
        )
        return [self._problem(name, rule, self.found[name, rule]) for name, rule in found]

    def _problem(self, name: str, rule: str, breach: Breach) -> Problem:
        """One field and rule: the rows by number, case reference, and value where it may be shown."""
        may_show = not breach.in_free_text and self.source.columns.get(name) not in self.hidden
        rows = [(row, reference, value if may_show else "") for row, reference, value in breach.rows]
        if rule == "unreadable" and self.fields[name].kind in ("date", "time"):
            rows = [(row, ref, value if _looks_like_date(value) else "") for row, ref, value in breach.rows]
        message, remedy = self._words(name, rule, rows[0][2])
        labels = [row_label(*row) for row in rows]
        column = self.source.columns.get(name, "")
        where = f"{name} ({column})" if isinstance(column, str) and column not in ("", name) else name
        return Problem(
            self.name, where, rows[0][2], f"{message} in {row_list(labels, breach.count)}.", remedy
        )

    def _words(self, name: str, rule: str, shown: str) -> tuple[str, str]:
        """What is wrong, and the remedy."""
        match rule, self.fields[name].kind:
            case "NUL", _:
                return "holds a NUL byte", "Ask the force to export it again."
            case "unreadable", "date" | "time":
                return self._words_for_a_date(name)
            case "unreadable", "flag":
                return "is neither yes nor no", f"{self._recoding(name, shown)}, with true, false or null."
            case "unreadable", _:
                return "is not a whole number", "Ask the force to correct it, or map another column."
            case "not_nullable", _:
                return "is empty", "Ask the force to fill it in, or to leave the row out."
            case "unique", _:
                return TWICE[self.source.holds]
            case "long", _:
                remedy = "A note that long is a pasted file: ask the force to take it out of the log."
                return f"is over {LONGEST_NOTE:,} characters", remedy
            case "early", _:
                return f"is before {EARLIEST_DATE.year}", "Correct the year."
            case _:
                allowed = ", ".join(self.fields[name].allowed)
                return "is not a known value", f"{self._recoding(name, shown)}, with one of {allowed}."

    def _words_for_a_date(self, name: str) -> tuple[str, str]:
        written = self.source.date_format(name)
        expected = "year-month-day" if written == "iso" else f'"{written}"'
        fitting = self._fitting_pattern(str(self.source.columns[name]))
        if fitting:
            setting = f'dates: {{{name}: "{fitting}"}}'
            remedy = f'Every value fits "{fitting}": write {setting} in {self.parameter_file}.'
        else:
            remedy = (
                "Ask the force to correct the date. For a word that means unknown, write "
                f"values: {{{name}: {{the word: null}}}} in {self.parameter_file}."
            )
        return f"is not a date written as {expected}", remedy

    def _fitting_pattern(self, column: str) -> str | None:
        """The usual way of writing dates that all texts of a column follow; it is read again for this."""
        patterns = [f"{day}{time}" for time in ("", " %H:%M", " %H:%M:%S") for day in USUAL_DATES]
        with open_source_table(self.source, parameter_file=self.parameter_file) as extract:
            for block in extract.blocks([column, *self.source.only]):
                for name, wanted in self.source.only.items():
                    block = block[block[name].str.strip().isin(wanted)]
                texts = block[column].str.strip()
                texts = texts[texts != ""]
                patterns = [
                    pattern
                    for pattern in patterns
                    if pd.to_datetime(texts, format=pattern, errors="coerce").notna().all()
                ]
        return patterns[0] if patterns else None

    def _recoding(self, name: str, shown: str) -> str:
        word = shown or "the force's word"
        return f'Recode it in {self.parameter_file}: values: {{{name}: {{"{word}": ...}}}}'


def nearest_value(wanted: str, seen: Collection[str]) -> str:
    """A hint at the value meant, where the column holds categories and not free text."""
    distinct = sorted(value for value in seen if value)
    if any(len(value) > LONGEST_CATEGORY or LIKE_A_NAME.search(value) for value in distinct):
        return "Check the name of the column: what it holds is not shown, as it may name people."
    return did_you_mean(wanted, distinct)


def row_label(row: str, reference: str, value: str) -> str:
    """``row 17 (NS/000151/23: "31/02/2025")``; what does not look like a reference is not repeated.

    A reference holds a digit: a single word may be a surname, where another column was mapped by mistake.
    """
    known = [reference] if REFERENCE_LIKE.fullmatch(reference) else []
    known += [f'"{value}"'] if value else []
    return f"{row} ({': '.join(known)})" if known else row


def _looks_like_date(text: str) -> bool:
    """Tell a mistyped date, which may be shown, from words that may have slipped into its column."""
    return DATE_LIKE.fullmatch(text) is not None
