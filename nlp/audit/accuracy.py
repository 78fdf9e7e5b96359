"""How right the machine is, from units that people coded: precision, recall, and a balance put right.

Units were drawn in strata, so each stands for its own number of units. Totals of every cell, such as silent
units, are known; only the share of a cell in which a code is truly there is estimated. A share of n units
drawn unequally is as sure as one of fewer drawn equally: n* = (sum w)^2 / sum w (w - 1), which also takes
account of cells read nearly whole (Korn and Graubard 1998 do so for Clopper and Pearson's interval). Draws
for n* units carry every share's doubt into whatever is worked out from them. Half of them come from the
distribution behind the lower end of Clopper and Pearson's interval, half from that behind the upper: the
ends of such draws are those of the mid-p rule, which holds small counts better than Jeffreys' posterior.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nlp.audit.agreement import ORIENTATIONS

__all__ = ["FEWEST_POSITIVE", "accuracy", "corrected_balance", "effective_number", "print_accuracy"]

Numbers = NDArray[np.float64]
FEWEST_POSITIVE = 60
"""Units with a code, in people's coding, below which the codebook (10.4) calls its gold insufficient."""
MEASURES = ("precision", "recall", "f1")
_DRAWS = 4000
_NEXT_TO_NOTHING = 1e-9
_PATTERNS = ((0, 0), (1, 0), (0, 1), (1, 1))
"""Suspect focus and victim credibility, absent or counted."""


@dataclass(frozen=True)
class _Share:
    """A share of a cell of known size: its estimate, and draws of what it may be."""

    cell: int
    read: int
    estimate: float
    draws: Numbers


