"""What an indicator is, what it is computed from, and the list of all of them.

A theme module declares its indicators with :func:`indicator`; importing the package fills the list. Every
indicator carries its own definition, formula, denominator and caveat, so that a table of results explains
itself and the reference page is written from the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

import pandas as pd

from inspections.columns import is_kept
from inspections.indicators.rows import Row, base_in_words
from parameters import models
from parameters.fields import Table

__all__ = [
    "COLUMNS",
    "Compute",
    "Indicator",
    "Material",
    "Results",
    "compute_indicators",
    "definitions",
    "indicator",
    "results_of",
]

Unit = Literal["per cent", "balance", "days", "count"]

COLUMNS = (
    "indicator", "label", "pillar", "group", "unit", "numerator", "denominator", "value", "low", "high",
    "interval", "base", "status", "caveat", "definition",
    "cases", "weighted_to", "base_unit", "base_template", "base_unit_template", "counts", "apart", "about",
    "divides",
)  # fmt: skip
"""Columns of :attr:`Results.table`. ``cases`` is the number of cases behind the value;
the last seven are for disclosure control."""


@dataclass(frozen=True)
class Material:
    """Everything the indicators of one force are computed from.

    Attributes
    ----------
    cases : DataFrame
        All the force's cases of the offences inspected, whatever their dates.
    frame : DataFrame
        The cases that could be drawn.
    sample : DataFrame
        The cases drawn, with ``stratum`` and ``weight``.
    notes : DataFrame
        Their notes: ``case_id, entry_no`` and, where recorded, ``entered_at, author_role``.
    coding : DataFrame
        Their coded units, as the coder gives them.
    entries : DataFrame
        Their entries: ``case_id, entry_no, units``.
    period : parameters.models.Period
        First and last day inspected.
    seed : str
        Text that decides every bootstrap.
    outcomes : DataFrame, optional
        Official counts: ``outcome_type, period, recorded, closed``.
    further : mapping of str to DataFrame
        Suspects, devices, workforce and review answers, by name; those that the force holds.
    corrected : mapping of str to float, optional
        The balance of effort put right by a settled audit, as `nlp.audit.accuracy.corrected_balance` has it.
    """

    cases: pd.DataFrame
    frame: pd.DataFrame
    sample: pd.DataFrame
    notes: pd.DataFrame
    coding: pd.DataFrame
    entries: pd.DataFrame
    period: models.Period
    seed: str
    outcomes: pd.DataFrame | None = None
    further: Mapping[Table, pd.DataFrame] = field(default_factory=dict)
    corrected: Mapping[str, float] | None = None

    def keeps(self, *fields: str) -> bool:
        """Whether the force records all these fields of its cases, in whichever of them."""
        return all(is_kept(self.cases, name) for name in fields)


@dataclass(frozen=True)
class Indicator:
    """One measure: what it says, how it is worked out, and what it cannot say.

    Attributes
    ----------
    pillar : int
        Pillar of the National Operating Model, 1 to 6; 0 for context.
    direction : str
        What a higher value means, in words. Not a judgement.
    about : "people", "files" or "method"
        Whether a row counts what happened to people, what police wrote in files, or what the method could do.
        Of people, the cases *left out* of a count are protected as the counted ones are; counts of the
        method are not protected.
    divides : bool
        Whether the groups divide up one total of units, so that one of them can be found by subtraction.
    """

    id: str
    label: str
    pillar: int
    unit: Unit
    definition: str
    formula: str
    denominator: str
    caveat: str
    source: str
    direction: str
    about: Literal["people", "files", "method"]
    divides: bool = False


@dataclass(frozen=True)
class Results:
    """Indicators of one force.

    Attributes
    ----------
    table : DataFrame
        One row an indicator and group, columns :data:`COLUMNS`. Not yet safe to release.
    cases : DataFrame
        The cases behind every row: ``indicator, group, case_id, numerator, denominator, counted`` and, of
        shares of sampled files, ``weight, stratum``.
    frame : frozenset of str
        References of the cases that could be drawn.
    sample : frozenset of str
        References of the cases drawn.
    """

    table: pd.DataFrame
    cases: pd.DataFrame
    frame: frozenset[str]
    sample: frozenset[str]

    def __add__(self, more: Results) -> Results:
        """Both, to be released together: what one tells of a set of cases must not give away the other's."""
        tables = [part.table for part in (self, more) if len(part.table)] or [self.table]
        cases = [part.cases for part in (self, more) if len(part.cases)] or [self.cases]
        return replace(
            self, table=pd.concat(tables, ignore_index=True), cases=pd.concat(cases, ignore_index=True)
        )


