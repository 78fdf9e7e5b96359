"""A release folder as the evidence room writes it, with every kind of value and a few awkward words in it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

FIGURE = """<svg xmlns="http://www.w3.org/2000/svg" width="480" height="160" viewBox="0 0 480 160">
<rect width="480" height="160" fill="#ffffff"/>
<line x1="20" y1="130" x2="460" y2="130" stroke="#595959"/>
{dots}
</svg>
"""

INDICATOR_COLUMNS = [
    "indicator", "label", "pillar", "group", "unit", "numerator", "denominator", "value", "low", "high",
    "interval", "base", "status", "caveat", "definition",
]  # fmt: skip


CODING_ERROR = {
    "warning": "Measured against units coded by: two people.",
    "writers": 7,
    "cases": 40,
    "units": 1234,
    "codes": [
        {"code": "VICTIM-CREDIBILITY", "title": "any", "gold": 90, "found": 77, "precision": 0.61,
         "recall": 0.52, "f1": 0.56, "low": 0.5, "high": 0.6},
        {"code": "vic-disbelief", "title": "Overall disbelief", "gold": 3, "found": 0, "precision": None,
         "recall": 0.0, "f1": 0.0, "low": None, "high": None},
    ],
}  # fmt: skip


def indicator(
    name: str,
    label: str,
    pillar: int,
    *,
    group: str = "force",
    unit: str = "per cent",
    count: tuple[float | str, float | str] = ("", ""),
    value: float | str = "",
    interval: tuple[float | str, float | str, str] = ("", "", ""),
    status: str = "shown",
    base: str = "24 sampled case files",
    caveat: str = "",
) -> dict[str, Any]:
    """One row of indicators.csv: ``count`` is numerator, denominator; ``interval`` is low, high, method."""
    numerator, denominator = count
    low, high, method = interval
    return {
        "indicator": name, "label": label, "pillar": pillar, "group": group, "unit": unit,
        "numerator": numerator, "denominator": denominator, "value": value, "low": low, "high": high,
        "interval": method, "base": base, "status": status, "caveat": caveat,
        "definition": f"{label}, as counted.",
    }  # fmt: skip


CENSUS = ("", "", "every case counted: no sampling error")
WRITTEN = "Measures what was written in the notes, not what was done; some testing of accounts is proper."

ALIKE = {
    "bail-changes-told": ("Victims told of a change in the suspect's bail", 3),
    "days-without-contact": ("Days without contact with the victim", 3),
    "review-right-told": ("Victims told of the right to have the decision reviewed", 3),
    "repeat-suspect-disruption": ("Repeat suspects for whom disruption was considered", 2),
    "risk-disruption": ("Files in which the suspect's risk was considered", 2),
    "third-party-limited": ("Requests to third parties that were limited", 6),
    "workforce-caseload": ("Cases an officer holds", 4),
    "workforce-vacancies": ("Posts that are vacant", 4),
}
"""Measures that a recommendation may rest on, of which the tests look at nothing else."""


def indicators() -> list[dict[str, Any]]:
    """Rows that show every status, every unit, weights, and breakdowns by few and by many groups."""
    closed = "45 cases closed with an outcome in the period"
    weighted = "24 sampled case files, weighted to the 45 cases of the frame"
    more_on_victim = "Case files with more effort on the victim than on the suspect"
    purposes = "Requests for the victim's records, by stated purpose"
    outcomes = {"1": (8, 17.8), "14": (2, 4.4), "15": (20, 44.4), "16": (11, 24.4), "18": (4, 8.9)}
    return [
        *(
            indicator(
                "outcomes-closed", "Outcomes given in the period", 0, group=group, count=(number, 45),
                value=share, interval=CENSUS, base=closed,
            )
            for group, (number, share) in outcomes.items()
        ),
        indicator("charged", "Cases charged or summonsed", 0, group="closed", count=(8, 45), value=17.8,
                  interval=CENSUS, base=closed),
        indicator("days-report-to-charge", "Days from report to charge", 0, unit="days", count=(8, 45),
                  value=402, interval=(310, 523, "bootstrap"),
                  base="8 of 45 cases in the frame with both dates"),
        indicator("days-report-to-interview", "Days from report to the first interview", 0, unit="days",
                  count=(29, 45), value=112, interval=(98, 150, "bootstrap"),
                  base="29 of 45 cases in the frame with both dates"),
        indicator("days-report-to-closure", "Days from report to closure", 0, unit="days", count=(45, 45),
                  value=233, interval=(177, 273, "bootstrap"),
                  base="45 of 45 cases in the frame with both dates"),
        indicator("effort-balance", "Balance of effort", 1, unit="balance", count=(-66, 312), value=-0.21,
                  interval=(-0.38, -0.04, "bootstrap over case files"), caveat=WRITTEN,
                  base="312 counted units in 24 sampled case files"),
        indicator("effort-more-on-victim", more_on_victim, 1, count=(15, 24), value=66.9,
                  interval=(46.2, 82.1, "Wilson, weighted"), base=weighted, caveat=WRITTEN),
        indicator("effort-more-on-victim", more_on_victim, 1, group="charged", count=(6, 8), value=75,
                  interval=(40.9, 92.9, "Wilson"), base="8 sampled case files"),
        indicator("effort-more-on-victim", more_on_victim, 1, group="police NFA", status="suppressed",
                  base="sampled case files"),
        indicator("effort-before-interview", "Testing of the victim before the suspect's interview", 1,
                  count=(14, 29), value=45.2, interval=(26, 67, "bootstrap"),
                  base="29 dated victim-credibility units in 17 sampled case files"),
        indicator("suspect-account-tested", "Case files where the suspect's account is tested", 1,
                  count=(11, 24), value=45.8, interval=(27.9, 64.9, "Wilson"), base="24 sampled case files"),
        indicator("suspect-gaps-noted", "Case files where work on the suspect is noted as not done", 1,
                  count=(9, 24), value=37.5, interval=(21.2, 57.3, "Wilson"), base="24 sampled case files"),
        indicator("victim-doubt-rebutted", "Case files where doubt about the victim is answered", 1,
                  status="suppressed", base="sampled case files"),
        indicator("suspect-history", "Files in which the named suspect's history was searched", 2,
                  count=(0, 14), value=0, interval=(0, 21.5, "Wilson"), status="zero",
                  base="14 files with a named suspect"),
        indicator("pattern-linking", "Files in which linked offences were considered", 2, status="suppressed",
                  base="files with a named suspect"),
        indicator("withdrawal", "Cases closed because the victim does not support action", 3, group="closed",
                  count=(13, 45), value=28.9, interval=CENSUS, base=closed,
                  caveat="Not every recorded offence is a report by the victim."),
        indicator("withdrawal-reported-by-victim", "Of those cases, those the victim reported", 3,
                  status="not recorded", base="cases closed without the victim's support"),
        indicator("withdrawal-victim-wanted-report", "Of those cases, those the victim wanted reported", 3,
                  status="suppressed", base="cases closed without the victim's support"),
        indicator("isva-referral", "Victims referred to an independent sexual violence adviser", 3,
                  status="not recorded", base="sampled case files"),
        indicator("supervision", "Files reviewed by a supervisor within 28 days", 4, status="missing"),
        indicator("supervisor-entry", "Case files with a supervisor's entry within 28 days", 4,
                  count=(9, 24), value=37.5, interval=(21.2, 57.3, "Wilson"), base="24 sampled case files"),
        indicator("outcome-coding", "Closed cases whose outcome contradicts the file", 5, count=(2, 45),
                  value=4.4, interval=CENSUS, base="45 closed cases in the frame"),
        indicator("dates-out-of-order", "Cases with milestones out of order", 5, count=(0, 45), value=0,
                  interval=CENSUS, status="zero", base="45 cases in the frame"),
        indicator("records-requests-purpose", purposes, 6, group="unstated", count=(21, 46), value=45.8,
                  interval=(27.9, 64.9, "bootstrap"), base="46 units about the victim's records"),
        indicator("records-requests-purpose", purposes, 6, group="limited", count=(3, 46), value=6.5,
                  interval=(1.9, 15.0, "bootstrap"), base="46 units about the victim's records"),
        indicator("records-requests-files", "Case files with a request for the victim's records", 6,
                  count=(14, 24), value=58.3, interval=(38.8, 75.5, "Wilson"), base="24 sampled case files"),
        *(
            indicator(name, label, pillar, count=(7, 24), value=29.2, interval=(14.9, 49.2, "Wilson"),
                      base="24 sampled case files")
            for name, (label, pillar) in ALIKE.items()
        ),
    ]  # fmt: skip


def finding(
    row: dict[str, Any], title: str, statement: str, *, quantifier: str = "", strength: str = "moderate"
) -> dict[str, Any]:
    """A finding about one row of the indicators; it has the row's numbers or, like the row, none."""
    numbers = {name: None if row[name] == "" else row[name] for name in ("numerator", "denominator", "value")}
    return {
        "id": f"{row['indicator']}-{row['group']}", "pillar": row["pillar"], "title": title,
        "statement": statement, "quantifier": quantifier, "indicators": [row["indicator"]], **numbers,
        "low": None, "high": None, "strength": strength if numbers["value"] is not None else "",
    }  # fmt: skip


