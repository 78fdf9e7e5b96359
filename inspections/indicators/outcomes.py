"""How cases ended, on both count bases, from case files and from official counts; and victims' withdrawal.

Official statistics count outcomes twice: for offences *recorded* in a period, whenever the outcome came, and
for investigations *closed* in a period, whenever the offence was recorded. Recent periods look worse on the
first basis, because investigations are still open. The two are never mixed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

import pandas as pd

from inspections.columns import column, is_kept, is_true
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, not_recorded, share_of_cases, share_of_counts
from parameters.fields import CHARGED, NOT_YET_ASSIGNED, OUTCOME_TYPES, VICTIM_DOES_NOT_SUPPORT

__all__ = ["outcome_shares"]

Basis = Literal["recorded", "closed"]

_ALWAYS_LISTED = ("1", "14", "15", "16", "18")
_BASES: tuple[Basis, Basis] = ("recorded", "closed")
_OFFICIAL = "Home Office outcomes framework"
_GROUPED = {"charged": CHARGED, "victim does not support": VICTIM_DOES_NOT_SUPPORT}


def outcome_shares(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Share of each outcome on both count bases, from official counts.

    Parameters
    ----------
    outcomes : DataFrame
        ``outcome_type, recorded, closed``, any number of rows a type (quarters, offences); blank counts as
        none, but a count that is absent, or blank throughout, is not kept; one of them is.

    Returns
    -------
    DataFrame
        ``basis, outcome, number, of, share``. Outcomes are the types found, then ``charged`` (1 and 1A) and
        ``victim does not support`` (14 and 16). On the recorded basis the denominator is offences recorded,
        those with no outcome yet (type 0) among them; on the closed basis, outcomes given. Shares are per
        cent, missing where the denominator is nil. A basis that is not kept has no rows.

    Examples
    --------
    >>> counts = pd.DataFrame({"outcome_type": ["0", "1"], "recorded": [15, 5], "closed": [None, 4]})
    >>> table = outcome_shares(counts).set_index(["basis", "outcome"])
    >>> float(table.loc[("recorded", "charged"), "share"]), int(table.loc[("closed", "charged"), "of"])
    (25.0, 4)
    """
    kept = [basis for basis in _BASES if is_kept(outcomes, basis)]
    counts = outcomes.groupby(outcomes["outcome_type"].astype(str))[kept].sum()
    counts = counts.loc[sorted(counts.index, key=_type_order)].astype(int)
    tables = []
    for basis in kept:
        numbers = (
            counts[basis] if basis == "recorded" else counts[basis].drop(NOT_YET_ASSIGNED, errors="ignore")
        )
        grouped = {name: int(numbers.reindex(types).sum()) for name, types in _GROUPED.items()}
        number = pd.concat([numbers, pd.Series(grouped)])
        table = pd.DataFrame({"basis": basis, "outcome": number.index, "number": number.to_numpy(dtype=int)})
        table["of"] = int(numbers.sum())
        table["share"] = 100 * table["number"] / table["of"].where(table["of"] > 0)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _type_order(outcome_type: str) -> int:
    known = list(OUTCOME_TYPES)
    return known.index(outcome_type) if outcome_type in known else len(known)


def _cases_of(material: Material, basis: Basis) -> pd.Series | None:
    """Outcome type of each case of a count basis, by reference; None where either is not kept."""
    if not material.keeps(f"{basis}_on", "outcome_type"):
        return None
    dates = pd.to_datetime(column(material.cases, f"{basis}_on"))
    start, end = pd.Timestamp(material.period.start), pd.Timestamp(material.period.end)
    outcome = (
        column(material.cases, "outcome_type")
        .astype(object)
        .where(lambda found: found.notna(), NOT_YET_ASSIGNED)
    )
    outcome.index = pd.Index(material.cases["case_id"])
    outcome = outcome[dates.between(start, end).to_numpy()]
    return outcome[outcome != NOT_YET_ASSIGNED] if basis == "closed" else outcome


def _base(basis: Basis) -> str:
    return (
        "cases recorded in the period"
        if basis == "recorded"
        else "cases closed with an outcome in the period"
    )


def _grouped_share(material: Material, basis: Basis, types: tuple[str, ...]) -> Row:
    outcome = _cases_of(material, basis)
    if outcome is None:
        return not_recorded(_base(basis), group=basis)
    return share_of_cases(outcome.isin(types), _base(basis), group=basis)


def _shares_by_type(material: Material, basis: Basis) -> Iterator[Row]:
    outcome = _cases_of(material, basis)
    if outcome is None:
        yield not_recorded(_base(basis))
        return
    for outcome_type in sorted({*outcome.unique(), *_ALWAYS_LISTED}, key=_type_order):
        yield share_of_cases(outcome.eq(outcome_type), _base(basis), group=outcome_type)


