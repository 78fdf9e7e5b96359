"""How right the machine is, from units that people coded: precision, recall, and a balance put right.

Units were drawn in strata, so each stands for its own number of units. Totals of every cell, such as silent
units, are known; only the share of a cell in which a code is truly there is estimated (`nlp.audit.shares`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from nlp.audit.agreement import ORIENTATIONS
from nlp.audit.shares import Share, effective_number, ratio_interval, share_of

__all__ = ["FEWEST_POSITIVE", "accuracy", "corrected_balance", "print_accuracy"]

Numbers = NDArray[np.float64]
FEWEST_POSITIVE = 60
"""Units with a code, in people's coding, below which a code's gold is called insufficient."""
MEASURES = ("precision", "recall", "f1")
_FOUND = "found"


def accuracy(
    frame: pd.DataFrame,
    coding: pd.DataFrame,
    judged: pd.DataFrame,
    gold: pd.DataFrame,
    *,
    codes: Sequence[str],
) -> pd.DataFrame:
    """Weighted precision and recall of what counts, for each orientation and code.

    Parameters
    ----------
    frame : DataFrame
        All units (`nlp.audit.draw.frame_of`): `unit_id, kind`.
    coding : DataFrame
        The machine's coding of them: `unit_id, code, counts`.
    judged : DataFrame
        Units that people coded: `unit_id, weight`.
    gold : DataFrame
        What people said of them: `unit_id, code, counts`.
    codes : sequence of str
        Codes of both orientations.

    Returns
    -------
    DataFrame
        `about` (orientation or code), `name`, `machine` (units the machine gave it, of all), `judged` (of
        those, units people coded), `gold` (units people gave it), `missed` (estimated units of the frame that
        have it and did not get it) and of them `missed_silent`, then `precision, recall, f1`, each with
        `_low` and `_high` (95%). NaN where undefined. `enough` tells whether `gold` reaches
        `FEWEST_POSITIVE`.
    """
    kinds = frame.set_index("unit_id")["kind"].replace({"rules": "hit", "reader": "hit"})
    weights = judged.set_index("unit_id")["weight"].astype(float)
    rows = []
    asked = [("orientation", name) for name in ORIENTATIONS.values()] + [("code", name) for name in codes]
    for about, name in asked:
        machine, truth = (_units_with(table, about, name) for table in (coding, gold))
        cells = kinds.mask(kinds.index.isin(machine), _FOUND)
        read = cells.reindex(weights.index)
        right = weights.index.isin(truth)
        sizes = {str(cell): int(size) for cell, size in cells.value_counts(sort=False).sort_index().items()}
        shares = {
            str(cell): share_of(right[here], own, number=effective_number(own))
            for cell in read.unique()
            if len(own := weights.to_numpy()[here := (read == cell).to_numpy()])
        }
        rows.append(
            {
                "about": about,
                "name": name,
                "machine": sizes.get(_FOUND, 0),
                "judged": int((read == _FOUND).sum()),
                "gold": int(right.sum()),
                **_measures(sizes, shares),
            }
        )
    table = pd.DataFrame(rows)
    table["enough"] = table["gold"] >= FEWEST_POSITIVE
    return table


def corrected_balance(
    frame: pd.DataFrame,
    coding: pd.DataFrame,
    judged: pd.DataFrame,
    gold: pd.DataFrame,
    cases: pd.DataFrame,
) -> dict[str, float]:
    """The balance of effort of one force, as the machine has it and as people would have it.

    Units are sorted into cells by what the machine said: suspect focus, victim credibility, both, a near hit,
    silent. People's coding tells what part of each cell truly is which; the case files tell how large the
    cells are in the whole list. Both leave doubt. That about files not read is the spread between files of
    what they truly hold, estimated from the units of each file that were checked, less what the checking adds
    to it (Särndal, Swensson and Wretman 1992, section 9.3): misses lie in files with many hits, so the spread
    of the machine's own counts would be too little.

    Parameters
    ----------
    frame, coding, judged, gold : DataFrame
        As for `accuracy`, of one force; `frame` with `case_id`, `judged` with `case_id, stratum, weight`.
    cases : DataFrame
        `case_id, weight, stratum`: the files drawn, each with the files of the list it stands for.

    Returns
    -------
    dict
        `machine, machine_low, machine_high, corrected, corrected_low, corrected_high`: (suspect - victim) /
        (suspect + victim) of counted units; the first interval is that of the files alone. `unread`: units of
        the frame in cells of which none was checked; there the machine's word is taken.
    """
    files = cases.set_index("case_id").astype({"weight": float})
    cells, machine, of_unit = _cells(frame, coding)
    counts = np.zeros((len(files), len(cells)))
    np.add.at(counts, (files.index.get_indexer(pd.Index(frame["case_id"])), of_unit), 1)
    read = of_unit[pd.Index(frame["unit_id"]).get_indexer(pd.Index(judged["unit_id"]))]
    true = _sides(gold, judged["unit_id"])
    own = judged["weight"].to_numpy(dtype=float)
    beyond = judged["case_id"].map(files["weight"]).to_numpy(dtype=float)
    of_list = counts * files[["weight"]].to_numpy()
    shares, residuals = [], np.zeros((len(judged), 2))
    for cell, (size, marks) in enumerate(zip(of_list.sum(axis=0), machine, strict=True)):
        here = read == cell
        if not here.any():
            shares.append(_certain(marks))
            continue
        weights, number = beyond[here] * own[here], effective_number(own[here], beyond[here])
        pair = [share_of(true[here, side] > 0, weights, number=number) for side in (0, 1)]
        shares.append(pair)
        misfit = true[here] - np.array([share.estimate for share in pair])
        residuals[here] = misfit * (weights * size / weights.sum())[:, None]
    predicted = of_list @ np.array([[share.estimate for share in pair] for pair in shares])
    misfits = pd.DataFrame(residuals).groupby(judged["case_id"].to_numpy()).sum()
    truly = predicted + misfits.reindex(files.index, fill_value=0).to_numpy()
    between = [_between(truly, files) - _of_checking(residuals, judged, beyond), _between(predicted, files)]
    values: dict[str, float] = {"unread": int(counts[:, np.setdiff1d(np.arange(len(cells)), read)].sum())}
    for name, parts, spread in (
        ("machine", [_certain(marks) for marks in machine], [_between(of_list @ machine, files)]),
        ("corrected", shares, between),
    ):
        ends = _balance(parts, of_list.sum(axis=0), spread, files)
        values |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
    return values


def print_accuracy(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `accuracy` as text, ``n/a`` where undefined."""
    shown = table[["name", "machine", "judged", "gold"]].astype(str)
    for measure in MEASURES:
        ends = table[[measure, f"{measure}_low", f"{measure}_high"]]
        shown[measure] = [
            "n/a" if math.isnan(value) else f"{value:.2f} ({low:.2f} to {high:.2f})"
            for value, low, high in ends.itertuples(index=False, name=None)
        ]
    for column in ("missed", "missed_silent"):
        shown[column] = ["n/a" if math.isnan(value) else f"{value:.0f}" for value in table[column]]
    return shown.assign(gold_is=table["enough"].map({True: "enough", False: "insufficient"}))


