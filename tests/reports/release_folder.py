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


def indicator(
    name: str,
    label: str,
    pillar: int,
    *,
    group: str = "force",
    unit: str = "per cent",
    numerator: float | str = "",
    denominator: float | str = "",
    value: float | str = "",
    low: float | str = "",
    high: float | str = "",
    status: str = "shown",
    base: str = "24 sampled case files",
    caveat: str = "",
) -> dict[str, Any]:
    """One row of indicators.csv."""
    return {
        "indicator": name, "label": label, "pillar": pillar, "group": group, "unit": unit,
        "numerator": numerator, "denominator": denominator, "value": value, "low": low, "high": high,
        "interval": "Wilson, 95%", "base": base, "status": status, "caveat": caveat,
        "definition": f"{label}, counted over {base}.",
    }  # fmt: skip


def indicators() -> list[dict[str, Any]]:
    """Rows that show every status, every unit and a breakdown by group."""
    return [
        indicator("outcome-charged", "Outcomes recorded as charged or summonsed", 0, numerator=9, denominator=212,
                  value=4.2, low=2.2, high=7.9, base="212 outcomes given in the period"),
        indicator("outcome-victim", "Outcomes recorded as victim does not support", 0, numerator=131,
                  denominator=212, value=61.8, low=55.1, high=68.1, base="212 outcomes given in the period",
                  caveat="Some recorded rapes were not reported by the victim."),
        indicator("balance", "Balance of recorded effort", 1, unit="balance", value=-0.21, low=-0.38, high=-0.04),
        indicator("victim-led-files", "Files with more effort on the victim's credibility than on the suspect",
                  1, numerator=15, denominator=24, value=62.5, low=42.7, high=78.8),
        indicator("victim-led-files", "Files with more effort on the victim's credibility than on the suspect",
                  1, group="charged", numerator=6, denominator=8, value=75, low=40.9, high=92.9,
                  base="8 sampled case files"),
        indicator("victim-led-files", "Files with more effort on the victim's credibility than on the suspect",
                  1, group="police NFA", status="suppressed", base="8 sampled case files"),
        indicator("suspect-history", "Files in which the named suspect's history was searched", 2, numerator=0,
                  denominator=14, value=0, low=0, high=21.5, status="zero", base="14 files with a named suspect"),
        indicator("pattern-linking", "Files in which linked offences were considered", 2, status="suppressed",
                  base="14 files with a named suspect"),
        indicator("isva-referral", "Victims referred to an independent sexual violence adviser", 3,
                  status="not recorded", base="24 sampled case files"),
        indicator("victim-care", "Files with a recorded act of victim care", 3, numerator=18, denominator=24,
                  value=75, low=55.1, high=88),
        indicator("supervision", "Files reviewed by a supervisor within 28 days", 4, status="missing"),
        indicator("file-quality", "Notes entered within a day of the event", 5, numerator=310, denominator=420,
                  value=73.8, low=69.4, high=77.8, base="420 notes"),
        indicator("records-trawl", "Files with a request for the victim's records or devices as a whole", 6,
                  numerator=11, denominator=24, value=45.8, low=27.9, high=64.9),
        indicator("days-to-charge", "Days from report to charge (median)", 5, unit="days", denominator=8,
                  value=402, low=310, high=523, base="8 charged case files"),
    ]  # fmt: skip


def findings() -> list[dict[str, Any]]:
    """Findings, one a pillar, that rest on the indicators above."""
    return [
        {"id": "effort-on-victim", "pillar": 1,
         "title": "Most files recorded more effort on the victim's credibility than on the suspect",
         "statement": "In most of the case files we read, more units tested the victim than the suspect.",
         "quantifier": "most", "indicators": ["victim-led-files", "balance"], "numerator": 15,
         "denominator": 24, "value": 62.5, "low": 42.7, "high": 78.8, "strength": "moderate"},
        {"id": "suspect-history", "pillar": 2,
         "title": "No file showed a search of the named suspect's history",
         "statement": "None of the files with a named suspect recorded a search of police systems.",
         "quantifier": "none", "indicators": ["suspect-history"], "numerator": 0, "denominator": 14,
         "value": 0.0, "low": 0.0, "high": 21.5, "strength": "moderate"},
        {"id": "victim-care", "pillar": 3, "title": "Officers recorded care for most victims",
         "statement": "Most files recorded at least one act of victim care.", "quantifier": "most",
         "indicators": ["victim-care"], "numerator": 18, "denominator": 24, "value": 75.0, "low": 55.1,
         "high": 88.0, "strength": "moderate"},
        {"id": "records-trawl", "pillar": 6, "title": "Requests for victims' records were often not bounded",
         "statement": "In a little under half of files, officers asked for whole records or devices.",
         "quantifier": "a little under half", "indicators": ["records-trawl"], "numerator": 11,
         "denominator": 24, "value": 45.8, "low": 27.9, "high": 64.9, "strength": "indicative"},
    ]  # fmt: skip


