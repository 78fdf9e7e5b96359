"""The released tables: what was decided, carried out on each of them."""

from __future__ import annotations

import pandas as pd

from inspections.disclosure.decision import Decision
from inspections.disclosure.policy import LOG, Policy, Released, log_of, with_status
from inspections.disclosure.rounded import with_rounded_counts
from inspections.indicators.reviewers import ANSWER_PREFIX
from inspections.rounding import half_up
from parameters.models.sample import Allocation

__all__ = [
    "INDICATOR_COLUMNS",
    "cover",
    "part_answers",
    "release_balances",
    "release_codes",
    "release_gaps",
    "release_indicators",
    "release_strata",
]

_EXPOSED = "numbers published come what may, or by decision, may let it be worked out"

INDICATOR_COLUMNS = (
    "indicator", "label", "pillar", "group", "unit", "numerator", "denominator", "value", "low", "high",
    "interval", "base", "status", "caveat", "definition", "cases", "weighted_to", "counts_status",
)  # fmt: skip
"""Columns of the released indicator table."""

_COUNTS = ["numerator", "denominator", "cases"]
_NUMBERS = [*_COUNTS, "value", "low", "high"]


def release_indicators(decision: Decision) -> Released:
    """Hide what may not leave of the indicator table.

    A hidden row keeps its words and loses every number, those in its base too. A median keeps its value when
    only the number of cases *without* both dates is small; it then loses its counts alone. Values are rounded
    as reports print them: from many weighted shares with all their digits the weights could be solved for,
    and with them the lengths of hidden strata.

    Parameters
    ----------
    decision : Decision
        What :func:`decide` decided on the indicators.

    Returns
    -------
    Released
        Columns :data:`INDICATOR_COLUMNS`. ``counts_status`` is the status of the counts, which is that of the
        row or, where a median lost them alone, ``suppressed``.
    """
    table = with_rounded_counts(decision.results, decision.policy)
    rules = decision.of("indicators")
    rule = (table["indicator"] + ": " + table["group"]).map(rules)
    without_counts = rule.eq("counts only").to_numpy(dtype=bool)
    hidden = rule.notna().to_numpy(dtype=bool) & ~without_counts
    untold = hidden | ~table["status"].isin(["shown", "zero"]).to_numpy()
    released = table.copy()
    released["weighted_to"] = released["weighted_to"].astype("Int64")
    for name in _NUMBERS:
        released[name] = released[name].astype("Float64").mask(untold)
    for name in ("value", "low", "high"):
        printed = zip(released[name], released["unit"], strict=True)
        released[name] = [
            number if pd.isna(number) else _as_printed(float(number), unit) for number, unit in printed
        ]
        released[name] = released[name].astype("Float64")
    for name in _COUNTS:
        released[name] = released[name].mask(without_counts)
    released["interval"] = released["interval"].mask(hidden, "")
    released["base"] = released["base"].mask(hidden, released["base_unit"])
    released["base"] = released["base"].mask(
        without_counts, released["base_unit"] + " with both dates, number suppressed"
    )
    released["status"] = released["status"].mask(hidden, "suppressed")
    released["counts_status"] = released["status"].mask(without_counts, "suppressed")
    return Released(released[list(INDICATOR_COLUMNS)], _log("indicators", decision))


def part_answers(released: Released) -> tuple[Released, Released]:
    """Part the reviewers' answers from the indicators, once both have passed disclosure control together.

    Parameters
    ----------
    released : Released
        The indicators, with the rows of `inspections.indicators.review_results` among them.

    Returns
    -------
    tuple of Released
        The indicators; and the answers, with the same columns: one row a question and answer, which is the
        group.
    """
    is_answer = released.table["indicator"].str.startswith(ANSWER_PREFIX)
    of_answer = released.log["row"].str.startswith(ANSWER_PREFIX)
    return (
        Released(released.table[~is_answer], released.log[~of_answer]),
        Released(released.table[is_answer], released.log[of_answer]),
    )


def release_codes(codes: pd.DataFrame, decision: Decision) -> Released:
    """Hide codes found in few case files, and others that would show them.

    Parameters
    ----------
    codes : DataFrame
        As :func:`inspections.indicators.codes_table` gives it.
    decision : Decision
        Made with the coding.

    Returns
    -------
    Released
        ``code, title, orientation, units, cases, status``; units and cases are blank where hidden.
    """
    hidden = codes["code"].isin(list(decision.of("codes")))
    table = with_status(
        codes.reset_index(drop=True), ["units", "cases"], hidden=hidden, policy=decision.policy
    )
    table["status"] = table["status"].mask(table["cases"].eq(0).fillna(False).to_numpy(dtype=bool), "zero")
    return Released(table, _log("codes", decision))


