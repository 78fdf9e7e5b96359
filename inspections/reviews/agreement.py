"""How often two readers of the same case file answer alike, and how much of that chance would give them.

Percent agreement says what happened. Cohen's kappa and Gwet's AC1 both take off what chance would give, and
differ in what they take chance to be: where almost every answer is the same, kappa falls to nothing though
the readers agree, and AC1 does not. All three are given, so that nobody has to pick one that flatters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inspections.intervals import bootstrap, wilson
from inspections.reviews.reading import Reviews
from parameters.questions import ANSWERS, NOT_ANSWERED, QuestionSet

__all__ = ["ALL_QUESTIONS", "agreement", "cohen_kappa", "double_read", "gwet_ac1", "print_agreement"]

ALL_QUESTIONS = "all questions"
Counts = NDArray[np.float64]
Estimate = tuple[float, float, float]
UNDEFINED: Estimate = (math.nan, math.nan, math.nan)
MEASURES = ("percent", "kappa", "ac1")
FEWEST_TO_DRAW_FROM = 10
"""Cases read twice below which drawing them again looks surer than it is; no interval is given then."""
NUMBERS = tuple(f"{measure}{end}" for measure in MEASURES for end in ("", "_low", "_high"))


def double_read(reviews: Reviews) -> pd.DataFrame:
    """Answers given twice, first and second reader side by side.

    Returns
    -------
    DataFrame
        One row a question of a case read twice: ``case_id, question`` and ``answer, evidence, comment,
        reviewer``, each with ``_first`` and ``_second``. A question one of them left open is among them.
        Restricted.
    """
    keys = ["case_id", "question"]
    given = reviews.answers[[*keys, "reader", "answer", "evidence", "comment", "reviewer"]]
    first, second = (
        given[given["reader"] == reader].drop(columns="reader") for reader in ("first", "second")
    )
    return first.merge(second, on=keys, suffixes=("_first", "_second"), validate="one_to_one")


def agreement(reviews: Reviews, questions: QuestionSet, *, seed: str) -> pd.DataFrame:
    """Agreement of first and second reader, for each question and for all together.

    Parameters
    ----------
    reviews : Reviews
        All readings.
    questions : QuestionSet
        The questions they answered; the answers a question offers are its categories.
    seed : str
        Decides the draws of the bootstrap.

    Returns
    -------
    DataFrame
        ``question, pairs`` (cases both answered), ``agreed``, then ``percent`` (0 to 100), ``kappa`` and
        ``ac1``, each with ``_low`` and ``_high``. For a question the intervals are Wilson's, statsmodels' and
        Gwet's; for all questions together whole cases are drawn again, because answers on one case are not
        independent. NaN where a value is undefined: no pair, one case only, no variation to judge by, or
        fewer cases than can be drawn again (`FEWEST_TO_DRAW_FROM`).
    """
    pairs = double_read(reviews)
    both = pairs[(pairs["answer_first"] != NOT_ANSWERED) & (pairs["answer_second"] != NOT_ANSWERED)]
    rows = []
    for question in questions.questions:
        counts = _counts(both[both["question"] == question.id], question.answers)
        rows.append({"question": question.id, **_measures(counts)})
    rows.append({"question": ALL_QUESTIONS, **_pooled(both, seed)})
    return pd.DataFrame(rows, columns=["question", "pairs", "agreed", *NUMBERS])


def print_agreement(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `agreement` as text: one cell a measure with its interval, ``n/a`` where undefined."""
    shown = table[["question", "pairs", "agreed"]].astype(str)
    for measure, places in (("percent", 0), ("kappa", 2), ("ac1", 2)):
        ends = table[[measure, f"{measure}_low", f"{measure}_high"]]
        shown[measure] = [_printed(*row, places=places) for row in ends.itertuples(index=False, name=None)]
    return shown