def figures() -> list[dict[str, Any]]:
    """Two figures, one with its data in rows and one with it in a file of the release folder."""
    return [
        {"id": "balance", "file": "figures/balance.svg", "pillar": 1,
         "caption": "Balance of recorded effort in each sampled case file",
         "alt": 'A dot for each case file; most lie left of the line marked "equal effort".',
         "table": "balance.csv"},
        {"id": "outcomes", "file": "figures/outcomes.svg", "pillar": 0,
         "caption": "Outcomes given in the period", "alt": "Two bars: charged, and victim does not support.",
         "table": [{"Outcome": "Charged", "Outcomes": 9}, {"Outcome": "Victim does not support",
                                                             "Outcomes": 131}]},
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
        "counts": {"frame": 212, "sample": 24, "notes": 420, "units": 3120},
        "frame": {"date_basis": "closed", "offence_codes": ["19C", "19F"], "outcome_types": "all"},
        "design": {"design": "stratified", "strata": "decision", "allocation": "equal", "size": 24,
                   "minimum_notes": 1},
        "strata": [{"stratum": "charged", "frame": 9, "sample": 8, "weight": 1.125},
                   {"stratum": "police NFA", "frame": 72, "sample": 8, "weight": 9.0},
                   {"stratum": "victim withdrew", "frame": 131, "sample": 8, "weight": 16.375}],
        "trail": [{"step": "case list", "rows_in": 240, "rows_out": 212, "why": "28 closed outside the period"},
                  {"step": "sample", "rows_in": 212, "rows_out": 24, "why": "stratified draw"}],
        "codebook": {"version": "1.0.0", "hash": "5e2f" * 16},
        "seed_hash": "aa11" * 16, "frame_hash": "bb22" * 16,
        "disclosure": {"threshold": 5, "reason": "Fictional data."},
    }  # fmt: skip


def build_release(
    folder: Path,
    *,
    force: str = "northshire",
    name: str = "Northshire Police",
    rows: list[dict[str, Any]] | None = None,
) -> Path:
    """Write a whole release folder and return it."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    dots = "".join(
        f'<circle cx="{40 + 17 * i}" cy="{40 + 23 * (i % 4)}" r="6" fill="#12436d"/>' for i in range(24)
    )
    for figure in figures():
        (folder / figure["file"]).write_text(FIGURE.format(dots=dots), encoding="utf-8")
    _write_csv(folder / "indicators.csv", rows or indicators(), columns=INDICATOR_COLUMNS)
    _write_csv(
        folder / "balance.csv",
        [
            {"case": f"C{i:02}", "suspect_focus": 4 + i % 5, "victim_credibility": 9 - i % 4, "units": 40 + i,
             "balance": round((4 + i % 5 - 9 + i % 4) / (13 + i % 5 - i % 4), 2), "group": "charged"}
            for i in range(1, 25)
        ],
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
        [{"field": "isva_referral_on", "tells": "whether the victim was offered an adviser", "missing": 24,
          "of": 24, "effect": "the referral rate is not recorded"}],
    )  # fmt: skip
    _write_json(folder / "findings.json", findings())
    _write_json(folder / "figures.json", figures())
    _write_json(folder / "extracts.json", extracts())
    _write_json(folder / "force.json", facts(force, name))
    return folder


def _write_csv(path: Path, rows: list[dict[str, Any]], *, columns: list[str] | None = None) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
