"""How alike people code the same units, and how much of that chance would give them.

Every measure is worked out from sums over units, so whole cases can be drawn again thousands of times by
adding sums instead of reading units. `Tally` holds them; measures take any number of leading axes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "BAR_REPORTED",
    "BAR_TENTATIVE",
    "MEASURES",
    "Tally",
    "agreement",
    "agreement_over_rounds",
    "cohen_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "percent_agreement",
    "positive_agreement",
    "print_agreement",
]

Numbers = NDArray[np.float64]
PRESENT, ABSENT = "present", "absent"
PRESENCE = (PRESENT, ABSENT)
MEASURES = ("alpha", "kappa", "ac1", "percent", "positive")
BAR_REPORTED, BAR_TENTATIVE = 0.67, 0.60
"""Alpha from which a code may be a finding, and from which it may be a tentative one."""
BAR_ORIENTATION = 0.80
DRIFT = 0.10
"""Fall of alpha from one round to the next at which the pilot is opened again."""
FEWEST_CASES = 10
"""Below so many cases, drawing them again looks surer than it is; no interval is given."""
_MOST_UNDEFINED = 0.05
_DRAWS = 2000
ORIENTATIONS = {"vic-": "victim-credibility", "sus-": "suspect-focus"}


@dataclass(frozen=True)
class Tally:
    """Sums over units that all measures are worked out from; `...` is any number of leading axes.

    Attributes
    ----------
    coincidences : array, shape (..., q, q)
        Krippendorff's: each ordered pair of values of a unit, by one over its number of values less one.
    agreeing : array, shape (...)
        Sum over units with two values or more of the share of their pairs that agree.
    paired : array, shape (...)
        Units with two values or more.
    shares : array, shape (..., q)
        Sum over all units of the share of their values that are each category.
    pairs : array, shape (..., coders * (coders - 1) / 2, q, q)
        For every two coders, the units both valued, by the first's and the second's value.
    """

    coincidences: Numbers
    agreeing: Numbers
    paired: Numbers
    shares: Numbers
    pairs: Numbers

    @classmethod
    def of(cls, ratings: pd.DataFrame, categories: Sequence[str] | None = None) -> Tally:
        """One tally a unit.

        Parameters
        ----------
        ratings : DataFrame
            A row a unit, a column a coder; missing where the coder gave no value.
        categories : sequence of str, optional
            All values that could be given; by default those that were.
        """
        values = ratings.to_numpy(dtype=object)
        known = ratings.notna().to_numpy(dtype=bool)
        if categories is None:
            categories = sorted({value for value in values[known]})
        place = {value: at for at, value in enumerate(categories)}
        marks = np.zeros((*values.shape, len(categories)))
        for unit, coder in zip(*np.nonzero(known), strict=True):
            marks[unit, coder, place[values[unit, coder]]] = 1
        counts = marks.sum(axis=1)
        given = counts.sum(axis=1)
        several = np.maximum(given - 1, 1)[:, None, None]
        both = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(categories))
        coincidences = np.where((given >= 2)[:, None, None], both / several, 0)
        first, second = np.triu_indices(values.shape[1], k=1)
        return cls(
            coincidences,
            np.trace(coincidences, axis1=-2, axis2=-1) / np.maximum(given, 1),
            (given >= 2).astype(float),
            counts / np.maximum(given, 1)[:, None],
            np.einsum("upa,upb->upab", marks[:, first], marks[:, second]),
        )

    def total(self, times: Numbers | None = None) -> Tally:
        """Sums over the first axis; with `times`, shape (draws, units), sums over each draw of it."""
        parts = (self.coincidences, self.agreeing, self.paired, self.shares, self.pairs)
        if times is None:
            return Tally(*(part.sum(axis=0) for part in parts))
        return Tally(*(np.tensordot(times, part, axes=1) for part in parts))

    def by(self, groups: Sequence[str]) -> Tally:
        """One tally a group of units, such as a case, in order of the groups' names."""
        names, at = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
        belongs = (np.arange(len(names))[:, None] == at).astype(float)
        return self.total(belongs)


def krippendorff_alpha(tally: Tally) -> Numbers:
    """Krippendorff's alpha for nominal values, with any number of coders and values missing.

    One less the disagreement observed over that expected when values are paired at random. NaN where it is
    undefined: no unit with two values, or one value given throughout. Source: K. Krippendorff, Computing
    Krippendorff's Alpha-Reliability (2011).
    """
    each = tally.coincidences.sum(axis=-1)
    number = each.sum(axis=-1)
    observed = number - np.trace(tally.coincidences, axis1=-2, axis2=-1)
    expected = np.square(number) - np.square(each).sum(axis=-1)
    return _one_less(observed * (number - 1), expected)