def cohen_kappa(counts: Counts) -> Estimate:
    """Cohen's kappa of a square table of counts, with its 95 per cent interval.

    Undefined (NaN) without counts, or when both readers gave one and the same answer to every case; the
    interval also where the standard error is zero, which says that there was too little to judge by.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    if counts.sum() == 0 or np.isclose(_by_chance_kappa(counts), 1):
        return UNDEFINED
    with np.errstate(invalid="ignore"):  # in its test of kappa = 0, not used here
        result = cohens_kappa(counts)
    if counts.sum() < 2 or not result.std_kappa > 0:
        return (float(result.kappa), math.nan, math.nan)
    return (float(result.kappa), max(-1.0, float(result.kappa_low)), min(1.0, float(result.kappa_upp)))


def gwet_ac1(counts: Counts) -> Estimate:
    """Gwet's AC1 of a square table of counts, with its 95 per cent interval.

    Chance agreement is the sum over the q answers of p (1 - p) / (q - 1), where p is the mean share of the
    answer over both readers. The variance is the linearised one over cases, the interval Student's t with
    n - 1 degrees of freedom. Source: K. L. Gwet, Handbook of Inter-Rater Reliability.

    Parameters
    ----------
    counts : array, shape (q, q)
        Cases by first reader's answer (rows) and second reader's (columns).

    Returns
    -------
    tuple of float
        Estimate, low, high. NaN without counts; ends NaN where the standard error is zero or n is 1.
    """
    from scipy.stats import t

    n, answers = counts.sum(), len(counts)
    if n == 0:
        return UNDEFINED
    shares = (counts.sum(axis=0) + counts.sum(axis=1)) / (2 * n)
    chance = float((shares * (1 - shares)).sum() / (answers - 1))
    estimate = (float(np.trace(counts)) / n - chance) / (1 - chance)
    # contribution of one case in each cell of the table
    case_chance = (2 - shares[:, None] - shares[None, :]) / (2 * (answers - 1))
    case_value = (np.eye(answers) - chance) / (1 - chance)
    case_value = case_value - 2 * (1 - estimate) * (case_chance - chance) / (1 - chance)
    squares = float((counts * np.square(case_value - estimate)).sum())
    if n < 2 or np.isclose(squares, 0):
        return (float(estimate), math.nan, math.nan)
    half = float(t.ppf(0.975, n - 1)) * math.sqrt(squares / (n * (n - 1)))
    return (float(estimate), max(-1.0, float(estimate) - half), min(1.0, float(estimate) + half))


def _counts(pairs: pd.DataFrame, answers: Sequence[str]) -> Counts:
    table = pd.crosstab(pairs["answer_first"], pairs["answer_second"])
    return table.reindex(index=list(answers), columns=list(answers), fill_value=0).to_numpy(dtype=np.float64)


def _by_chance_kappa(counts: Counts) -> float:
    return float(counts.sum(axis=0) @ counts.sum(axis=1) / counts.sum() ** 2)


def _percent(counts: Counts) -> float:
    return 100 * float(np.trace(counts)) / counts.sum() if counts.sum() else math.nan


def _measures(counts: Counts) -> dict[str, float]:
    pairs, agreed = int(counts.sum()), int(np.trace(counts))
    share = wilson(agreed, pairs)
    ends = [math.nan if end is None else 100 * end for end in (share.low, share.high)]
    values = (_percent(counts), *ends, *cohen_kappa(counts), *gwet_ac1(counts))
    return {"pairs": pairs, "agreed": agreed, **dict(zip(NUMBERS, values, strict=True))}


def _pooled(pairs: pd.DataFrame, seed: str) -> dict[str, float]:
    """All questions together; intervals by drawing whole cases again."""
    size = len(ANSWERS)
    tables = [_counts(group, tuple(ANSWERS)) for _, group in pairs.groupby("case_id")]
    cases = np.array(tables, dtype=np.float64).reshape(len(tables), size * size)
    total = cases.sum(axis=0).reshape(size, size)
    values: dict[str, float] = {"pairs": int(total.sum()), "agreed": int(np.trace(total))}
    measures: dict[str, Callable[[Counts], float]] = {
        "percent": _percent,
        "kappa": _kappa_alone,
        "ac1": lambda counts: gwet_ac1(counts)[0],
    }
    for name, measure in measures.items():

        def of_cases(drawn: Counts, measure: Callable[[Counts], float] = measure) -> float:
            return measure(drawn.sum(axis=0).reshape(size, size))

        ends = [math.nan, math.nan]
        if len(cases) >= FEWEST_TO_DRAW_FROM:
            interval = bootstrap(cases, of_cases, seed=seed)
            ends = [math.nan if end is None else end for end in (interval.low, interval.high)]
        values |= dict(zip((name, f"{name}_low", f"{name}_high"), (measure(total), *ends), strict=True))
    return values


def _kappa_alone(counts: Counts) -> float:
    """Kappa without its interval, quick enough to be drawn thousands of times."""
    if counts.sum() == 0 or np.isclose(chance := _by_chance_kappa(counts), 1):
        return math.nan
    return (float(np.trace(counts)) / counts.sum() - chance) / (1 - chance)


def _printed(value: float, low: float, high: float, *, places: int) -> str:
    if math.isnan(value):
        return "n/a"
    ends = "n/a" if math.isnan(low) else f"{low:.{places}f} to {high:.{places}f}"
    return f"{value:.{places}f} ({ends})"