_RECORDED = Indicator(
    id="outcomes-recorded",
    label="Outcomes of offences recorded in the period",
    pillar=0,
    unit="per cent",
    definition="Share of cases by Home Office outcome type.",
    formula="cases recorded in the period with this outcome / cases recorded in the period",
    denominator="Cases recorded in the period, those still without an outcome (type 0) among them.",
    caveat="Recent offences are often still open, so every outcome share is lower than it will be.",
    source=_OFFICIAL,
    direction="Higher: more cases ended this way.",
    about="people",
)


@indicator(_RECORDED)
def _outcomes_recorded(material: Material) -> Iterator[Row]:
    yield from _shares_by_type(material, "recorded")


@indicator(
    replace(
        _RECORDED,
        id="outcomes-closed",
        label="Outcomes given in the period",
        formula="cases closed in the period with this outcome / cases closed in the period with any outcome",
        denominator="Cases closed in the period with an outcome.",
        caveat="Some of these offences were recorded long before the period.",
    )
)
def _outcomes_closed(material: Material) -> Iterator[Row]:
    yield from _shares_by_type(material, "closed")


@indicator(
    Indicator(
        id="charged",
        label="Cases charged or summonsed",
        pillar=0,
        unit="per cent",
        definition="Share of cases with a charge or summons (outcome types 1 and 1A).",
        formula="cases with outcome type 1 or 1A / cases, on each count basis",
        denominator="Cases recorded in the period, or cases closed in it with an outcome.",
        caveat="The two bases count different cases and cannot be compared with each other.",
        source=_OFFICIAL,
        direction="Higher: more cases were charged.",
        about="people",
    )
)
def _charged(material: Material) -> Iterator[Row]:
    for basis in _BASES:
        yield _grouped_share(material, basis, CHARGED)


@indicator(
    Indicator(
        id="decisions",
        label="Decisions in the cases of the frame",
        pillar=0,
        unit="per cent",
        definition="How the cases that could be drawn ended.",
        formula="cases of the frame with this decision / cases of the frame",
        denominator="Cases of the frame.",
        caveat="The frame may leave out cases without notes to read.",
        source="Case-file reviews sample by final decision",
        direction="Higher: more cases ended this way.",
        about="people",
    )
)
def _decisions(material: Material) -> Iterator[Row]:
    if not material.keeps("decision"):
        yield not_recorded("cases in the frame")
        return
    decision = column(material.frame.set_index("case_id"), "decision")
    decision = decision.astype(object).fillna("not recorded")
    for group in sorted(decision.unique()):
        yield share_of_cases(decision.eq(group), "cases in the frame", group=group)


_TRAP = (
    "Not every recorded offence is a report by the victim: where a third party or police reported, or the "
    "victim never wanted police involved, 'withdrawal' misleads."
)


@indicator(
    Indicator(
        id="withdrawal",
        label="Cases closed because the victim does not support action",
        pillar=3,
        unit="per cent",
        definition="Share of cases with outcome type 14 or 16.",
        formula="cases with outcome type 14 or 16 / cases, on each count basis",
        denominator="Cases recorded in the period, or cases closed in it with an outcome.",
        caveat=_TRAP,
        source=_OFFICIAL,
        direction="Higher: more cases ended without the victim's support.",
        about="people",
    )
)
def _withdrawal(material: Material) -> Iterator[Row]:
    for basis in _BASES:
        yield _grouped_share(material, basis, VICTIM_DOES_NOT_SUPPORT)


def _share_of_withdrawn(
    material: Material, field: str, is_so: Callable[[pd.Series], pd.Series], *, base: str
) -> Row:
    """Share of the cases closed without the victim's support of which a field, where it is known, says so."""
    outcome = _cases_of(material, "closed")
    if outcome is None or not material.keeps(field):
        return not_recorded(base)
    withdrawn = outcome.index[outcome.isin(VICTIM_DOES_NOT_SUPPORT)]
    says = material.cases.set_index("case_id")[field].loc[withdrawn]
    caveat = "The field is empty in some of these cases." if says.isna().any() else ""
    return share_of_cases(is_so(says.dropna()), base, caveat=caveat)