def cohen_kappa(tally: Tally) -> Numbers:
    """Cohen's kappa; of more than two coders the mean over every two of them (Light 1971).

    NaN where it is undefined: no unit that both valued, or one value given by both throughout.
    """
    number = tally.pairs.sum(axis=(-2, -1))
    agreed = np.trace(tally.pairs, axis1=-2, axis2=-1)
    chance = (tally.pairs.sum(axis=-1) * tally.pairs.sum(axis=-2)).sum(axis=-1)
    every_two = _one_less((number - agreed) * number, np.square(number) - chance)
    defined = ~np.isnan(every_two)
    sums = np.where(defined, every_two, 0).sum(axis=-1)
    return _over(sums, defined.sum(axis=-1).astype(float))


def gwet_ac1(tally: Tally) -> Numbers:
    """Gwet's AC1, with any number of coders and values missing.

    Chance agreement is the sum over the q categories of p (1 - p) / (q - 1), where p is the mean share of the
    category over units. NaN without a unit of two values. Source: K. L. Gwet, British Journal of
    Mathematical and Statistical Psychology 61 (2008), 29-48, and his Handbook of Inter-Rater Reliability.
    """
    share = _over(tally.shares, tally.shares.sum(axis=-1)[..., None])
    chance = (share * (1 - share)).sum(axis=-1) / max(share.shape[-1] - 1, 1)
    return _one_less(1 - percent_agreement(tally), 1 - chance)


def percent_agreement(tally: Tally) -> Numbers:
    """Share of pairs of values of a unit that agree, mean over units with two values; 0 to 1."""
    return _over(tally.agreeing, tally.paired)


def positive_agreement(tally: Tally) -> Numbers:
    """Of the times the first category was given, the share in which another coder gave it too; 0 to 1.

    With two coders 2a / (2a + b + c), which is the F1 of either against the other.
    """
    return _over(tally.coincidences[..., 0, 0], tally.coincidences[..., 0, :].sum(axis=-1))


def agreement(
    units: pd.DataFrame,
    codings: pd.DataFrame,
    *,
    codes: Sequence[str],
    attributes: Mapping[str, Sequence[str]],
    seed: str,
    draws: int = _DRAWS,
) -> pd.DataFrame:
    """Agreement on every code, orientation and attribute, with intervals over cases.

    Parameters
    ----------
    units : DataFrame
        `unit_id, case_id, coder`: a row for each unit a coder finished. A unit that one coder alone finished
        is left out of what is said of pairs, and its lack is no disagreement.
    codings : DataFrame
        `unit_id, coder, code, counts`, and the attributes: a row a code given.
    codes : sequence of str
        All codes of the codebook, in its order.
    attributes : mapping of str to sequence of str
        The values of each attribute. They are compared where two coders gave a unit the same code.
    seed : str
        Decides the draws of the bootstrap.

    Returns
    -------
    DataFrame
        `about` (orientation, code, attribute), `name`, `units` (valued by two coders or more), `given` (times
        the code was given; of attributes, times the value was not the commonest), then each of `MEASURES`
        with `_low` and `_high` (95%, percentile bootstrap of cases). NaN where a value is undefined; of a
        code that nobody gave all but the percentage is. `verdict` compares alpha with the codebook's bars,
        and is "unsure" where alpha meets its own, but its interval reaches below the lowest or there is none.
    """
    done = units.assign(here=True).pivot(index="unit_id", columns="coder", values="here").notna()
    case_of = units.drop_duplicates("unit_id").set_index("unit_id")["case_id"].reindex(done.index)
    rows = []

    def add(
        about: str, name: str, ratings: pd.DataFrame, categories: Sequence[str], cases: pd.Series
    ) -> None:
        estimated = _estimates(ratings, categories, cases, seed=f"{seed} {name}", draws=draws)
        if about == "attribute":  # no category is the one looked for
            estimated |= dict.fromkeys(("positive", "positive_low", "positive_high"), math.nan)
        verdict = _verdict(about, estimated["alpha"], estimated["alpha_low"])
        rows.append({"about": about, "name": name, **estimated, "verdict": verdict})

    for prefix, orientation in ORIENTATIONS.items():
        chosen = codings[codings["counts"].astype(bool) & codings["code"].str.startswith(prefix)]
        add("orientation", orientation, _presence(done, chosen), PRESENCE, case_of)
    for code in codes:
        add("code", code, _presence(done, codings[codings["code"] == code]), PRESENCE, case_of)
    focus = codings[codings["code"].str.startswith(tuple(ORIENTATIONS))]
    for attribute, values in attributes.items():
        given = focus[focus[attribute] != ""]
        compared = given.pivot(index=["unit_id", "code"], columns="coder", values=attribute)
        compared = compared.reindex(columns=done.columns)
        compared = compared[compared.notna().sum(axis=1) >= 2]
        cases = case_of.reindex(compared.index.get_level_values("unit_id"))
        add("attribute", attribute, compared, values, cases)
    return pd.DataFrame(rows)