def findings(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A finding for every indicator that the forces' recommendations rest on, and one of none at all."""
    by_row = {f"{row['indicator']}-{row['group']}": row for row in rows}
    words = {
        "effort-more-on-victim-force": (
            "In more than half of case files, more effort went on the victim than on the suspect",
            "In 15 of the 24 case files, more units tested the victim than investigated the suspect.",
        ),
        "suspect-history-force": (
            "No file showed a search of the named suspect's history",
            "We found none among the 14 files in which police systems were searched for the suspect.",
        ),
        "victim-doubt-rebutted-force": (
            "Doubt about the victim answered",
            "Doubt about the victim answered: not published. Somebody's anonymity would be at risk.",
        ),
        "pattern-linking-force": (
            "Looking for other offences by the suspect",
            "Looking for other offences by the suspect: not published. Anonymity would be at risk.",
        ),
    }
    for name in (
        "days-report-to-interview-force",
        "days-report-to-closure-force",
        "effort-balance-force",
        "effort-before-interview-force",
        "suspect-account-tested-force",
        "suspect-gaps-noted-force",
        "supervisor-entry-force",
        "withdrawal-closed",
        "withdrawal-reported-by-victim-force",
        "withdrawal-victim-wanted-report-force",
        "outcome-coding-force",
        "dates-out-of-order-force",
        "records-requests-purpose-unstated",
        "records-requests-files-force",
        *(f"{name}-force" for name in ALIKE),
    ):
        if name in by_row:
            label = by_row[name]["label"]
            words[name] = (label, f"{label}: as measured.")
    return [finding(by_row[name], *words[name]) for name in sorted(words) if name in by_row]


def figures() -> list[dict[str, Any]]:
    """Two figures, one with its data in rows and one with it in a file of the release folder."""
    return [
        {"id": "balance", "file": "figures/balance.svg", "pillar": 1,
         "caption": "Balance of recorded effort in each sampled case file",
         "alt": 'A dot for each case file; most lie left of the line marked "equal effort".',
         "table": "balance.csv"},
        {"id": "outcomes", "file": "figures/outcomes.svg", "pillar": 0,
         "caption": "Outcomes given in the period", "alt": "Two bars: charged, and victim does not support.",
         "table": [{"Outcome": "Charged", "Outcomes": 8}, {"Outcome": "Victim does not support",
                                                             "Outcomes": 13}]},
    ]  # fmt: skip


def extracts() -> list[dict[str, Any]]:
    """Approved extracts; the words are awkward on purpose."""
    return [
        {"id": "x-3f9a1c", "text": "VIC vague re *timings* | {{< meta title >}} @OIC <unk> `{python} 1`",
         "code": "vic-account-inconsistency", "orientation": "victim-credibility", "role": "investigator",
         "approved_by": "R. Marlowe", "approved_on": "2026-10-30"},
        {"id": "x-77aa02", "text": "Phone S1 re movements on the night; ANPR and CCTV requested.",
         "code": "sus-movements", "orientation": "suspect-focus", "role": "investigator",
         "approved_by": "R. Marlowe", "approved_on": "2026-10-30"},
    ]  # fmt: skip


def facts(force: str, name: str) -> dict[str, Any]:
    """force.json: what the annexes say about the sample and the coding."""
    return {
        "force": force, "name": name, "fictional": True,
        "inspection": {"id": "rasso-2026", "name": "Fictional RASSO inspection 2026"},
        "period": {"start": "2025-04-01", "end": "2026-03-31"}, "published": "2026-11-12",
        "report": {"title": "How police forces investigate rape and serious sexual offences",
                   "publisher": "Fictional Inspectorate of Constabulary", "author": "Ruth Marlowe",
                   "contact": "reports@inspectorate.example"},
        "counts": {"frame": 45, "sample": 24, "notes": 420, "units": 3120},
        "frame": {"date_basis": "closed", "offence_codes": ["19C", "19F"], "outcome_types": "all"},
        "design": {"design": "stratified", "strata": "decision", "allocation": "equal", "size": 24,
                   "minimum_notes": 1},
        "strata": [{"stratum": "charged", "frame": 8, "planned": 8, "sample": 8, "weight": 1.0},
                   {"stratum": "police NFA", "frame": 24, "planned": 9, "sample": 8, "weight": 3.0},
                   {"stratum": "victim withdrew", "frame": 13, "planned": 8, "sample": 8, "weight": 1.625}],
        "replacement_rule": "A case file that cannot be read is replaced by the next of its stratum.",
        "dip_samples": [{"outcome": "16", "asked": 4, "label": "Victim does not support"}],
        "trail": [{"step": "case list", "rows_in": 57, "rows_out": 45, "why": "12 closed outside the period"},
                  {"step": "sample", "rows_in": 45, "rows_out": 24, "why": "stratified draw"}],
        "codebook": {"version": "1.0.0", "hash": "5e2f" * 16},
        "coding": {"combine": "either", "reader_from": 0.2, "reader": "reader-0123abcd",
                   "error": CODING_ERROR},
        "seed_hash": "aa11" * 16, "frame_hash": "bb22" * 16, "strata_hash": "cc33" * 16,
        "disclosure": {"threshold": 5, "reason": "Fictional data.", "rounded_to": 1, "exceptions": []},
    }  # fmt: skip


def build_release(
    folder: Path,
    *,
    force: str = "northshire",
    name: str = "Northshire Police",
    rows: list[dict[str, Any]] | None = None,
    answers: list[dict[str, Any]] | None = None,
) -> Path:
    """Write a whole release folder and return it."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    dots = "".join(
        f'<circle cx="{40 + 17 * i}" cy="{40 + 23 * (i % 4)}" r="6" fill="#12436d"/>' for i in range(24)
    )
    for figure in figures():
        (folder / figure["file"]).write_text(FIGURE.format(dots=dots), encoding="utf-8")
    rows = rows or indicators()
    _write_csv(folder / "indicators.csv", rows, columns=INDICATOR_COLUMNS)
    if answers:
        _write_csv(folder / "answers.csv", answers, columns=INDICATOR_COLUMNS)
    _write_csv(
        folder / "balance.csv",
        [
            {"case": f"C{i:02}", "balance": round(i / 12 - 1.05, 2), "status": "shown"}
            for i in range(1, 24)
        ] + [{"case": "C24", "balance": "", "status": "too few"}],
    )  # fmt: skip
    _write_csv(
        folder / "codes.csv",
        [
            {"code": "vic-account-inconsistency", "title": "Inconsistency or gaps in the victim's account",
             "orientation": "victim-credibility", "units": 88, "cases": 19, "status": "shown"},
            {"code": "vic-disbelief", "title": "Overall disbelief, motive to lie, sceptical wording",
             "orientation": "victim-credibility", "units": "", "cases": "", "status": "suppressed"},
            {"code": "sus-movements", "title": "Suspect's movements and conduct before, during, after",
             "orientation": "suspect-focus", "units": 31, "cases": 12, "status": "shown"},
            {"code": "sus-grooming-targeting", "title": "Targeting, grooming, exploiting vulnerability",
             "orientation": "suspect-focus", "units": 0, "cases": 0, "status": "zero"},
        ],
    )  # fmt: skip
    _write_csv(
        folder / "gaps.csv",
        [
            {"table": "cases", "field": "charged_on", "tells": "Date of charge or summons.", "missing": 1,
             "of": 8, "among": "charged cases in the frame", "effect": "time to charge", "status": "shown"},
            {"table": "cases", "field": "early_advice_on", "tells": "Date of early advice.", "missing": "",
             "of": "", "among": "cases in the frame", "effect": "use of early advice",
             "status": "not recorded"},
        ],
    )  # fmt: skip
    _write_quality(folder)
    _write_json(folder / "findings.json", findings(rows))
    _write_json(folder / "figures.json", figures())
    _write_json(folder / "extracts.json", extracts())
    _write_json(folder / "force.json", facts(force, name))
    return folder


def _write_quality(folder: Path) -> None:
    """The tables on the data: every grade and status, and files that could not be read."""
    columns = ["grade", "table", "field", "found", "cases", "of", "effect", "measures", "status"]
    rows = [
        ("limits", "cases", "closed_on", "closed_on before reported_on", 6, 45,
         "Times between reported_on and closed_on are wrong in these cases.", "Days from report to closure",
         "shown"),
        ("limits", "devices", "", "not held", "", "", "Lost: days devices were kept.", "", "not recorded"),
        ("noted", "notes", "text", "the same text again in one case", "", "", "Counts of coded units rise.",
         "", "suppressed"),
        ("noted", "outcomes", "period", "rows without a reference, left out", "", "", "", "", "not counted"),
    ]  # fmt: skip
    _write_csv(folder / "data_quality.csv", [dict(zip(columns, row, strict=True)) for row in rows])
    told = {
        "reported_by": ["all", "all"],
        "relationship": ["all", "all"],
        "charged_on": ["90% or more", ""],
        "arrested_on": ["none", "all"],
    }
    _write_csv(
        folder / "completeness.csv",
        [
            {
                "field": field,
                "quarter": quarter,
                "filled": words,
                "status": "shown" if words else "suppressed",
            }
            for field, shares in told.items()
            for quarter, words in zip(("2025 Q2", "2025 Q3"), shares, strict=True)
        ],
    )
    _write_csv(
        folder / "replacements.csv",
        [
            {"reason": "not found", "cases": 6, "status": "shown"},
            {"reason": "access refused", "cases": "", "status": "suppressed"},
            {"reason": "held elsewhere", "cases": "", "status": "suppressed"},
            {"reason": "any reason", "cases": 11, "status": "shown"},
        ],
    )


def _write_csv(path: Path, rows: list[dict[str, Any]], *, columns: list[str] | None = None) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