def _units_with(table: pd.DataFrame, about: str, name: str) -> set[str]:
    """The units on which a code, or any code of an orientation, counts."""
    counted = table[table["counts"].astype(bool)]
    named = counted["code"].str[:4].map(ORIENTATIONS) if about == "orientation" else counted["code"]
    return set(counted.loc[named == name, "unit_id"])


def _measures(sizes: Mapping[str, int], shares: Mapping[str, Share]) -> dict[str, float]:
    """Precision, recall and F1 with their ends, from the sizes of cells and the shares that have the code."""
    found = sizes.get(_FOUND, 0)
    others = [cell for cell in sizes if cell != _FOUND]
    missed = {cell: sizes[cell] * shares[cell].estimate if cell in shares else math.nan for cell in others}
    values: dict[str, float] = {
        "missed": float(sum(missed.values())),
        "missed_silent": missed.get("silent", 0.0),
    }
    told = all(cell in shares for cell in sizes)
    order = list(sizes)
    totals = np.array([float(sizes[cell]) for cell in order])
    right = np.array([float(size) if cell == _FOUND else 0.0 for cell, size in sizes.items()])
    nothing = np.zeros(len(order))
    for name, top, bottom, known in (
        ("precision", right, nothing, (0.0, float(found))),
        ("recall", right, totals, (0.0, 0.0)),
        ("f1", 2 * right, totals, (0.0, float(found))),
    ):
        ratio = (math.nan,) * 3
        if told or (name == "precision" and _FOUND in shares):
            given = [shares.get(cell, Share(0.0, 0.0, 0.0)) for cell in order]
            ratio = ratio_interval(top, bottom, given, known=known)
        values |= dict(zip((name, f"{name}_low", f"{name}_high"), ratio, strict=True))
    return values