def agreement_over_rounds(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Alpha of every orientation, code and attribute in each round, and how far it fell since the last.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Rounds in their order, and what `agreement` gives for each.

    Returns
    -------
    DataFrame
        `about, name`, a column a round, then `change` from the last but one round to the last, and `drifted`
        where it fell by more than `DRIFT`.
    """
    alphas = [table.set_index(["about", "name"])["alpha"].rename(name) for name, table in tables.items()]
    joined = pd.concat(alphas, axis=1)
    change = joined.iloc[:, -1] - joined.iloc[:, -2] if len(alphas) > 1 else joined.iloc[:, 0] * math.nan
    return joined.assign(change=change, drifted=change < -DRIFT - 1e-9).reset_index()


def print_agreement(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `agreement` as text: one cell a measure with its interval, ``n/a`` where undefined."""
    shown = table[["name", "units", "given"]].astype(str)
    for measure in MEASURES:
        ends = table[[measure, f"{measure}_low", f"{measure}_high"]]
        shown[measure] = [_printed(*row) for row in ends.itertuples(index=False, name=None)]
    return shown.assign(verdict=table["verdict"])


_FUNCTIONS = dict(
    zip(
        MEASURES,
        (krippendorff_alpha, cohen_kappa, gwet_ac1, percent_agreement, positive_agreement),
        strict=True,
    )
)


def _estimates(
    ratings: pd.DataFrame, categories: Sequence[str], cases: Iterable[str], *, seed: str, draws: int
) -> dict[str, float]:
    by_unit = Tally.of(ratings, categories)
    total = by_unit.total()
    values: dict[str, float] = {"units": int(total.paired)}
    in_all = ratings.notna().to_numpy(dtype=bool).sum()
    commonest = max(((ratings == category).to_numpy().sum() for category in categories), default=0)
    presence = tuple(categories) == PRESENCE
    values["given"] = int((ratings == PRESENT).to_numpy().sum() if presence else in_all - commonest)
    drawn = _drawn(by_unit, cases, seed=seed, draws=draws)
    nobody = presence and not values["given"]
    for name, measure in _FUNCTIONS.items():
        value = math.nan if nobody and name != "percent" else float(measure(total))
        low, high = (math.nan, math.nan)
        if drawn is not None and not math.isnan(value):
            low, high = _percentiles(measure(drawn))
        values |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return values


def _drawn(by_unit: Tally, cases: Iterable[str], *, seed: str, draws: int) -> Tally | None:
    """Tallies of cases drawn again; cases without a pair of values have no part in it."""
    names = np.asarray(list(cases), dtype=str)
    by_case = by_unit.by(list(names)) if len(names) else by_unit
    here = by_case.paired > 0
    number = int(here.sum())
    if number < FEWEST_CASES or not draws:
        return None
    digest = hashlib.sha256(f"agreement {seed}".encode()).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest)))
    times = np.zeros((draws, len(here)))
    times[:, here] = generator.multinomial(number, np.full(number, 1 / number), size=draws)
    return by_case.total(times)


def _percentiles(values: Numbers) -> tuple[float, float]:
    undefined = np.isnan(values)
    if undefined.mean() > _MOST_UNDEFINED:
        return math.nan, math.nan
    low, high = np.quantile(values[~undefined], [0.025, 0.975])
    return float(low), float(high)


def _presence(done: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Whether each coder gave one of these codings to each unit; missing where a coder did not finish it."""
    given = pd.crosstab(codings["unit_id"], codings["coder"]) > 0
    given = given.reindex(index=done.index, columns=done.columns, fill_value=False)
    marks = np.where(given.to_numpy(dtype=bool), PRESENT, ABSENT).astype(object)
    marks[~done.to_numpy(dtype=bool)] = None
    return pd.DataFrame(marks, index=done.index, columns=done.columns)


def _verdict(about: str, alpha: float, low: float) -> str:
    if math.isnan(alpha):
        return "n/a"
    if alpha >= (BAR_ORIENTATION if about == "orientation" else BAR_REPORTED):
        return "reliable" if low >= BAR_TENTATIVE else "unsure"
    return "tentative" if about != "orientation" and alpha >= BAR_TENTATIVE else "below the bar"


def _over(upper: Numbers, lower: Numbers) -> Numbers:
    nothing = np.isclose(lower, 0)
    return np.where(nothing, np.nan, upper / np.where(nothing, 1, lower))


def _one_less(upper: Numbers, lower: Numbers) -> Numbers:
    return 1 - _over(upper, lower)


def _printed(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "n/a"
    value, low, high = (round(number, 2) + 0.0 for number in (value, low, high))  # no -0.00
    ends = "n/a" if math.isnan(low) else f"{low:.2f} to {high:.2f}"
    return f"{value:.2f} ({ends})"
