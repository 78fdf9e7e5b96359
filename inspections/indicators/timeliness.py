"""How long cases took between milestones: medians in whole days, and for how many cases they are known.

All outcomes and charged cases are kept apart: nationally the median for all outcomes and for charges have
differed fourfold, so one number without its outcome set says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd

from inspections.columns import column
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, median_days, not_recorded
from parameters.fields import CHARGED

__all__ = ["STAGES", "days_between"]

STAGES = (
    ("days-report-to-recorded", "reported_on", "recorded_on", "report to crime record"),
    ("days-report-to-named", "reported_on", "suspect_named_on", "report to a suspect being named"),
    ("days-report-to-arrest", "reported_on", "arrested_on", "report to arrest"),
    ("days-report-to-interview", "reported_on", "suspect_interviewed_on", "report to the first interview"),
    ("days-report-to-advice", "reported_on", "early_advice_on", "report to early advice from the CPS"),
    ("days-report-to-cps", "reported_on", "file_to_cps_on", "report to the file going to the CPS"),
    ("days-cps-decision", "file_to_cps_on", "cps_decision_on", "the file going to the CPS to its decision"),
    ("days-report-to-charge", "reported_on", "charged_on", "report to charge"),
    ("days-report-to-closure", "reported_on", "closed_on", "report to closure"),
)  # fmt: skip
"""Indicator id, first and second milestone, and the stage in words; in the order of an investigation."""


def days_between(cases: pd.DataFrame, start: str, end: str) -> pd.Series:
    """Whole days from one milestone to the other, by case reference; missing where a date is."""
    dates = [pd.to_datetime(column(cases, name)).dt.normalize() for name in (start, end)]
    return pd.Series((dates[1] - dates[0]).dt.days.to_numpy(), index=pd.Index(cases["case_id"]))


def _stage(name: str, start: str, end: str, words: str) -> Callable[[Material], Iterator[Row]]:
    def compute(material: Material) -> Iterator[Row]:
        charged = column(material.frame, "outcome_type").isin(CHARGED)
        dates = (start, end)
        for group, cases, base, needed in (
            ("force", material.frame, "cases in the frame", dates),
            ("charged", material.frame[charged], "charged cases in the frame", (*dates, "outcome_type")),
        ):
            if not material.keeps(*needed):
                yield not_recorded(base, group=group)
            else:
                seed = f"{material.seed} {name} {group}"
                row = median_days(days_between(cases, start, end), base, group=group, seed=seed)
                yield replace(row, apart=name)

    compute.__doc__ = f"Median days from {words}."
    return compute


for _name, _start, _end, _words in STAGES:
    indicator(
        Indicator(
            id=_name,
            label=f"Days from {_words}",
            pillar=0,
            unit="days",
            definition=f"Median number of whole days from {_words}.",
            formula=f"median of {_end} - {_start} over cases with both dates",
            denominator="Cases in the frame; charged cases apart.",
            caveat="Every case is counted, so the interval shows chance from year to year, not sampling. "
            "Cases that never reached the milestone, or whose dates are out of order, are left out.",
            source="Police milestones; Rape Review headline measures",
            direction="Higher: slower.",
            about="people",
        )
    )(_stage(_name, _start, _end, _words))
