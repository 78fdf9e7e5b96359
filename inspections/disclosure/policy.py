"""How cautious a release is, and what has been through its control."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from inspections.indicators import definitions
from inspections.indicators.reviewers import ANSWER_PREFIX
from inspections.rounding import to_base
from inspections.suppression import Rule
from parameters import InspectionError, Problem, models
from parameters.questions import load_questions
from parameters.suggestions import did_you_mean

__all__ = ["LOG", "Policy", "Released", "log_of", "refuse_unknown_exceptions", "with_status"]

TABLES_WITH_ROWS = ("codes", "strata", "data_quality")
"""Tables beside the indicators whose rows a person may have published."""

LOG = ["table", "row", "rule", "why"]
_WORKED_OUT = "would let a hidden count be worked out"


@dataclass(frozen=True)
class Policy:
    """How cautious a release is.

    Parameters
    ----------
    threshold : int
        Counts of cases from 1 to one below this are hidden.
    exceptions : tuple of parameters.models.DisclosureException
        Rows that a person has decided to publish whatever their counts.
    base : int
        Published counts are rounded to multiples of it; 1 leaves them as they are.
    """

    threshold: int = 10
    exceptions: tuple[models.DisclosureException, ...] = ()
    base: int = 1

    @classmethod
    def of(cls, disclosure: models.Disclosure) -> Self:
        """The policy that the parameters ask for."""
        return cls(disclosure.threshold, disclosure.exceptions, disclosure.base)

    def is_small(self, count: float) -> bool:
        """Whether a count must be hidden."""
        return 0 < count < self.threshold

    def exception(self, table: str, row: str) -> models.DisclosureException | None:
        """The decision to publish a row: of an indicator, or of another table."""
        name, _, group = row.partition(": ") if table == "indicators" else (table, "", row)
        return next((found for found in self.exceptions if found.covers(name, group)), None)

    def rounded(self, count: float) -> float:
        """A count as it is published."""
        return to_base(count, self.base)


@dataclass(frozen=True)
class Released:
    """A table that may leave the inspectorate, and a log of every number that may not.

    Attributes
    ----------
    table : DataFrame
        The released table; hidden numbers are blank and their status is ``suppressed``.
    log : DataFrame
        ``table, row, rule, why``: rule is primary, secondary, counts only, exception, or exposed where a
        hidden number may be worked out all the same. Holds no hidden number.
    """

    table: pd.DataFrame
    log: pd.DataFrame


def log_of(table: str, rules: Iterable[tuple[object, Rule]], policy: Policy) -> pd.DataFrame:
    """Log of hidden rows, with the reason of each rule in words."""
    why: dict[Rule, str] = {
        "primary": f"fewer than {policy.threshold} cases",
        "secondary": _WORKED_OUT,
        "counts only": f"its counts {_WORKED_OUT}",
    }
    return pd.DataFrame([(table, str(row), rule, why[rule]) for row, rule in rules], columns=LOG)


def with_status(
    table: pd.DataFrame, counts: Collection[str], *, hidden: Sequence[bool] | pd.Series, policy: Policy
) -> pd.DataFrame:
    """A table with its counts as they are published, blank where hidden, and a ``status`` that says so."""
    gone = np.asarray(hidden, dtype=bool)
    published = {
        name: table[name].map(policy.rounded, na_action="ignore").astype("Int64").mask(gone)
        for name in counts
    }
    return table.assign(**published, status=np.where(gone, "suppressed", "shown"))


def refuse_unknown_exceptions(disclosure: models.Disclosure, *, file: str) -> None:
    """Refuse exceptions for what is never released: a slip, or a decision that has outlived its indicator.

    Parameters
    ----------
    disclosure : parameters.models.Disclosure
        Disclosure control as the parameters ask for it.
    file : str
        The parameter file named in an error.

    Raises
    ------
    InspectionError
        When an exception names no indicator and no table.
    """
    answers = (f"{ANSWER_PREFIX}{question.id}" for question in load_questions().questions)
    known = {*definitions()["id"], *answers, *TABLES_WITH_ROWS}
    problems = [
        Problem(
            file,
            "disclosure.exceptions",
            exception.indicator,
            f'names "{exception.indicator}", which is no indicator.',
            did_you_mean(exception.indicator, sorted(known)),
        )
        for exception in disclosure.exceptions
        if exception.indicator not in known
    ]
    if problems:
        raise InspectionError(problems)
