"""The quality of a force's data on one page: what stops the run, what limits results, what is only noted.

What stops a run is refused while it is read, so a force that gets this far has none of it. What is left is
put together here from the gaps and the checks, with the measures that lean on each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

__all__ = ["GRADES", "LEANING", "STOPS", "grade_data", "measures_limited", "quality_sentences"]

GRADES: Mapping[str, str] = {
    "stops": "Stops the run",
    "limits": "Limits what may be concluded",
    "noted": "Noted",
}
"""Grade -> its heading, gravest first."""

STOPS = (
    "a column named in the parameter file that the extract does not have, or has twice",
    "a case reference given to two rows of cases, or an entry number given to two notes of one case",
    "more than one row in twenty without a case reference",
    "notes of a case that is not among the cases",
    "a date that is not written as the parameter file says, or before 1900",
    "an outcome type, a decision or another coded value outside its list",
    "a damaged value, or a note so long that a file must have been pasted into it",
)
"""What is refused while the extracts are read."""

_STAGES = tuple(
    f"days-report-to-{stage}"
    for stage in ("charge", "closure", "cps", "interview", "named", "arrest", "advice")
)
_BY_CLOSURE = (
    "charged",
    "outcomes-closed",
    "withdrawal",
    "withdrawal-reported-by-victim",
    "withdrawal-victim-reports",
    "withdrawal-victim-wanted-report",
)
_REPEAT_SUSPECTS = ("repeat-suspect-cases", "repeat-suspect-response", "repeat-suspects")
_DEVICES = ("days-device-examined", "devices-limited", "devices-returned-in-a-day", "third-party-limited")
_WORKFORCE = tuple(
    f"workforce-{name}" for name in ("caseload", "specialist-training", "trainees", "vacancies")
)

LEANING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cases": {
        "reported_on": (
            *_STAGES,
            "days-report-to-recorded",
            "days-report-to-isva",
            "supervisor-entry",
            "days-without-contact",
        ),
        "recorded_on": ("charged", "days-report-to-recorded", "outcomes-recorded", "withdrawal"),
        "suspect_named_on": ("days-report-to-named",),
        "arrested_on": ("days-report-to-arrest",),
        "suspect_interviewed_on": (
            "days-report-to-interview",
            "effort-before-interview",
            "effort-balance-by-interview",
        ),
        "early_advice_on": ("cps-early-advice", "days-report-to-advice"),
        "file_to_cps_on": ("cps-referred", "cps-admin-finalised", "days-cps-decision", "days-report-to-cps"),
        "cps_decision_on": ("cps-charged", "days-cps-decision"),
        "admin_finalised_on": ("cps-admin-finalised",),
        "charged_on": ("days-report-to-charge",),
        "closed_on": (*_BY_CLOSURE, "days-report-to-closure", "days-without-contact"),
        "outcome_type": (
            *_BY_CLOSURE,
            *_STAGES,
            "outcomes-recorded",
            "cps-charged",
            "days-cps-decision",
            "days-report-to-recorded",
        ),
        "decision": ("decisions", "review-right-told"),
        "suspect_id": _REPEAT_SUSPECTS,
        "reported_by": ("withdrawal-reported-by-victim", "withdrawal-victim-reports"),
        "victim_wanted_report": ("withdrawal-victim-wanted-report",),
        "review_right_told_on": ("review-right-told",),
        "isva_referral_on": ("days-report-to-isva", "isva-referral"),
    },
    "notes": {
        "entered_at": (
            "effort-before-interview",
            "effort-balance-by-interview",
            "days-without-contact",
            "supervisor-entry",
        ),
        "author_role": ("supervisor-entry",),
    },
    "suspects": {
        "": (*_REPEAT_SUSPECTS, "repeat-suspect-disruption", "bail-changes-told"),
        "suspect_id": (*_REPEAT_SUSPECTS, "repeat-suspect-disruption"),
        "disruption_considered": ("repeat-suspect-disruption",),
        "bail_changed_on": ("bail-changes-told",),
        "victim_told_on": ("bail-changes-told",),
    },
    "devices": {
        "": _DEVICES,
        "kind": _DEVICES,
        "taken_at": ("days-device-examined", "devices-returned-in-a-day"),
        "examined_at": ("days-device-examined", "devices-limited"),
        "returned_at": ("devices-returned-in-a-day",),
        "parameters_set": ("devices-limited", "third-party-limited"),
    },
    "workforce": {
        "": _WORKFORCE,
        "officers": _WORKFORCE,
        "qualification": ("workforce-trainees",),
        "specialist_training": ("workforce-specialist-training",),
        "open_cases": ("workforce-caseload",),
        "vacancies": ("workforce-vacancies",),
    },
}
"""Table -> field, or nothing for the whole table -> the indicators that change without it.

