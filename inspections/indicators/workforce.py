"""Pillar 4: who investigates, how far they are trained and how much work they carry.

Officers stand where cases do elsewhere: a handful of them must stay hidden, as a handful of cases must.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from inspections.columns import column, is_kept, is_true
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, mean_of_all, not_recorded, share_of_cases

__all__ = ["officers_one_by_one"]

_LISTED = (
    "Counts the officers whom the force lists for these offences on one day. What is empty in the list is "
    "left out."
)


def officers_one_by_one(workforce: pd.DataFrame) -> pd.DataFrame:
    """Write the workforce one row an officer, whether the force lists officers or counts them by role.

    Parameters
    ----------
    workforce : DataFrame
        The force's table; each row is one officer where it holds no ``officers``. A row in which that is
        empty counts nobody, which `inspections.checks.check_further_tables` says.

    Returns
    -------
    DataFrame
        The table's columns, indexed "officer 1", "officer 2" ...; ``open_cases`` are shared out equally among
        the officers of a row.
    """
    if "officers" in workforce:
        officers = workforce["officers"].fillna(0).astype(int)
    else:
        officers = pd.Series(1, index=workforce.index)
    each = workforce.loc[workforce.index.repeat(officers)]
    each = each.assign(
        open_cases=column(each, "open_cases").astype(float) / officers.loc[each.index].to_numpy(dtype=float)
    )
    return each.set_axis([f"officer {number}" for number in range(1, len(each) + 1)], axis=0)


_TRAINEES = Indicator(
    id="workforce-trainees",
    label="Investigators still in training",
    pillar=4,
    unit="per cent",
    definition="Share of officers investigating these offences who are trainees or student officers.",
    formula="trainees and student officers / officers whose qualification is recorded",
    denominator="Officers whom the force lists as investigating these offences.",
    caveat=_LISTED,
    source="The force's workforce table; Operation Soteria Year One Report, summary of findings",
    direction="Higher: more of the investigators are still learning.",
    about="people",
)


@indicator(_TRAINEES)
def _trainees(material: Material) -> Iterator[Row]:
    base = "officers whose qualification is recorded"
    known = _officers_with(material, "qualification")
    yield (
        not_recorded(base)
        if known is None
        else share_of_cases(known["qualification"].ne("fully qualified"), base)
    )


@indicator(
    replace(
        _TRAINEES,
        id="workforce-specialist-training",
        label="Investigators with specialist training",
        definition="Share of officers investigating these offences who have completed the force's specialist "
        "training in rape and serious sexual offences.",
        formula="officers with specialist_training / officers for whom it is recorded",
        caveat=f"{_LISTED} What the training holds differs between forces.",
        direction="Higher: more of the investigators have the training.",
    )
)
def _specialist_training(material: Material) -> Iterator[Row]:
    base = "officers whose specialist training is recorded"
    known = _officers_with(material, "specialist_training")
    yield not_recorded(base) if known is None else share_of_cases(is_true(known["specialist_training"]), base)


@indicator(
    replace(
        _TRAINEES,
        id="workforce-caseload",
        label="Open cases an officer carries",
        unit="count",
        definition="Mean number of open cases that an officer investigating these offences carries.",
        formula="open cases / officers whose open cases are recorded",
        caveat=f"{_LISTED} A mean: single officers may carry far more. Cases differ in the work they take.",
        direction="Higher: more cases to each officer.",
    )
)
def _caseload(material: Material) -> Iterator[Row]:
    base = "officers whose open cases are recorded"
    known = _officers_with(material, "open_cases")
    yield not_recorded(base) if known is None else mean_of_all(known["open_cases"], base)


@indicator(
    replace(
        _TRAINEES,
        id="workforce-vacancies",
        label="Posts that are vacant",
        definition="Share of posts for investigating these offences that are not filled.",
        formula="vacancies / officers and vacancies",
        denominator="Officers whom the force lists as investigating these offences, and vacant posts.",
        caveat="Counts the posts the force says it has, on one day.",
        direction="Higher: more of the posts are empty.",
    )
)
def _vacancies(material: Material) -> Iterator[Row]:
    base = "posts"
    workforce = material.further.get("workforce")
    if workforce is None or not is_kept(workforce, "vacancies"):
        yield not_recorded(base)
        return
    filled = pd.Series(False, index=officers_one_by_one(workforce).index)
    empty = [f"vacant post {number}" for number in range(1, int(workforce["vacancies"].sum()) + 1)]
    yield share_of_cases(pd.concat([filled, pd.Series(True, index=empty, dtype=bool)]), base)


def _officers_with(material: Material, field: str) -> pd.DataFrame | None:
    """Officers for whom a field is recorded, one row each; None where it is recorded for none."""
    workforce = material.further.get("workforce")
    if workforce is None or not is_kept(workforce, field):
        return None
    return officers_one_by_one(workforce).dropna(subset=field)