def release_balances(balances: pd.DataFrame, indicators: pd.DataFrame, *, policy: Policy) -> Released:
    """Balances of the case files from lowest to highest, or nothing.

    One row a case tells how many cases lean to the victim, so the table is empty wherever that count is not
    itself released, and where counts are rounded. A balance to two decimals is all a row holds, in an order
    that is the balance's own: counts of units would single a file out to whoever has read it, a group would
    tell how many files of a short stratum lean which way, and an order by a hash could be repeated by whoever
    knows the seed.

    Parameters
    ----------
    balances : DataFrame
        As :func:`inspections.indicators.case_balances` gives it.
    indicators : DataFrame
        The *released* indicator table.
    policy : Policy
        Threshold and rounding.

    Returns
    -------
    Released
        ``case, balance, status``: a running number, and last the files with too few units for a balance.
    """
    columns = ["case", "balance", "status"]
    leaning = indicators.loc[indicators["indicator"] == "effort-more-on-victim", "status"]
    told = not leaning.empty and leaning.isin(["shown", "zero"]).all()
    if not told or policy.base > 1 or policy.is_small(len(balances)):
        log = log_of("balance", [("all cases", "secondary")], policy)
        return Released(pd.DataFrame(columns=columns), log)
    table = balances[["balance", "status"]].sort_values("balance", ignore_index=True)
    table["balance"] = table["balance"].map(lambda balance: half_up(balance, places=2), na_action="ignore")
    table["case"] = [f"C{number:02}" for number in range(1, len(table) + 1)]
    return Released(table[columns], log_of("balance", [], policy))


def release_gaps(gaps: pd.DataFrame, decision: Decision) -> Released:
    """Blank the counts of gaps whose indicator row was hidden.

    Parameters
    ----------
    gaps : DataFrame
        As :func:`inspections.completeness.find_gaps` gives it of the cases of the frame: the same counts as
        the indicator ``missing-fields``.
    decision : Decision
        What was decided on the indicators.
    """
    own = {row.removeprefix("missing-fields: "): rule for row, rule in decision.of("indicators").items()}
    hidden = gaps["field"].isin(list(own))
    status = gaps["status"].mask(hidden, "suppressed")
    table = with_status(gaps, ["missing", "of"], hidden=hidden, policy=decision.policy).assign(status=status)
    told = ((field, own[field]) for field in table.loc[hidden, "field"])
    return Released(table, log_of("gaps", told, decision.policy))


def release_strata(strata: pd.DataFrame, decision: Decision, *, allocation: Allocation = "equal") -> Released:
    """Blank the lengths of strata that are hidden, and numbers read that would tell them.

    Where a hidden stratum was read whole, the number read is its length; where places were dealt by length,
    it is in proportion to it, and shows whether it is short. As the total read is printed and places are
    dealt to the strata by a known rule, the numbers read of all strata are then blank.

    Parameters
    ----------
    strata : DataFrame
        ``stratum, frame, wanted, sample, weight`` of the sample.
    decision : Decision
        Made with the stratum of every case of the frame.
    allocation : {"equal", "proportional", "neyman"}
        How places were dealt to the strata; all but equal go by their lengths.

    Returns
    -------
    Released
        The same columns, ``status`` of the length and ``read_status`` of the numbers wanted and read.
    """
    policy = decision.policy
    hidden = strata["stratum"].isin(list(decision.of("strata")))
    telling = hidden if allocation != "equal" else hidden & strata["sample"].eq(strata["frame"])
    untold = pd.Series(telling.any(), index=strata.index)
    read = with_status(strata, ["wanted", "sample"], hidden=untold, policy=policy)
    table = with_status(read, ["frame"], hidden=hidden, policy=policy).assign(read_status=read["status"])
    weight = strata["weight"] if policy.base == 1 else table["frame"] / table["sample"]
    table["weight"] = weight.astype("Float64").mask(hidden | untold)
    return Released(table, _log("strata", decision))


def cover(indicators: pd.DataFrame) -> pd.DataFrame:
    """How much of each indicator is released: ``indicator, rows, shown, per_cent``; 0 means wholly hidden."""
    counted = indicators[indicators["status"].isin(["shown", "zero", "suppressed"])]
    shown = counted["status"].ne("suppressed")
    table = shown.groupby(counted["indicator"], sort=False).agg(rows="size", shown="sum").reset_index()
    return table.assign(per_cent=100 * table["shown"] / table["rows"])


def _as_printed(value: float, unit: str) -> float:
    """A value with the digits a report prints; a share is 0 or 100 only where it is just that."""
    if unit == "balance":
        return half_up(value, places=2)
    if unit == "per cent" and 0 < round(value, 9) < 0.5:
        return min(max(half_up(value, places=1), 0.1), 0.4)
    if unit == "per cent" and 99.5 <= round(value, 9) < 100:
        return min(max(half_up(value, places=1), 99.6), 99.9)
    return half_up(value)


def _log(table: str, decision: Decision) -> pd.DataFrame:
    log = log_of(table, decision.of(table).items(), decision.policy)
    further = [
        (of, row, "exception", exception.in_words) for (of, row), exception in decision.exempted.items()
    ]
    further += [(of, row, "exposed", _EXPOSED) for of, row in sorted(decision.exposed)]
    own = pd.DataFrame(further, columns=LOG)
    return pd.concat([log, own[own["table"] == table]], ignore_index=True)