def _cells(frame: pd.DataFrame, coding: pd.DataFrame) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """The cells there are, what the machine counted in each of either side, and the place of each unit's."""
    said = _sides(coding, frame["unit_id"])
    kind = frame["kind"].map({"near": 1, "silent": 2}).fillna(0).to_numpy(dtype=float)
    cells, of_unit = np.unique(np.column_stack([kind, said]), axis=0, return_inverse=True)
    return cells, cells[:, 1:], of_unit


def _sides(coding: pd.DataFrame, units: pd.Series) -> Numbers:
    """Whether each unit has a code that counts of suspect focus, and of victim credibility: nought or one."""
    counted = coding[coding["counts"].astype(bool)]
    return np.column_stack(
        [
            units.isin(counted.loc[counted["code"].str.startswith(prefix), "unit_id"]).to_numpy(dtype=float)
            for prefix in ("sus-", "vic-")
        ]
    )


def _certain(marks: Numbers) -> list[Share]:
    return [Share(mark, mark, mark) for mark in map(float, marks)]


def _between(totals: Numbers, files: pd.DataFrame) -> Numbers:
    """Covariance that drawing files gives the sums of two weighted totals of each file, by stratum."""
    found = np.zeros((2, 2))
    for stratum in files["stratum"].unique():
        here = (files["stratum"] == stratum).to_numpy()
        size, weight = int(here.sum()), float(files["weight"].to_numpy()[here][0])
        if size > 1:
            apart = totals[here] - totals[here].mean(axis=0)
            found += (1 - 1 / weight) * size / (size - 1) * apart.T @ apart
    return found


def _of_checking(residuals: Numbers, judged: pd.DataFrame, beyond: Numbers) -> Numbers:
    """What checking a part of each file's units adds to the covariance that `_between` finds."""
    found = np.zeros((2, 2))
    for stratum in judged["stratum"].unique():
        here = (judged["stratum"] == stratum).to_numpy()
        size, weight = int(here.sum()), float(judged["weight"].to_numpy()[here][0])
        if size > 1:
            apart = (residuals[here] - residuals[here].mean(axis=0)) * np.sqrt(1 - 1 / beyond[here])[:, None]
            found += (1 - 1 / weight) * size / (size - 1) * apart.T @ apart
    return found


def _balance(
    shares: Sequence[Sequence[Share]], sizes: Numbers, between: Sequence[Numbers], files: pd.DataFrame
) -> tuple[float, float, float]:
    """Balance and its ends, from pairs of shares of cells and the covariance of drawing files.

    Of several covariances the largest is taken: the best estimate may be below what the files show for sure.
    """
    suspect, victim = (np.outer(sizes, side).ravel() for side in ((1, 0), (0, 1)))
    deviate = float(t.ppf(0.975, max(len(files) - files["stratum"].nunique(), 1)))

    def spread(candidate: float) -> float:
        weights = np.array([1 - candidate, -(1 + candidate)])
        return max(0.0, *(deviate**2 * float(weights @ each @ weights) for each in between))

    flat = [share for pair in shares for share in pair]
    return ratio_interval(suspect - victim, suspect + victim, flat, bounds=(-1.0, 1.0), spread=spread)
