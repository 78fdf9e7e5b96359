"""Tables of the comparison: each measure in each force, the funnel of each measure, and what has changed.

Every number is a released one, or worked out from released ones alone. A figure for all forces together is
given only where no force's own is suppressed: what is hidden is small, so a mean of the rest would be too
high, and would invite a reader to look for what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from inspections.comparison.change import Change, Estimate, adjusted, change_of_estimates, change_of_shares
from inspections.comparison.effective import comparison_number
from inspections.comparison.forces import ForceRelease
from inspections.comparison.funnel import (
    FEWEST_FORCES,
    LEVELS,
    binomial_limits,
    dispersion,
    pooled,
    standing,
)
from inspections.intervals import CENSUS

__all__ = [
    "CHANGE_COLUMNS",
    "KEY",
    "TOLD",
    "balances",
    "changes",
    "funnels",
    "measures",
    "official",
    "with_standing",
]

KEY = ["measure", "group"]
_KEPT = [
    "label", "pillar", "unit", "numerator", "denominator", "value", "low", "high", "interval", "base",
    "status", "caveat", "definition", "cases",
]  # fmt: skip
TOLD = ("shown", "zero")
_ASKED_FOR = "yes"
_OFFICIAL = "official-outcomes"
_WHERE_MADE = ("effort-balance-corrected",)
_OF_FILES = "sampled case files"
"""Words in the base of every number that comes from the files read, all of them or a part."""
_SIGNIFICANT = 0.05

CHANGE_COLUMNS = (
    "measure", "group", "label", "pillar", "unit", "force", "name",
    "before", "before_numerator", "before_denominator", "before_cases", "before_status",
    "now", "now_numerator", "now_denominator", "now_cases", "now_status",
    "change", "low", "high", "chance", "adjusted", "method", "status", "verdict",
)  # fmt: skip


def measures(releases: Sequence[ForceRelease]) -> pd.DataFrame:
    """Every measure that may be compared, in every force.

    Compared are the indicators on which a finding rests in any force, and of each question that reviewers
    answered the share of *yes*.

    Parameters
    ----------
    releases : sequence of ForceRelease
        In the order of the alphabet.

    Returns
    -------
    DataFrame
        A row a measure and force, forces in the order given: ``measure, group, source, force, name``, the
        released columns, and ``effective, effective_how``, the number of cases the share is worth in a
        comparison. A force without a row of a measure is given one, *missing*; but not of a balance put
        right by an audit, which a force without an audit has no more than it lacks.
    """
    tables = [_of_force(release) for release in releases]
    chosen = _behind_findings(releases)
    table = pd.concat(tables, ignore_index=True)
    of_reviewers = table["source"].eq("answers") & table["group"].eq(_ASKED_FOR)
    of_findings = table["source"].eq("indicators") & pd.Series(
        [key in chosen for key in zip(table["measure"], table["group"], strict=True)], index=table.index
    )
    table = table[of_reviewers | of_findings]
    heads = table.drop_duplicates(KEY)[[*KEY, "source", "label", "pillar", "unit", "caveat", "definition"]]
    forces = pd.DataFrame({"force": [r.force for r in releases], "name": [r.name for r in releases]})
    everything = heads.merge(forces, how="cross").merge(
        table[[*KEY, "force", *_released(), "effective", "effective_how"]], on=[*KEY, "force"], how="left"
    )
    not_made = everything["status"].isna() & everything["measure"].isin(_WHERE_MADE)
    everything = everything[~not_made].fillna({"status": "missing"})
    order = everything.assign(source=everything["source"].eq("answers"))
    return everything.loc[order.sort_values(["pillar", "source"], kind="stable").index].reset_index(drop=True)


def _released() -> list[str]:
    return [name for name in _KEPT if name not in ("label", "pillar", "unit", "caveat", "definition")]


def _of_force(release: ForceRelease) -> pd.DataFrame:
    parts = [
        getattr(release, source).assign(source=source)
        for source in ("indicators", "answers")
        if len(getattr(release, source))
    ]
    table = pd.concat(parts, ignore_index=True).rename(columns={"indicator": "measure"})
    worth = [_worth(row, release.facts) for row in table.to_dict("records")]
    found = pd.DataFrame(worth, columns=["effective", "effective_how"], index=table.index)
    return table.assign(force=release.force, name=release.name, **found)


def _worth(row: Mapping[Any, Any], facts: Mapping[str, Any]) -> tuple[float | None, str]:
    if row["unit"] != "per cent" or row["status"] not in TOLD or pd.isna(row["denominator"]):
        return None, ""
    return comparison_number(row, facts)


def _behind_findings(releases: Iterable[ForceRelease]) -> set[tuple[str, str]]:
    """Rows of the indicators that a finding is about: its id is made of theirs."""
    chosen = set()
    for release in releases:
        ids = {finding["id"] for finding in release.findings}
        for name, group in zip(release.indicators["indicator"], release.indicators["group"], strict=True):
            if f"{name}-{group}".replace(" ", "-") in ids:
                chosen.add((str(name), str(group)))
    return chosen


def funnels(table: pd.DataFrame) -> pd.DataFrame:
    """The funnel of each share: its centre and over-dispersion, or why it has none.

    Parameters
    ----------
    table : DataFrame
        As :func:`measures` gives it.

    Returns
    -------
    DataFrame
        A row a share: ``measure, group, label, pillar, source, forces`` (those with a number), ``centre`` in
        per cent, ``dispersion, factor, status`` ("shown" or "not drawn") and ``words``.
    """
    of_shares = table[table["unit"] == "per cent"]
    rows = [_funnel(rows) for _, rows in of_shares.groupby(KEY, sort=False)]
    return pd.DataFrame(rows)


def _funnel(rows: pd.DataFrame) -> dict[str, Any]:
    points = _points(rows)
    head: dict[str, Any] = {name: rows[name].iloc[0] for name in (*KEY, "label", "pillar", "source")}
    head |= {"forces": len(points), "centre": None, "dispersion": None, "factor": None, "status": "not drawn"}
    if rows["status"].eq("suppressed").any():
        return {**head, "words": "a force's share is suppressed, so no figure for all of them is given"}
    if len(points) < FEWEST_FORCES:
        return {**head, "words": f"fewer than {FEWEST_FORCES} forces have a share that can be compared"}
    shares, numbers = _shares(points), points["effective"].to_numpy(dtype=np.float64)
    centre = pooled(shares, numbers)
    if centre in (0.0, 1.0):
        return {**head, "words": "the share is the same, none or all, in every force"}
    spread = dispersion(shares, numbers, target=centre)
    return {
        **head,
        "centre": 100 * centre,
        "dispersion": spread.found,
        "factor": spread.factor,
        "status": "shown",
        "words": spread.words,
    }


def _points(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["status"].isin(TOLD) & rows["effective"].notna()]


def _shares(points: pd.DataFrame) -> np.ndarray:
    """Shares as exactly as they were released: the counts where they are not weighted."""
    counted = points["numerator"].astype(float) / points["denominator"].astype(float)
    whole = points["interval"].astype(str).str.startswith((CENSUS.method, "hypergeometric"))
    return np.asarray(counted.where(whole, points["value"].astype(float) / 100), dtype=np.float64)


def with_standing(table: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """The measures with the limits of each force in the funnel, and where its share lies.

    Parameters
    ----------
    table : DataFrame
        As :func:`measures` gives it.
    drawn : DataFrame
        As :func:`funnels` gives it.

    Returns
    -------
    DataFrame
        With ``low_95, high_95, low_998, high_998`` in per cent, blank where there is no funnel, and
        ``standing`` in words, empty where there is none.
    """
    centres = {
        (row["measure"], row["group"]): row for row in drawn.to_dict("records") if row["status"] == "shown"
    }
    found = [_limits(row, centres.get((row["measure"], row["group"]))) for row in table.to_dict("records")]
    return table.assign(**pd.DataFrame(found, index=table.index))


def _limits(row: Mapping[Any, Any], funnel: Mapping[Any, Any] | None) -> dict[str, Any]:
    names = ["low_95", "high_95", "low_998", "high_998", "standing"]
    if funnel is None or row["status"] not in TOLD or pd.isna(row["effective"]):
        return {**dict.fromkeys(names[:4]), "standing": ""}
    (share,) = _shares(pd.DataFrame([row]))
    ends = [
        binomial_limits(funnel["centre"] / 100, row["effective"], level=level, factor=funnel["factor"])
        for level in LEVELS
    ]
    percentages = [100 * end for limits in ends for end in (limits.low, limits.high)]
    return dict(zip(names, [*percentages, standing(share, zip(LEVELS, ends, strict=True))], strict=True))


def changes(now: Sequence[ForceRelease], before: Sequence[ForceRelease]) -> pd.DataFrame:
    """What has changed in each force since an earlier inspection.

    Parameters
    ----------
    now, before : sequence of ForceRelease
        Forces that were not inspected then have no row.

    Returns
    -------
    DataFrame
        :data:`CHANGE_COLUMNS`: ``before, now`` and ``change`` with its ``low`` and ``high`` in the unit of
        the measure (percentage points of a share), ``chance`` of as much without a change, the same
        ``adjusted`` for all measures tested of the force, and the ``verdict``: "higher" or "lower" where that
        is below 0.05. ``status`` is "shown", or why there is no comparison.
    """
    earlier = {release.force: release for release in before}
    parts = [_changes(release, earlier[release.force]) for release in now if release.force in earlier]
    table = pd.DataFrame([row for part in parts for row in part], columns=list(CHANGE_COLUMNS))
    by_measure = table.assign(place=table.groupby(KEY, sort=False).ngroup())
    return table.loc[by_measure.sort_values(["pillar", "place"], kind="stable").index].reset_index(drop=True)


def _changes(now: ForceRelease, before: ForceRelease) -> list[dict[str, Any]]:
    same_coding = all(now.facts[fact] == before.facts[fact] for fact in ("codebook", "coding"))
    same_cases = now.facts["frame"] == before.facts["frame"]
    then = {(row["measure"], row["group"]): row for row in measures([before]).to_dict("records")}
    rows = []
    for row in measures([now]).to_dict("records"):
        key = (row["measure"], row["group"])
        old = then.get(key)
        rows.append(_change(row, old, (now, before), same_coding=same_coding, same_cases=same_cases))
    tested = [row for row in rows if row["chance"] is not None]
    for found, chance in zip(tested, adjusted([found["chance"] for found in tested]), strict=True):
        found["adjusted"] = chance
        found["verdict"] = "no change shown"
        if chance < _SIGNIFICANT:
            found["verdict"] = "higher" if found["change"] > 0 else "lower"
    return rows


def _change(
    row: Mapping[Any, Any], old: Mapping[Any, Any] | None, releases: tuple[ForceRelease, ForceRelease], *,
    same_coding: bool, same_cases: bool,
) -> dict[str, Any]:  # fmt: skip
    head = {name: row[name] for name in (*KEY, "label", "pillar", "unit", "force", "name")}
    values = _side("before", old) | _side("now", row)
    blank = dict.fromkeys(("change", "low", "high", "chance", "adjusted")) | {"method": "", "verdict": ""}
    why = _not_comparable(row, old, same_coding=same_coding, same_cases=same_cases)
    found = None if why or old is None else _difference(old, row, releases)
    if found is None:
        return {**head, **values, **blank, "status": why or "no interval to go by"}
    numbers = {"change": found.difference, "low": found.low, "high": found.high, "chance": found.chance}
    return {**head, **values, **blank, **numbers, "method": found.method, "status": "shown"}


def _side(when: str, row: Mapping[Any, Any] | None) -> dict[str, Any]:
    """The result of one of the two inspections, with its counts; only those that were released."""
    status = "missing" if row is None else row["status"]
    told = row if row is not None and status in TOLD else {}
    counts = {f"{when}_{name}": told.get(name) for name in ("numerator", "denominator", "cases")}
    return {when: told.get("value"), **counts, f"{when}_status": status}


def _not_comparable(
    row: Mapping[Any, Any], old: Mapping[Any, Any] | None, *, same_coding: bool, same_cases: bool
) -> str:
    if old is None:
        return "not measured then"
    if old["status"] not in TOLD or row["status"] not in TOLD:
        then, since = old["status"], row["status"]
        return f"{then} then" if then not in TOLD else f"{since} now"
    if old["definition"] != row["definition"]:
        return "defined otherwise then"
    if not same_cases:
        return "another kind of cases then"
    of_notes = row["source"] == "indicators" and _OF_FILES in str(row["base"])
    return "coded otherwise then" if of_notes and row["unit"] != "days" and not same_coding else ""


def _difference(
    old: Mapping[Any, Any], row: Mapping[Any, Any], releases: tuple[ForceRelease, ForceRelease]
) -> Change | None:
    if row["unit"] == "per cent":
        if pd.isna(old["effective"]) or pd.isna(row["effective"]):
            return None
        first, second = (float(_shares(pd.DataFrame([each]))[0]) for each in (old, row))
        return change_of_shares((first, float(old["effective"])), (second, float(row["effective"])))
    now, before = releases
    estimates = [_estimate(each, of) for each, of in ((old, before), (row, now))]
    if estimates[0] is None or estimates[1] is None:
        return None
    return change_of_estimates(estimates[0], estimates[1])


def _estimate(row: Mapping[Any, Any], release: ForceRelease) -> Estimate | None:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return None
    counts = release.facts["counts"]
    of_files = _OF_FILES in str(row["base"])
    unread = 1 - min(counts["sample"] / counts["frame"], 1.0) if of_files else 1.0
    return Estimate(float(row["value"]), float(row["low"]), float(row["high"]), unread)


def balances(releases: Sequence[ForceRelease]) -> pd.DataFrame:
    """The released balance of effort of every case file, force by force.

    Returns
    -------
    DataFrame
        ``force, name, case`` (a running number), ``balance`` (-1 to +1) and ``status``; a force that released
        none has no row.
    """
    columns = ["force", "name", "case", "balance", "status"]
    tables = [
        release.balance.assign(force=release.force, name=release.name).reindex(columns=columns)
        for release in releases
        if len(release.balance)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def official(releases: Sequence[ForceRelease]) -> pd.DataFrame:
    """Outcomes in the official counts beside those of the cases inspected, where a force gave both.

    Returns
    -------
    DataFrame
        ``force, name, basis, outcome, inspected, inspected_status, official, official_status``; shares in
        per cent.
    """
    rows = []
    for release in releases:
        records = release.indicators.to_dict("records")
        by_row = {(row["indicator"], row["group"]): row for row in records}
        for (indicator, group), row in by_row.items():
            if not indicator.startswith(_OFFICIAL) or row["status"] not in TOLD:
                continue
            basis = indicator.removeprefix(f"{_OFFICIAL}-")
            beside = by_row.get((f"outcomes-{basis}", group))
            rows.append(
                {
                    "force": release.force,
                    "name": release.name,
                    "basis": basis,
                    "outcome": group,
                    "inspected": None if beside is None else beside["value"],
                    "inspected_status": "missing" if beside is None else beside["status"],
                    "official": row["value"],
                    "official_status": row["status"],
                }
            )
    columns = [
        "force",
        "name",
        "basis",
        "outcome",
        "inspected",
        "inspected_status",
        "official",
        "official_status",
    ]
    return pd.DataFrame(rows, columns=columns)