@indicator(
    Indicator(
        id="withdrawal-reported-by-victim",
        label="Of cases closed without the victim's support, those the victim reported",
        pillar=3,
        unit="per cent",
        definition="How many of the cases closed as 14 or 16 were reports by the victim.",
        formula="cases reported by the victim / cases closed as 14 or 16 where it is known who reported",
        denominator="Cases closed in the period as type 14 or 16, where it is recorded who reported.",
        caveat=_TRAP,
        source="Lovett, Kelly and Vera-Gray 2024",
        direction="Lower: fewer of these victims had come to police themselves.",
        about="people",
    )
)
def _withdrawal_reported_by_victim(material: Material) -> Iterator[Row]:
    base = "cases closed without the victim's support where it is recorded who reported"
    yield _share_of_withdrawn(material, "reported_by", lambda who: who.eq("victim"), base=base)


@indicator(
    Indicator(
        id="withdrawal-victim-wanted-report",
        label="Of cases closed without the victim's support, those the victim wanted reported",
        pillar=3,
        unit="per cent",
        definition="In how many of the cases closed as 14 or 16 the victim had wanted the offence reported.",
        formula="cases the victim wanted reported / cases closed as 14 or 16 where that is known",
        denominator="Cases closed in the period as type 14 or 16, where the victim's wish is recorded.",
        caveat=_TRAP,
        source="Lovett, Kelly and Vera-Gray 2024",
        direction="Lower: fewer of these victims had wanted police involved at all.",
        about="people",
    )
)
def _withdrawal_victim_wanted(material: Material) -> Iterator[Row]:
    base = "cases closed without the victim's support where the victim's wish is recorded"
    yield _share_of_withdrawn(material, "victim_wanted_report", is_true, base=base)


@indicator(
    Indicator(
        id="withdrawal-victim-reports",
        label="Withdrawal among cases reported by the victim",
        pillar=3,
        unit="per cent",
        definition="Share of the victim's own reports that closed as type 14 or 16.",
        formula="cases reported by the victim and closed as 14 or 16 / closed cases reported by the victim",
        denominator="Cases closed in the period with an outcome and recorded as reported by the victim.",
        caveat="Leaves out cases where it is not recorded who reported.",
        source="Lovett, Kelly and Vera-Gray 2024",
        direction="Higher: more victims who came to police did not support action in the end.",
        about="people",
    )
)
def _withdrawal_among_victim_reports(material: Material) -> Iterator[Row]:
    base = "closed cases reported by the victim"
    outcome = _cases_of(material, "closed")
    reported_by = column(material.cases.set_index("case_id"), "reported_by")
    if outcome is None or not material.keeps("reported_by"):
        yield not_recorded(base)
        return
    own = outcome[reported_by.reindex(outcome.index).eq("victim")]
    yield share_of_cases(own.isin(VICTIM_DOES_NOT_SUPPORT), base)


def _official(material: Material, basis: Basis) -> Iterator[Row]:
    base = "offences recorded" if basis == "recorded" else "outcomes given"
    base = f"{base}, official counts"
    if material.outcomes is None or not is_kept(material.outcomes, basis):
        yield not_recorded(base)
        return
    shares = outcome_shares(material.outcomes)
    shares = shares[(shares["basis"] == basis) & ~shares["outcome"].isin(_GROUPED)]
    numbers = pd.Series(shares["number"].to_numpy(), index=basis + " outcome " + shares["outcome"])
    groups = {outcome: (outcome,) for outcome in shares["outcome"]} | _GROUPED
    for group, types in groups.items():
        counted = pd.Series(shares["outcome"].isin(types).to_numpy(), index=numbers.index)
        yield share_of_counts(numbers, counted, base, group=group)


_OFFICIAL_RECORDED = Indicator(
    id="official-outcomes-recorded",
    label="Official outcomes of offences recorded in the period",
    pillar=0,
    unit="per cent",
    definition="Share of each outcome in the counts the force gave to the Home Office.",
    formula="outcomes of this type attached to offences recorded / offences recorded",
    denominator="Offences recorded, those with no outcome yet (type 0) among them.",
    caveat="Counts offences, revised as outcomes come in; need not match the cases in this inspection.",
    source=_OFFICIAL,
    direction="Higher: more offences ended this way.",
    about="people",
)


@indicator(_OFFICIAL_RECORDED)
def _official_recorded(material: Material) -> Iterator[Row]:
    yield from _official(material, "recorded")


@indicator(
    replace(
        _OFFICIAL_RECORDED,
        id="official-outcomes-closed",
        label="Official outcomes given in the period",
        formula="outcomes of this type given in the period / all outcomes given in it",
        denominator="Outcomes given, type 0 never among them.",
        caveat="Counts offences whenever they were recorded; need not match the cases in this inspection.",
    )
)
def _official_closed(material: Material) -> Iterator[Row]:
    yield from _official(material, "closed")
