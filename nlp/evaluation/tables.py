"""An evaluation as people read it: headlines side by side, and a row a code."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from nlp.codebook import Codebook
from nlp.evaluation.scores import ORIENTATIONS, Evaluation, evaluate
from nlp.reader.corpus import Corpus

__all__ = ["MEASURES", "code_table", "figure", "side_by_side", "writer_table"]

MEASURES = {
    "vc_f1": "victim credibility",
    "sf_f1": "suspect focus",
    "micro_f1": "unit and code",
    "macro_f1": "mean of codes",
}
"""Headline measures, all F1 of what counts, and how they are headed."""
_SCORES = ["precision", "recall", "f1", "low", "high", "gold", "predicted"]


def figure(value: float, low: float = math.nan, high: float = math.nan) -> str:
    """A share to two places with its interval; "n/a" where there is nothing to measure."""
    if math.isnan(value):
        return "n/a"
    return f"{value:.2f}" if math.isnan(low) else f"{value:.2f} ({low:.2f} to {high:.2f})"


def side_by_side(evaluations: Mapping[str, Evaluation]) -> pd.DataFrame:
    """Headlines of several coders.

    Parameters
    ----------
    evaluations
        By the name under which each is shown.

    Returns
    -------
    DataFrame
        A row a coder: its name as index, F1 of what counts with intervals as text, and for the balance of
        case files the rank correlation and the mean absolute error.
    """
    rows = []
    for evaluation in evaluations.values():
        counted = evaluation.headlines[evaluation.headlines["view"] == "counted"].set_index("measure")
        shown = {MEASURES[name]: figure(*counted.loc[name, ["value", "low", "high"]]) for name in MEASURES}
        balance = evaluation.balance
        order = f"{figure(balance.spearman)}, {figure(balance.mean_absolute_error)}"
        rows.append({**shown, "case balance: order, error": order, "units": evaluation.units})
    return pd.DataFrame(rows, index=pd.Index(list(evaluations), name="coder"))


def code_table(evaluation: Evaluation, codebook: Codebook) -> pd.DataFrame:
    """Precision, recall and F1 of what counts, by orientation and code.

    Returns
    -------
    DataFrame
        Columns `code, title, precision, recall, f1, low, high, gold, found`; an orientation stands above its
        codes.
    """
    counted = evaluation.codes[evaluation.codes["view"] == "counted"].set_index("code")
    rows = []
    for prefix, name in ORIENTATIONS.items():
        titles = {name: "any code of this orientation"}
        titles |= {code.id: code.title for code in codebook.codes if code.id.startswith(prefix)}
        rows += [
            {"code": code, "title": title, **counted.loc[code, _SCORES]}
            for code, title in titles.items()
            if code in counted.index
        ]
    table = pd.DataFrame(rows, columns=["code", "title", *_SCORES])
    return table.rename(columns={"predicted": "found"}).astype({"gold": int, "found": int})


def writer_table(corpus: Corpus, coders: Mapping[str, pd.DataFrame], *, measure: str) -> pd.DataFrame:
    """One headline measure of several coders, writer by writer.

    Parameters
    ----------
    corpus
        The corpora that measure.
    coders
        Coding tables of the corpus's notes by the name under which each is shown.
    measure
        Of `MEASURES`.

    Returns
    -------
    DataFrame
        A row a writer, a column a coder; writers on whom the first coder does worst first.
    """
    rows = {}
    for writer in corpus.writers:
        mine = corpus.of_writers([writer])
        cases = set(mine.notes["case_id"])
        rows[writer] = {
            name: evaluate(mine.units, table[table["case_id"].isin(cases)], draws=0).value(measure)
            for name, table in coders.items()
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("writer")
    return table.sort_values(table.columns[0], kind="stable")