Those that measure the data themselves are left out.
"""

COLUMNS = ["grade", "table", "field", "found", "count", "of", "in_frame", "effect", "measures", "cases"]


def measures_limited(table: str, field: str) -> tuple[str, ...]:
    """Labels of the indicators that lean on a field, in the order of the pillars."""
    from inspections.indicators import definitions

    known = definitions()
    return tuple(known.loc[known["id"].isin(LEANING.get(table, {}).get(field, ())), "label"])


def grade_data(gaps: pd.DataFrame, checks: pd.DataFrame, *, frame: Collection[str]) -> pd.DataFrame:
    """Put gaps and checks together by grade.

    A gap limits what may be concluded where a measure leans on the field, or a whole table is absent; any
    other is noted. Checks have a grade of their own.

    Parameters
    ----------
    gaps : DataFrame
        As `inspections.completeness.find_gaps` gives it, of the frame.
    checks : DataFrame
        As in `inspections.case_files.CaseFiles`.
    frame : collection of str
        References of the cases that could be drawn.

    Returns
    -------
    DataFrame
        ``grade, table, field, found, count, of, in_frame, effect, measures, cases``: worst first. ``count``
        and ``of`` are rows, blank where nothing is held; ``in_frame`` counts the cases of the frame that show
        what a check found, and is blank for gaps and where a check names no case; ``measures`` are labels
        separated by "; ". Holds references: restricted.
    """
    of_gaps = [
        {
            "grade": "limits"
            if (measures := measures_limited(gap["table"], gap["field"])) or not gap["field"]
            else "noted",
            "table": gap["table"],
            "field": gap["field"],
            "found": "empty" if gap["gap"] == "partly missing" else gap["gap"],
            "count": gap["missing"],
            "of": gap["of"],
            "in_frame": pd.NA,
            "effect": f"Lost: {gap['effect']}." if gap["effect"] else "",
            "measures": "; ".join(measures),
            "cases": (),
        }
        for gap in gaps.to_dict("records")
    ]
    frame = frozenset(frame)
    of_checks = [
        {
            **{name: check[name] for name in ("grade", "table", "field", "found", "count", "of", "effect")},
            "in_frame": len(frame.intersection(check["cases"])) if check["cases"] else pd.NA,
            "measures": "; ".join(measures_limited(check["table"], check["field"]))
            if check["grade"] == "limits"
            else "",
            "cases": tuple(check["cases"]),
        }
        for check in checks.to_dict("records")
    ]
    table = pd.DataFrame([*of_checks, *of_gaps], columns=COLUMNS)
    table = table.astype(dict.fromkeys(("count", "of", "in_frame"), "Int64"))
    return table.sort_values("grade", kind="stable", ignore_index=True)


def quality_sentences(quality: pd.DataFrame, grade: str) -> list[str]:
    """What was found of one grade, a sentence each, without case references."""
    return [_sentence(row) for row in quality[quality["grade"] == grade].to_dict("records")]


def _sentence(row: Mapping[Any, Any]) -> str:
    where = f"{row['field']} in {row['table']}" if row["field"] else f"the table {row['table']}"
    share = "" if pd.isna(row["count"]) else f" ({row['count']} of {row['of']})"
    measures = f" Measures: {row['measures']}." if row["measures"] else ""
    effect = f" {row['effect']}" if row["effect"] else ""
    return f"{where}: {row['found']}{share}.{effect}{measures}"