def accuracy(
    frame: pd.DataFrame,
    coding: pd.DataFrame,
    judged: pd.DataFrame,
    gold: pd.DataFrame,
    *,
    codes: Sequence[str],
    seed: str,
    draws: int = _DRAWS,
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
    seed : str
        Decides the draws.

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
    weights = judged.set_index("unit_id")["weight"]
    rows = []
    for name, prefix in [
        *((name, prefix) for prefix, name in ORIENTATIONS.items()),
        *((c, c) for c in codes),
    ]:
        machine, truth = (
            set(table.loc[table["counts"].astype(bool) & table["code"].str.startswith(prefix), "unit_id"])
            for table in (coding, gold)
        )
        generator = _generator(f"{seed} accuracy {name}")
        found = kinds.index.isin(machine)
        cells = kinds.mask(found, "found")
        read = cells.reindex(weights.index)
        right = weights.index.isin(truth)
        shares = {
            str(cell): _share(
                int(size), right[read == cell], weights[read == cell].to_numpy(), generator, draws=draws
            )
            for cell, size in cells.value_counts(sort=False).sort_index().items()
        }
        about = "orientation" if name != prefix else "code"
        rows.append({"about": about, "name": name, "gold": int(right.sum()), **_measures(shares)})
    table = pd.DataFrame(rows)
    table["enough"] = table["gold"] >= FEWEST_POSITIVE
    return table


def corrected_balance(
    frame: pd.DataFrame,
    coding: pd.DataFrame,
    judged: pd.DataFrame,
    gold: pd.DataFrame,
    cases: pd.DataFrame,
    times: Numbers,
    *,
    seed: str,
) -> dict[str, float]:
    """The balance of effort of one force, as the machine has it and as people would have it.

    Units are sorted into cells by what the machine said: suspect focus, victim credibility, both, a near hit,
    silent. People's coding tells what part of each cell truly is which; the case files tell how large the
    cells are in the whole list. Both are drawn again together, so the interval holds the doubt about files
    not read and about codings not checked. Each unit's chance of being checked is that of its file to be
    drawn times its own: what errors differ from file to file is in it.

    Parameters
    ----------
    frame, coding, judged, gold : DataFrame
        As for `accuracy`, of one force; `frame` with `case_id`, `judged` with `case_id, weight`.
    cases : DataFrame
        `case_id, weight`: the files drawn, each with the files of the list it stands for.
    times : array, shape (draws, cases)
        How often each case counts when files are drawn again; ones where every file of the list was read.
    seed : str
        Decides the draws.

    Returns
    -------
    dict
        `machine, machine_low, machine_high, corrected, corrected_low, corrected_high`: (suspect - victim) /
        (suspect + victim) of counted units; the first interval is that of the files alone. `unread`: units of
        the frame in cells of which none was checked; there the machine's word is taken.
    """
    case_weight = cases.set_index("case_id")["weight"].astype(float)
    said, true = _pattern(coding, frame["unit_id"]), _pattern(gold, judged["unit_id"])
    kind = frame["kind"].where(frame["kind"].isin(["near", "silent"]), "hit").to_numpy()
    cells = pd.Series(
        [f"{k} {pattern}" for k, pattern in zip(kind, said, strict=True)], index=frame["unit_id"]
    )
    counts = pd.crosstab(frame["case_id"].to_numpy(), cells.to_numpy())
    counts = counts.reindex(case_weight.index, fill_value=0)
    sizes = times @ (counts.to_numpy() * case_weight.to_numpy()[:, None])
    fixed = case_weight.to_numpy() @ counts.to_numpy()
    read = cells.reindex(judged["unit_id"]).to_numpy()
    weight = (judged["weight"] * judged["case_id"].map(case_weight)).to_numpy(dtype=float)
    generator = _generator(f"{seed} balance")
    estimate, drawn, machine, machine_drawn = (np.zeros(2), np.zeros((len(times), 2)), np.zeros(2), 0.0)
    unread = 0
    for at, cell in enumerate(counts.columns):
        marks = np.array(_PATTERNS, dtype=float)
        machines = marks[int(cell.split()[1])]
        machine = machine + fixed[at] * machines
        machine_drawn = machine_drawn + sizes[:, [at]] * machines
        here = read == cell
        if not here.any():
            unread += int(counts[cell].sum())
            estimate, drawn = estimate + fixed[at] * machines, drawn + sizes[:, [at]] * machines
            continue
        parts = np.array([weight[here & (true == pattern)].sum() for pattern in range(len(_PATTERNS))])
        parts = parts / parts.sum()
        estimate = estimate + fixed[at] * (parts @ marks)
        drawn = drawn + sizes[:, [at]] * (_parts(parts, weight[here], generator, len(times)) @ marks)
    values: dict[str, float] = {"unread": unread}
    for name, value, again in (("machine", machine, machine_drawn), ("corrected", estimate, drawn)):
        low, high = _percentiles(_balance(np.asarray(again)))
        values |= {name: float(_balance(value)), f"{name}_low": low, f"{name}_high": high}
    return values


def effective_number(weights: Numbers) -> float:
    """Units of a simple draw from an endless list that would tell as much; infinite where all were read.

    Parameters
    ----------
    weights : array, shape (units,)
        Units each unit read stands for, at least 1; the same within a stratum.

    Examples
    --------
    >>> round(effective_number(np.array([2.0, 2.0, 2.0, 2.0])), 1)
    8.0
    """
    spread = float((weights * (weights - 1)).sum())
    return math.inf if math.isclose(spread, 0, abs_tol=1e-12) else float(weights.sum()) ** 2 / spread


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


def _share(
    size: int, right: NDArray[np.bool_], weights: Numbers, generator: np.random.Generator, *, draws: int
) -> _Share:
    if not len(weights):
        return _Share(size, 0, math.nan, np.full(draws, math.nan))
    estimate = float(weights @ right / weights.sum())
    number = effective_number(weights)
    if math.isinf(number):
        return _Share(size, len(weights), estimate, np.full(draws, estimate))
    one_more = generator.integers(0, 2, size=draws)
    present, absent = number * estimate + one_more, number * (1 - estimate) + 1 - one_more
    drawn = generator.beta(np.maximum(present, _NEXT_TO_NOTHING), np.maximum(absent, _NEXT_TO_NOTHING))
    return _Share(size, len(weights), estimate, drawn)


def _measures(shares: Mapping[str, _Share]) -> dict[str, float]:
    nothing = _Share(0, 0, math.nan, np.full(1, math.nan))
    found = shares.get("found", nothing)
    others = [share for cell, share in shares.items() if cell != "found"]
    silent = shares.get("silent", nothing)
    values: dict[str, float] = {
        "machine": found.cell,
        "judged": found.read,
        "missed": float(sum(share.cell * share.estimate for share in others)),
        "missed_silent": silent.cell * silent.estimate if silent.cell else 0.0,
    }
    right = found.cell * found.estimate if found.cell else 0.0
    right_drawn = found.cell * found.draws if found.cell else np.zeros(1)
    missed_drawn = sum((share.cell * share.draws for share in others), start=np.zeros(1))
    point = _precision_recall(np.array(right), np.array(values["missed"]), found.cell)
    again = _precision_recall(right_drawn, missed_drawn, found.cell)
    for name, value, draws in zip(MEASURES, point, again, strict=True):
        low, high = _percentiles(draws) if not math.isnan(float(value)) else (math.nan, math.nan)
        values |= {
            name: float(value),
            f"{name}_low": min(low, float(value)),
            f"{name}_high": max(high, float(value)),
        }
    return values


def _precision_recall(right: Numbers, missed: Numbers, found: int) -> tuple[Numbers, Numbers, Numbers]:
    precision = right / found if found else np.full_like(right, math.nan)
    return precision, _over(right, right + missed), _over(2 * right, found + right + missed)


def _pattern(coding: pd.DataFrame, units: pd.Series) -> NDArray[np.int_]:
    """Place in `_PATTERNS` of each unit."""
    counted = coding[coding["counts"].astype(bool)]
    suspect, victim = (
        units.isin(counted.loc[counted["code"].str.startswith(prefix), "unit_id"]).to_numpy()
        for prefix in ("sus-", "vic-")
    )
    return np.asarray(suspect + 2 * victim, dtype=int)


def _parts(parts: Numbers, weights: Numbers, generator: np.random.Generator, draws: int) -> Numbers:
    """Draws of the parts of a cell, shape (draws, patterns), from Jeffreys' posterior."""
    number = effective_number(weights)
    if math.isinf(number):
        return np.tile(parts, (draws, 1))
    return generator.dirichlet(number * parts + 0.5, size=draws)


def _balance(totals: Numbers) -> Numbers:
    suspect, victim = np.moveaxis(totals, -1, 0)
    return _over(suspect - victim, suspect + victim)


def _over(upper: Numbers, lower: Numbers) -> Numbers:
    nothing = np.isclose(lower, 0)
    return np.where(nothing, math.nan, upper / np.where(nothing, 1, lower))


def _percentiles(values: Numbers) -> tuple[float, float]:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return math.nan, math.nan
    low, high = np.quantile(defined, [0.025, 0.975])
    return float(low), float(high)


def _generator(seed: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(seed.encode()).digest())))