Compute = Callable[[Material], Iterable[Row]]
"""Works out the rows of one indicator."""

_REGISTRY: dict[str, tuple[Indicator, Compute]] = {}


def indicator(definition: Indicator) -> Callable[[Compute], Compute]:
    """Add an indicator to the list, computed by the function below it."""

    def register(compute: Compute) -> Compute:
        if definition.id in _REGISTRY:
            raise ValueError(f"two indicators are called {definition.id}")
        _REGISTRY[definition.id] = (definition, compute)
        return compute

    return register


def definitions() -> pd.DataFrame:
    """Every indicator's definition, one row each, in the order of the pillars."""
    table = pd.DataFrame(
        [asdict(definition) for definition, _ in _REGISTRY.values()],
        columns=[field.name for field in fields(Indicator)],
    )
    return table.sort_values(["pillar", "id"], ignore_index=True)


def compute_indicators(material: Material, *, only: Collection[str] | None = None) -> Results:
    """Work out every indicator, or those named.

    Parameters
    ----------
    material : Material
        One force's cases, sample and coding.
    only : collection of str, optional
        Ids of the indicators wanted.
    """
    computed = (
        (definition, compute(material))
        for name, (definition, compute) in _REGISTRY.items()
        if only is None or name in only
    )
    return results_of(computed, material)


def results_of(computed: Iterable[tuple[Indicator, Iterable[Row]]], material: Material) -> Results:
    """Put the rows of indicators into one table, with the cases behind them in another."""
    rows, behind = [], []
    for definition, found in computed:
        for row in found:
            rows.append(_as_record(definition, row))
            behind.append(
                row.cases.rename_axis("case_id")
                .reset_index()
                .assign(indicator=definition.id, group=row.group)
            )
    columns = ["indicator", "group", "case_id", "numerator", "denominator", "counted", "weight", "stratum"]
    cases = pd.concat(behind, ignore_index=True) if behind else pd.DataFrame(columns=columns)
    return Results(
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
        cases=cases.reindex(columns=columns),
        frame=frozenset(material.frame["case_id"]),
        sample=frozenset(material.sample["case_id"]),
    )


def _as_record(definition: Indicator, row: Row) -> dict[str, Any]:
    of_definition = ("label", "pillar", "unit", "definition", "about", "divides")
    of_row = ("group", "numerator", "denominator", "value", "status", "weighted_to", "counts", "apart")
    record = {
        "indicator": definition.id,
        **{name: getattr(definition, name) for name in of_definition},
        **{name: getattr(row, name) for name in of_row},
        "low": row.interval.low,
        "high": row.interval.high,
        "cases": _cases_behind(definition, row),
        "interval": row.interval.method,
        "caveat": " ".join(filter(None, (definition.caveat, row.caveat))),
        "base_template": row.base,
        "base_unit_template": row.base_unit,
    }
    words = {name: base_in_words(record[f"{name}_template"], record) for name in ("base", "base_unit")}
    return record | words


def _cases_behind(definition: Indicator, row: Row) -> float | None:
    if row.counts == "units":
        return int((row.cases["denominator"] > 0).sum())
    return row.numerator if definition.unit == "days" else row.denominator
