"""Pillar 5: what a force's data cannot tell, because fields are empty, absent or at odds with each other."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from inspections.checks import MILESTONES_IN_ORDER, contradicted_outcomes
from inspections.columns import column
from inspections.completeness import NOT_A_GAP, closed, expected_rows
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, not_recorded, share_of_cases
from inspections.indicators.timeliness import days_between
from parameters.fields import FIELDS, CaseFileField


def _missing(material: Material, field: CaseFileField) -> Row | None:
    cases, expectation = material.frame, expected_rows("cases", field)
    if not material.keeps(field.name):
        return not_recorded(f"{expectation[0] if expectation else 'cases'} in the frame", group=field.name)
    if expectation is None:
        return None
    words, expected = expectation
    among = cases[expected(cases).to_numpy(dtype=bool)].set_index("case_id")
    # a step that some outcomes imply: cases with a named suspect are those with outcome 14 or 18 left out
    apart = "" if field.expected == "where it happened" else f"{field.name} is empty"
    return share_of_cases(
        column(among, field.name).isna(), f"{words} in the frame", group=field.name, apart=apart
    )


@indicator(
    Indicator(
        id="missing-fields",
        label="Empty fields",
        pillar=5,
        unit="per cent",
        definition="Share of cases in which a field is empty that should be filled in.",
        formula="cases with the field empty / cases in which it should be filled in",
        denominator="Cases of the frame in which the field should be filled in.",
        caveat="Only cases that imply the step are counted: elsewhere an empty date may be right.",
        source="The force's case files",
        direction="Higher: the force can tell less.",
        about="people",
    )
)
def _missing_fields(material: Material) -> Iterator[Row]:
    for field in FIELDS["cases"]:
        row = None if field.name in NOT_A_GAP else _missing(material, field)
        if row is not None:
            yield row


@indicator(
    Indicator(
        id="outcome-coding",
        label="Closed cases whose outcome contradicts the file",
        pillar=5,
        unit="per cent",
        definition="Share of closed cases whose outcome type the framework or other fields contradict.",
        formula="closed cases with no outcome or one of other offences; charged without a charge date or the "
        "reverse; 'no suspect' (14, 18) with one named, arrested or interviewed; 'suspect identified' (15, "
        "16) with none; decided by the CPS (9) without a date / closed cases",
        denominator="Closed cases in the frame.",
        caveat="Finds contradictions only. An outcome can agree with every field and still be wrong.",
        source="Home Office outcomes framework",
        direction="Higher: outcome figures of this force can be relied on less.",
        about="people",
    )
)
def _outcome_coding(material: Material) -> Iterator[Row]:
    base = "closed cases in the frame"
    if not material.keeps("outcome_type"):
        yield not_recorded(base)
        return
    found = pd.DataFrame(contradicted_outcomes(material.cases)).any(axis=1)
    contradicted = found.set_axis(pd.Index(material.cases["case_id"]))
    yield share_of_cases(contradicted[material.frame.loc[closed(material.frame), "case_id"]], base)


@indicator(
    Indicator(
        id="recorded-by-next-day",
        label="Cases recorded by the day after the report",
        pillar=5,
        unit="per cent",
        definition="Share of cases recorded as a crime on the day of the report or the day after.",
        formula="cases with recorded_on 0 or 1 days after reported_on / cases",
        denominator="Cases in the frame.",
        caveat="Dates carry no time of day. An empty date, or one before the report, counts as not by "
        "then. The limit of a day is ours.",
        source="Crime data integrity programme, judgment criteria: recording of reported crimes",
        direction="Higher: more cases were recorded without delay.",
        about="people",
    )
)
def _recorded_by_next_day(material: Material) -> Iterator[Row]:
    base = "cases in the frame"
    if not material.keeps("reported_on", "recorded_on"):
        yield not_recorded(base)
        return
    days = days_between(material.frame, "reported_on", "recorded_on")
    yield share_of_cases(days.between(0, 1), base, apart="recorded by the next day")


def _out_of_order(cases: pd.DataFrame) -> pd.Series:
    dates = {name: pd.to_datetime(column(cases, name)) for pair in MILESTONES_IN_ORDER for name in pair}
    wrong = pd.Series(False, index=cases.index)
    for earlier, later in MILESTONES_IN_ORDER:
        wrong |= dates[later] < dates[earlier]
    return wrong


@indicator(
    Indicator(
        id="dates-out-of-order",
        label="Cases with milestones out of order",
        pillar=5,
        unit="per cent",
        definition="Share of cases in which a milestone is dated before one that must come first.",
        formula="cases with a milestone dated before one that must come first / cases",
        denominator="Cases in the frame.",
        caveat="Compares report with offence and with each later milestone, and the file's going to the CPS "
        "with its decision. Other steps may rightly come in any order.",
        source="The force's case files",
        direction="Higher: time between milestones can be relied on less.",
        about="people",
    )
)
def _dates_out_of_order(material: Material) -> Iterator[Row]:
    wrong = _out_of_order(material.frame.set_index("case_id"))
    yield share_of_cases(wrong, "cases in the frame", apart="dates out of order")
